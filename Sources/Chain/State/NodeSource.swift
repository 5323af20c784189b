internal import EVM
internal import Primitives

/// Where nodes come from that memory has only stubs of, as they are in one version of the state.
///
/// `owner` is the hashed address of the contract whose storage it is about, nil for the accounts' own
/// trie. A place in a trie is the first `depth` nibbles of any key below it.
protocol NodeSource: Sendable {
  func inner(_ owner: Digest?, _ key: Digest, depth: Int) throws(StateFailure) -> StateNode
  /// The one leaf below a place.
  func leaf(_ owner: Digest?, _ key: Digest, depth: Int) throws(StateFailure) -> StateNode
  /// The account of a hashed address and the root of its storage.
  func account(_ key: Digest) throws(StateFailure) -> (Account, storageRoot: Digest)?
  func slot(_ owner: Digest, _ key: Digest) throws(StateFailure) -> U256
}

extension NodeSource {
  /// A node itself, where a stub may stand for it.
  func resolved(
    _ node: StateNode, _ owner: Digest?, _ key: Digest
  ) throws(StateFailure) -> StateNode {
    guard case .stub(let isLeaf) = node.content else { return node }
    if isLeaf { return try leaf(owner, key, depth: node.depth) }
    return try inner(owner, key, depth: node.depth)
  }
}

/// A state that is in memory as a whole has no stubs.
struct NoSource: NodeSource {
  private let failure = StateFailure(reason: "the state in memory has a hole")

  func inner(_ owner: Digest?, _ key: Digest, depth: Int) throws(StateFailure) -> StateNode {
    throw failure
  }

  func leaf(_ owner: Digest?, _ key: Digest, depth: Int) throws(StateFailure) -> StateNode {
    throw failure
  }

  func account(_ key: Digest) throws(StateFailure) -> (Account, storageRoot: Digest)? {
    throw failure
  }

  func slot(_ owner: Digest, _ key: Digest) throws(StateFailure) -> U256 {
    throw failure
  }
}
