internal import EVM
internal import Primitives

extension StateTree {
  /// The nodes from the root towards an account (EIP-1186), and the account.
  func proof(_ key: Digest) throws(StateFailure) -> (nodes: [[UInt8]], account: FoundAccount?) {
    var nodes: [[UInt8]] = []
    guard case .account(let account, let storage) = try walk(root, nil, key, &nodes) else {
      return (nodes, nil)
    }
    return (nodes, FoundAccount(account: account, storage: storage))
  }

  /// The nodes from a storage's root towards a slot, and its value.
  func proof(
    _ owner: Digest, _ storage: StateNode?, _ key: Digest
  ) throws(StateFailure) -> (nodes: [[UInt8]], value: U256) {
    var nodes: [[UInt8]] = []
    guard case .slot(let value) = try walk(storage, owner, key, &nodes) else {
      return (nodes, .zero)
    }
    return (nodes, value)
  }

  /// Nodes of less than 32 bytes stand inside their parents and not in the list.
  private func walk(
    _ root: StateNode?, _ owner: Digest?, _ key: Digest, _ nodes: inout [[UInt8]]
  ) throws(StateFailure) -> StateNode.Leaf? {
    guard let root else { return nil }
    var node = try source.resolved(root, owner, key)
    while true {
      // Children that came from the store are stubs with a reference, so that this needs no more.
      let bytes = node.encoded
      if nodes.isEmpty || bytes.count >= 32 { nodes.append(bytes) }
      switch node.content {
      case .stub: return nil
      case .leaf(let own, let leaf): return own == key ? leaf : nil
      case .extension(let path, let child):
        for (index, nibble) in path.enumerated()
        where key.nibble(node.depth + index) != Int(nibble) {
          return nil
        }
        node = try source.resolved(child, owner, key)
      case .branch(let children):
        guard let child = children[key.nibble(node.depth)] else { return nil }
        node = try source.resolved(child, owner, key)
      }
    }
  }
}
