public import Primitives

/// A Merkle Patricia trie in memory, which finds its root anew in the time that its changes take.
///
/// Copies share all nodes until one of them changes. Where entries are sorted and wanted once,
/// ``Trie/root(of:)`` needs no nodes at all.
public struct MerkleTrie {
  private var node: TrieNode?

  public init() {}

  public var isEmpty: Bool { node == nil }

  public var root: Digest { node.map { Keccak256.hash($0.encoded) } ?? Trie.emptyRoot }

  public subscript(key: [UInt8]) -> [UInt8]? {
    node?.walk(Self.nibbles(key)) { _ in }
  }

  /// Puts a value in place of what was there; an empty one takes the entry out.
  public mutating func set(_ key: [UInt8], _ value: [UInt8]) {
    let path = Self.nibbles(key)
    node =
      value.isEmpty
      ? node?.removing(path) : TrieNode.inserting(value, at: path, into: node)
  }

  public mutating func remove(_ key: [UInt8]) {
    set(key, [])
  }

  /// The nodes from the root towards a key, which show its value or that it has none.
  ///
  /// Nodes of less than 32 bytes stand inside their parents and not in the list.
  public func proof(of key: [UInt8]) -> [[UInt8]] {
    var nodes: [[UInt8]] = []
    _ = node?.walk(Self.nibbles(key)) { node in
      if nodes.isEmpty || node.encoded.count >= 32 { nodes.append(node.encoded) }
    }
    return nodes
  }

  /// The entry with the smallest key above another.
  public func entry(after key: [UInt8]) -> (key: [UInt8], value: [UInt8])? {
    node?.first(after: Self.nibbles(key)).map { (Self.bytes($0.path), $0.value) }
  }

  /// The entry with the largest key below another.
  public func entry(before key: [UInt8]) -> (key: [UInt8], value: [UInt8])? {
    node?.last(before: Self.nibbles(key)).map { (Self.bytes($0.path), $0.value) }
  }

  static func nibbles(_ key: [UInt8]) -> ArraySlice<UInt8> {
    var nibbles: [UInt8] = []
    nibbles.reserveCapacity(key.count * 2)
    for byte in key {
      nibbles.append(byte >> 4)
      nibbles.append(byte & 15)
    }
    return nibbles[...]
  }

  private static func bytes(_ nibbles: ArraySlice<UInt8>) -> [UInt8] {
    let digits = Array(nibbles)
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
