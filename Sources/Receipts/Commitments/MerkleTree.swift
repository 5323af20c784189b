public import Primitives

/// A Merkle tree over digests, with the shape and the separation of leaves from nodes of RFC 9162
/// (section 2.1), hashed by BLAKE3.
///
/// Appending keeps one digest for each complete subtree: a trace of any length costs a few hundred
/// bytes.
public struct MerkleTree: Sendable {
  public private(set) var leafCount: UInt64 = 0
  /// The roots of complete subtrees, largest first: one per bit set in `leafCount`.
  private var subtrees: [Digest] = []

  public init() {}

  public init(_ leaves: some Sequence<Digest>) {
    for leaf in leaves { append(leaf) }
  }

  public mutating func append(_ leaf: Digest) {
    var digest = Self.hash(leaf: leaf)
    var completed = leafCount
    while !completed.isMultiple(of: 2), let left = subtrees.popLast() {
      digest = Self.hash(left, digest)
      completed /= 2
    }
    subtrees.append(digest)
    leafCount += 1
  }

  /// The root; of the tree without leaves, the digest of no bytes.
  public var root: Digest {
    guard var digest = subtrees.last else { return BLAKE3.hash([]) }
    for left in subtrees.dropLast().reversed() { digest = Self.hash(left, digest) }
    return digest
  }

  static func hash(leaf: Digest) -> Digest {
    var hasher = BLAKE3()
    hasher.update([0])
    hasher.update(leaf.bytes.span)
    return hasher.finalize()
  }

  static func hash(_ left: Digest, _ right: Digest) -> Digest {
    var hasher = BLAKE3()
    hasher.update([1])
    hasher.update(left.bytes.span)
    hasher.update(right.bytes.span)
    return hasher.finalize()
  }
}
