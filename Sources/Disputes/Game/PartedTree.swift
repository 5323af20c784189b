public import Primitives

/// A tree that is gone down four levels at a time: up to sixteen parts, of which one is chosen.
///
/// The shape is that of RFC 9162 and of BLAKE3: the left subtree holds the largest power of two of
/// leaves that leaves one for the right.
public struct PartedTree: Hashable, Sendable {
  /// The most parts of one opening.
  public static let partCountMax = 16
  static let levelCount = 4

  /// How its nodes are made.
  public enum Kind: Hashable, Sendable {
    /// Over digests: RFC 9162 with BLAKE3.
    case digests
    /// Inside a BLAKE3 digest.
    case content
  }

  public let kind: Kind
  /// The leaves that it holds, of those of the whole tree.
  public let leaves: Range<UInt64>
  /// The number of leaves of the whole tree.
  public let wholeCount: UInt64
  /// Its topmost node.
  public let node: Digest

  public init(_ kind: Kind, leaves: Range<UInt64>, of wholeCount: UInt64, node: Digest) {
    self.kind = kind
    self.leaves = leaves
    self.wholeCount = wholeCount
    self.node = node
  }

  public var leafCount: UInt64 { leaves.upperBound - leaves.lowerBound }

  /// The leaves of each part.
  public var parts: [Range<UInt64>] {
    Self.levels(leafCount)[Self.levelCount].reduce(into: []) { ranges, size in
      let start = ranges.last?.upperBound ?? leaves.lowerBound
      ranges.append(start..<start + size)
    }
  }

  /// Whether these are the nodes of its parts.
  func isMade(of nodes: [Digest]) -> Bool {
    let levels = Self.levels(leafCount)
    guard nodes.count == levels[Self.levelCount].count else { return false }
    var row = nodes
    for depth in (0..<Self.levelCount).reversed() {
      var rest = row[...]
      row = levels[depth].map { size in
        let left = rest.removeFirst()
        return size > 1 ? join(left, rest.removeFirst(), isTop: depth == 0) : left
      }
    }
    return row == [node]
  }

  private func join(_ left: Digest, _ right: Digest, isTop: Bool) -> Digest {
    switch kind {
    case .digests: Self.hash(left, right)
    case .content:
      BLAKE3.parent(left, right, isRoot: isTop && leafCount == wholeCount)
    }
  }

  /// The tree below one of its parts.
  func part(_ index: Int, node: Digest) -> PartedTree {
    PartedTree(kind, leaves: parts[index], of: wholeCount, node: node)
  }

  /// The sizes of the subtrees at each level, from the top.
  private static func levels(_ count: UInt64) -> [[UInt64]] {
    (0..<levelCount).reduce(into: [[count]]) { levels, depth in
      levels.append(
        levels[depth].flatMap { size -> [UInt64] in
          guard size > 1 else { return [size] }
          let left = UInt64(1) << UInt64(63 - (size - 1).leadingZeroBitCount)
          return [left, size - left]
        })
    }
  }

  /// How often a tree is opened until a leaf is left.
  public static func openingCount(leafCount: UInt64) -> Int {
    guard leafCount > 1 else { return 0 }
    let depth = 64 - (leafCount - 1).leadingZeroBitCount
    return (depth + levelCount - 1) / levelCount
  }

  // The nodes of the trees over digests, as traces have them.

  static func hash(leaf: Digest) -> Digest { BLAKE3.hash([0] + leaf.array) }

  static func hash(_ left: Digest, _ right: Digest) -> Digest {
    BLAKE3.hash([1] + left.array + right.array)
  }
}
