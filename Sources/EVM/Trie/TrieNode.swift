internal import Primitives

/// A node of a ``MerkleTrie``: never changed once made, so that tries share what they have in common.
final class TrieNode {
  enum Content {
    case leaf(path: ArraySlice<UInt8>, value: [UInt8])
    case `extension`(path: ArraySlice<UInt8>, child: TrieNode)
    /// Sixteen children, and the value of the key that ends here; empty for none.
    case branch(children: [TrieNode?], value: [UInt8])
  }

  let content: Content

  init(_ content: Content) {
    self.content = content
  }

  /// Made when somebody asks for a root or a proof, and kept.
  private(set) lazy var encoded: [UInt8] = encode()

  /// What stands for the node in its parent.
  private(set) lazy var reference: [UInt8] = TrieBuilder.reference(to: encoded)

  private func encode() -> [UInt8] {
    var encoder = RLP.Encoder()
    encoder.list { list in
      switch content {
      case .leaf(let path, let value):
        list.append(TrieBuilder.compact(path, isLeaf: true))
        list.append(value)
      case .extension(let path, let child):
        list.append(TrieBuilder.compact(path, isLeaf: false))
        list.appendEncoded(child.reference)
      case .branch(let children, let value):
        for child in children { list.appendEncoded(child?.reference ?? [0x80]) }
        list.append(value)
      }
    }
    return encoder.bytes
  }

  // MARK: Changing

  /// The node with a value at a path below it.
  static func inserting(
    _ value: [UInt8], at path: ArraySlice<UInt8>, into node: TrieNode?
  ) -> TrieNode {
    guard let node else { return TrieNode(.leaf(path: path, value: value)) }
    switch node.content {
    case .leaf(let own, let ownValue):
      if own == path { return TrieNode(.leaf(path: path, value: value)) }
      let shared = sharedCount(own, path)
      var (children, branchValue) = ([TrieNode?](repeating: nil, count: 16), [UInt8]())
      place(ownValue, at: own.dropFirst(shared), in: &children, &branchValue)
      place(value, at: path.dropFirst(shared), in: &children, &branchValue)
      return TrieNode(.branch(children: children, value: branchValue))
        .below(path.prefix(shared))
    case .extension(let own, let child):
      let shared = sharedCount(own, path)
      if shared == own.count {
        return TrieNode(
          .extension(
            path: own, child: inserting(value, at: path.dropFirst(shared), into: child)))
      }
      var (children, branchValue) = ([TrieNode?](repeating: nil, count: 16), [UInt8]())
      let rest = own.dropFirst(shared)
      children[Int(own[rest.startIndex])] = child.below(rest.dropFirst())
      place(value, at: path.dropFirst(shared), in: &children, &branchValue)
      return TrieNode(.branch(children: children, value: branchValue))
        .below(path.prefix(shared))
    case .branch(var children, let own):
      guard let nibble = path.first else {
        return TrieNode(.branch(children: children, value: value))
      }
      children[Int(nibble)] = inserting(
        value, at: path.dropFirst(), into: children[Int(nibble)])
      return TrieNode(.branch(children: children, value: own))
    }
  }

  private static func place(
    _ value: [UInt8], at path: ArraySlice<UInt8>, in children: inout [TrieNode?],
    _ branchValue: inout [UInt8]
  ) {
    if let nibble = path.first {
      children[Int(nibble)] = TrieNode(.leaf(path: path.dropFirst(), value: value))
    } else {
      branchValue = value
    }
  }

  /// The node without the value at a path below it; nil when nothing is left.
  func removing(_ path: ArraySlice<UInt8>) -> TrieNode? {
    switch content {
    case .leaf(let own, _): return own == path ? nil : self
    case .extension(let own, let child):
      guard path.starts(with: own) else { return self }
      let rest = child.removing(path.dropFirst(own.count))
      return rest === child ? self : rest?.below(own)
    case .branch(var children, var value):
      if let nibble = path.first {
        guard let child = children[Int(nibble)] else { return self }
        let rest = child.removing(path.dropFirst())
        if rest === child { return self }
        children[Int(nibble)] = rest
      } else {
        if value.isEmpty { return self }
        value = []
      }
      return Self.branch(children, value)
    }
  }

  /// A branch, or what stands for one that has a single entry.
  private static func branch(_ children: [TrieNode?], _ value: [UInt8]) -> TrieNode? {
    let used = children.indices.filter { children[$0] != nil }
    if used.isEmpty { return value.isEmpty ? nil : TrieNode(.leaf(path: [], value: value)) }
    if used.count == 1, value.isEmpty, let child = children[used[0]] {
      return child.below([UInt8(used[0])])
    }
    return TrieNode(.branch(children: children, value: value))
  }

  /// The node with nibbles in front of all its paths.
  func below(_ prefix: ArraySlice<UInt8>) -> TrieNode {
    if prefix.isEmpty { return self }
    switch content {
    case .leaf(let path, let value): return TrieNode(.leaf(path: prefix + path, value: value))
    case .extension(let path, let child):
      return TrieNode(.extension(path: prefix + path, child: child))
    case .branch: return TrieNode(.extension(path: prefix, child: self))
    }
  }

  private static func sharedCount(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int {
    zip(left, right).prefix { $0 == $1 }.count
  }
}
