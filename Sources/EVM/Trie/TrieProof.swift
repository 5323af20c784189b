public import Primitives

/// A proof of a trie's entry, checked against the trie's root.
public enum TrieProof {
  /// Nodes that a proof may have: one for each nibble of a hashed key, and one more.
  public static let nodesMax = 65

  public enum Invalid: Error, Hashable, Sendable {
    case tooManyNodes(Int)
    /// A node is not the one that its parent, or the root, names.
    case wrongHash(node: Int)
    case malformed(node: Int)
    /// The path goes on after the last node.
    case incomplete
    /// Nodes follow after the path's end.
    case unused(nodes: Int)
  }

  /// The value of `key` under `root`, or nil where the proof shows that there is none.
  public static func value(
    of key: [UInt8], under root: Digest, proof: [[UInt8]]
  ) throws(Invalid) -> [UInt8]? {
    guard proof.count <= nodesMax else { throw .tooManyNodes(proof.count) }
    if proof.isEmpty {
      guard root == Trie.emptyRoot else { throw .incomplete }
      return nil
    }
    var path = MerkleTrie.nibbles(key)
    var expected = root
    for (index, bytes) in proof.enumerated() {
      guard Keccak256.hash(bytes) == expected else { throw .wrongHash(node: index) }
      guard let item = try? RLP.Item(decoding: bytes) else { throw .malformed(node: index) }
      switch try step(item, &path, node: index) {
      case .next(let hash): expected = hash
      case .end(let value):
        guard index == proof.count - 1 else { throw .unused(nodes: proof.count - 1 - index) }
        return value
      }
    }
    throw .incomplete
  }

  private enum Step {
    case next(Digest)
    case end([UInt8]?)
  }

  /// Follows the path through a node and those that stand inside it.
  private static func step(
    _ item: RLP.Item, _ path: inout ArraySlice<UInt8>, node: Int
  ) throws(Invalid) -> Step {
    var item = item
    while true {
      guard case .list(let parts) = item else { throw .malformed(node: node) }
      switch parts.count {
      case 17:
        guard let nibble = path.popFirst() else {
          guard case .bytes(let value) = parts[16] else { throw .malformed(node: node) }
          return .end(value.isEmpty ? nil : value)
        }
        item = parts[Int(nibble)]
        if item == .bytes([]) { return .end(nil) }
      case 2:
        guard case .bytes(let compact) = parts[0], let own = Prefix(compact) else {
          throw .malformed(node: node)
        }
        let matches = path.starts(with: own.path)
        if own.isLeaf {
          guard case .bytes(let value) = parts[1] else { throw .malformed(node: node) }
          return .end(matches && path.count == own.path.count ? value : nil)
        }
        guard matches else { return .end(nil) }
        path = path.dropFirst(own.path.count)
        item = parts[1]
      default: throw .malformed(node: node)
      }
      if case .bytes(let hash) = item {
        guard let digest = try? Digest(hash) else { throw .malformed(node: node) }
        return .next(digest)
      }
    }
  }

  /// A path in hex-prefix encoding.
  private struct Prefix {
    let isLeaf: Bool
    let path: [UInt8]

    init?(_ compact: [UInt8]) {
      guard let first = compact.first, first >> 4 < 4 else { return nil }
      isLeaf = first & 0x20 != 0
      let isOdd = first & 0x10 != 0
      guard isOdd || first & 15 == 0 else { return nil }
      path = (isOdd ? [first & 15] : []) + MerkleTrie.nibbles(Array(compact.dropFirst()))
    }
  }
}
