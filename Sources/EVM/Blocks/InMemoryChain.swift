public import Primitives

/// A chain with the state after each of its blocks in memory: for tests and short-lived networks.
public final class InMemoryChain {
  private struct Node {
    let header: Header
    let state: InMemoryState
  }

  private let executor: BlockExecutor
  private var nodes: [Digest: Node] = [:]
  /// The latest block that was taken.
  public private(set) var head: Header

  /// The first block's root must be that of `state`.
  public init(genesis: Header, state: InMemoryState, rules: ChainRules) throws(InvalidBlock) {
    guard genesis.stateRoot == state.root() else { throw .header(.stateRoot) }
    executor = BlockExecutor(rules: rules)
    head = genesis
    nodes[genesis.hash] = Node(header: genesis, state: state)
  }

  public var rules: ChainRules { executor.rules }

  /// The state after a block.
  public func state(after hash: Digest) -> InMemoryState? {
    nodes[hash]?.state
  }

  /// Runs and checks a block, and takes it.
  @discardableResult
  public func append(_ bytes: [UInt8]) throws(InvalidBlock) -> BlockExecutor.Result {
    let block = try Block(decoding: bytes, rules: rules)
    let header = block.header
    guard let parent = nodes[header.parentHash] else {
      throw .unknownParent(header.parentHash)
    }
    let state = parent.state.copy()
    let result = try executor.execute(
      block, size: bytes.count, parent: parent.header, database: state
    ) { changes in
      let middle = state.copy()
      middle.apply(changes)
      return middle.root()
    }
    state.apply(result.changes)
    guard state.root() == header.stateRoot else { throw .header(.stateRoot) }
    let hash = header.hash
    state.blockHashes[header.number] = hash
    nodes[hash] = Node(header: header, state: state)
    head = header
    return result
  }
}
