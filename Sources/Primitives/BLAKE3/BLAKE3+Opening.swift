extension BLAKE3 {
  /// One 1 KiB chunk of a message, with what proves its place under the message's digest.
  ///
  /// BLAKE3 is a tree over chunks (the paper's section 2.1): the chunk and the chaining values
  /// beside the way up are enough to come to the digest.
  public struct ChunkOpening: Hashable, Sendable {
    /// The chunk's number, counted from 0.
    public let index: UInt64
    /// The size of the whole message in bytes.
    public let byteCount: UInt64
    /// The chunk's bytes: 1,024, or fewer for the last one.
    public let data: [UInt8]
    /// The chaining values beside the way, from the chunk up.
    public let siblings: [Digest]

    public init(index: UInt64, byteCount: UInt64, data: [UInt8], siblings: [Digest]) {
      self.index = index
      self.byteCount = byteCount
      self.data = data
      self.siblings = siblings
    }
  }

  /// The number of bytes in every chunk but the last.
  public static var chunkByteCount: Int { Chunk.sizeMax }

  /// Opens one chunk of a message, or returns nil where the message has no such chunk.
  ///
  /// Hashes the whole message once.
  public static func open(chunk index: UInt64, of bytes: Span<UInt8>) -> ChunkOpening? {
    let byteCount = UInt64(bytes.count)
    guard index < chunkCount(ofByteCount: byteCount) else { return nil }
    let start = Int(index) * chunkByteCount
    let end = min(start + chunkByteCount, bytes.count)
    let siblings = way(to: index, of: chunkCount(ofByteCount: byteCount)).map { turn in
      let start = Int(turn.siblingStart) * chunkByteCount
      let end = min(start + Int(turn.siblingCount) * chunkByteCount, bytes.count)
      return Digest(chainingValue(of: bytes.extracting(start..<end), from: turn.siblingStart))
    }
    return ChunkOpening(
      index: index, byteCount: byteCount, data: (start..<end).map { bytes[$0] },
      siblings: siblings.reversed())
  }

  /// The node above two others: a digest at the root, elsewhere a chaining value.
  public static func parent(_ left: Digest, _ right: Digest, isRoot: Bool) -> Digest {
    let node = Node(
      left: Words(left.bytes.span, at: 0), right: Words(right.bytes.span, at: 0), key: .initial,
      mode: [])
    guard isRoot else { return Digest(node.chainingValue) }
    var output = [32 of UInt8](repeating: 0)
    var span = output.mutableSpan
    node.writeRoot(to: &span, from: 0)
    return Digest(output)
  }

  /// One step down the tree: which way, and the subtree that is left aside.
  fileprivate struct Turn {
    let goesLeft: Bool
    let siblingStart: UInt64
    let siblingCount: UInt64
  }

  /// The way from the root to a chunk.
  fileprivate static func way(to index: UInt64, of chunkCount: UInt64) -> [Turn] {
    var turns: [Turn] = []
    var start: UInt64 = 0
    var count = chunkCount
    while count > 1 {
      // The left subtree is the largest power of two that leaves something for the right one.
      let left = UInt64(1) << UInt64(63 - (count - 1).leadingZeroBitCount)
      let goesLeft = index - start < left
      turns.append(
        Turn(
          goesLeft: goesLeft, siblingStart: goesLeft ? start + left : start,
          siblingCount: goesLeft ? count - left : left))
      if !goesLeft { start += left }
      count = goesLeft ? left : count - left
    }
    return turns
  }

  /// The chaining value of a subtree that is not the root.
  static func chainingValue(of bytes: Span<UInt8>, from chunk: UInt64) -> Words {
    var hasher = BLAKE3()
    hasher.chunk.number = chunk
    hasher.update(bytes)
    return hasher.subtrees.reversed().reduce(hasher.chunk.node(mode: []).chainingValue) {
      Node(left: $1, right: $0, key: hasher.key, mode: []).chainingValue
    }
  }
}

extension BLAKE3.ChunkOpening {
  /// The digest of the message that has this chunk there, or nil if no message can.
  public var root: Digest? {
    let chunkCount = BLAKE3.chunkCount(ofByteCount: byteCount)
    guard index < chunkCount else { return nil }
    let expected =
      index + 1 < chunkCount
      ? UInt64(BLAKE3.chunkByteCount) : byteCount - index * UInt64(BLAKE3.chunkByteCount)
    let way = BLAKE3.way(to: index, of: chunkCount)
    guard UInt64(data.count) == expected, siblings.count == way.count else { return nil }
    guard chunkCount > 1 else { return BLAKE3.hash(data) }

    var value = BLAKE3.chainingValue(of: data.span, from: index)
    var node: BLAKE3.Node?
    for (turn, sibling) in zip(way.reversed(), siblings) {
      let beside = BLAKE3.Words(sibling.bytes.span, at: 0)
      let parent = BLAKE3.Node(
        left: turn.goesLeft ? value : beside, right: turn.goesLeft ? beside : value,
        key: .initial, mode: [])
      value = parent.chainingValue
      node = parent
    }
    var output = [32 of UInt8](repeating: 0)
    var span = output.mutableSpan
    node?.writeRoot(to: &span, from: 0)
    return Digest(output)
  }
}

extension Digest {
  init(_ words: BLAKE3.Words) {
    self.init(
      [32 of UInt8] {
        UInt8(truncatingIfNeeded: words.storage[$0 / 4] >> UInt32($0 % 4 * 8))
      })
  }
}
