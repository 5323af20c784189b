internal import CBLAKE3

/// BLAKE3, fed piece by piece.
///
/// The value is the whole state: a copy taken midway goes on independently, and
/// ``snapshot`` lets another process go on. From the paper "BLAKE3: one function, fast everywhere".
public struct BLAKE3: Sendable {
  let key: Words
  let mode: Flags
  var chunk: Chunk
  /// The chaining values of finished subtrees, largest first: one per bit set in `chunk.number`.
  var subtrees: [Words] = []

  /// An ordinary hash.
  public init() {
    self.init(key: Words.initial, mode: [])
  }

  /// A message authentication code under `key`.
  public init(key: [32 of UInt8]) {
    self.init(key: Words(key.span, at: 0), mode: .keyedHash)
  }

  /// A key derived from material that is fed; `context` is a constant that names the purpose.
  public init(derivingKeyFor context: String) {
    self.init(derivingKeyFor: Array(context.utf8).span)
  }

  /// The same for a context that is no text of ours.
  public init(derivingKeyFor context: Span<UInt8>) {
    var contextHash = BLAKE3(key: Words.initial, mode: .deriveKeyContext)
    contextHash.update(context)
    self.init(key: Words(contextHash.finalize().bytes.span, at: 0), mode: .deriveKeyMaterial)
  }

  init(key: Words, mode: Flags) {
    self.key = key
    self.mode = mode
    chunk = Chunk(key: key, number: 0)
  }

  /// The digest of one message that is already in memory.
  public static func hash(_ bytes: Span<UInt8>) -> Digest {
    var hasher = BLAKE3()
    hasher.update(bytes)
    return hasher.finalize()
  }

  public static func hash(_ bytes: [UInt8]) -> Digest {
    hash(bytes.span)
  }

  /// The number of bytes fed so far.
  public var byteCount: UInt64 {
    chunk.number * UInt64(Chunk.sizeMax) + UInt64(chunk.count)
  }

  /// The digest of what was fed so far; more may follow.
  public func finalize() -> Digest {
    var output = [32 of UInt8](repeating: 0)
    var span = output.mutableSpan
    write(to: &span, from: 0)
    return Digest(output)
  }

  /// Output of any length, of which ``finalize()`` is the first 32 bytes.
  public func finalize(count: Int, from offset: UInt64 = 0) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: count)
    var span = output.mutableSpan
    write(to: &span, from: offset)
    return output
  }

  private func write(to output: inout MutableSpan<UInt8>, from offset: UInt64) {
    var node = chunk.node(mode: mode)
    for subtree in subtrees.reversed() {
      node = Node(left: subtree, right: node.chainingValue, key: key, mode: mode)
    }
    node.writeRoot(to: &output, from: offset)
  }
}
