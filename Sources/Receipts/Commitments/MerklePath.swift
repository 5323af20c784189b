public import Primitives

/// What leads from one leaf of a ``MerkleTree`` to its root (RFC 9162, section 2.1.3).
public struct MerklePath: Hashable, Sendable {
  /// The leaf's place, counted from 0.
  public let index: UInt64
  public let leafCount: UInt64
  /// The digest beside the way at each level, from the leaf up.
  public let siblings: [Digest]

  public init(index: UInt64, leafCount: UInt64, siblings: [Digest]) {
    self.index = index
    self.leafCount = leafCount
    self.siblings = siblings
  }

  /// The path of one of `leaves`, or nil where there is no such leaf.
  public init?(to index: Int, in leaves: [Digest]) {
    guard leaves.indices.contains(index) else { return nil }
    var siblings: [Digest] = []
    var range = leaves.startIndex..<leaves.endIndex
    while range.count > 1 {
      let middle = range.lowerBound + Self.leftCount(of: range.count)
      let left = range.lowerBound..<middle
      let right = middle..<range.upperBound
      siblings.append(Self.root(of: leaves[left.contains(index) ? right : left]))
      range = left.contains(index) ? left : right
    }
    self.init(
      index: UInt64(index), leafCount: UInt64(leaves.count), siblings: siblings.reversed())
  }

  /// The root of the tree that has `leaf` in this place, or nil if no tree has such a path.
  public func root(of leaf: Digest) -> Digest? {
    guard index < leafCount else { return nil }
    var goesLeft: [Bool] = []
    var position = index
    var count = leafCount
    while count > 1 {
      let left = UInt64(1) << UInt64(63 - (count - 1).leadingZeroBitCount)
      goesLeft.append(position < left)
      count = position < left ? left : count - left
      if position >= left { position -= left }
    }
    guard siblings.count == goesLeft.count else { return nil }
    return zip(goesLeft.reversed(), siblings).reduce(MerkleTree.hash(leaf: leaf)) { digest, step in
      step.0 ? MerkleTree.hash(digest, step.1) : MerkleTree.hash(step.1, digest)
    }
  }

  /// The largest power of two below `count`.
  private static func leftCount(of count: Int) -> Int {
    1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }

  private static func root(of leaves: ArraySlice<Digest>) -> Digest {
    MerkleTree(leaves).root
  }
}
