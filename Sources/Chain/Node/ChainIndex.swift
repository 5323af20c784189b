internal import EVM
internal import Primitives
internal import Synchronization

/// The blocks of the chain and the states after them, by everything that names them.
final class ChainIndex: Sendable, BlockHistory {
  struct Place: Sendable {
    let block: UInt64
    let index: Int
  }

  struct State: Sendable {
    var head: SealedBlock
    var blocks: [UInt64: SealedBlock] = [:]
    var numbers: [Digest: UInt64] = [:]
    var transactions: [Digest: Place] = [:]
    var trees: [UInt64: StateTree] = [:]
    var codes: [Digest: [UInt8]] = [:]
    var oldest: UInt64 = 0
    var safe: UInt64 = 0
    var finalized: UInt64 = 0
    /// Counts changes of a state without a block.
    var patches: UInt64 = 0
  }

  private let state: Mutex<State>

  init(genesis: SealedBlock, tree: StateTree, codes: [(hash: Digest, code: [UInt8])]) {
    var state = State(head: genesis)
    Self.add(genesis, tree, codes, to: &state)
    self.state = Mutex(state)
  }

  private static func add(
    _ block: SealedBlock, _ tree: StateTree, _ codes: [(hash: Digest, code: [UInt8])],
    to state: inout State
  ) {
    state.head = block
    state.blocks[block.number] = block
    state.numbers[block.hash] = block.number
    state.trees[block.number] = tree
    for (hash, code) in codes { state.codes[hash] = code }
    for transaction in block.transactions {
      state.transactions[transaction.hash] = Place(
        block: block.number, index: transaction.index)
    }
  }

  func append(
    _ block: SealedBlock, _ tree: StateTree, _ codes: [(hash: Digest, code: [UInt8])]
  ) {
    state.withLock { Self.add(block, tree, codes, to: &$0) }
  }

  /// Puts another state after the head, as no block would.
  func patchHead(_ tree: StateTree, _ codes: [(hash: Digest, code: [UInt8])]) {
    state.withLock { state in
      state.trees[state.head.number] = tree
      for (hash, code) in codes { state.codes[hash] = code }
      state.patches += 1
    }
  }

  /// Forgets the blocks above a number, after which `tree` is the state.
  func revert(to number: UInt64, tree: StateTree) {
    state.withLock { state in
      guard let head = state.blocks[number] else { return }
      while state.head.number > number, let block = state.blocks[state.head.number] {
        state.blocks[block.number] = nil
        state.numbers[block.hash] = nil
        state.trees[block.number] = nil
        for transaction in block.transactions { state.transactions[transaction.hash] = nil }
        state.head = state.blocks[block.number - 1] ?? head
      }
      state.trees[number] = tree
      state.safe = min(state.safe, number)
      state.finalized = min(state.finalized, number)
    }
  }

  func mark(safe: UInt64, finalized: UInt64) {
    state.withLock { state in
      state.safe = min(safe, state.head.number)
      state.finalized = min(finalized, state.safe)
    }
  }

  // MARK: Looking

  var head: SealedBlock { state.withLock { $0.head } }
  var oldest: UInt64 { state.withLock { $0.oldest } }
  var safe: UInt64 { state.withLock { $0.safe } }
  var finalized: UInt64 { state.withLock { $0.finalized } }

  func block(_ number: UInt64) throws(StoreFailure) -> SealedBlock? {
    state.withLock { $0.blocks[number] }
  }

  /// The filter over a block's logs.
  func bloom(_ number: UInt64) throws(StoreFailure) -> Bloom? {
    state.withLock { $0.blocks[number]?.header.bloom }
  }

  func number(of hash: Digest) throws(StoreFailure) -> UInt64? {
    state.withLock { $0.numbers[hash] }
  }

  func place(of transaction: Digest) throws(StoreFailure) -> Place? {
    state.withLock { $0.transactions[transaction] }
  }

  func tree(after number: UInt64) throws(StoreFailure) -> StateTree? {
    state.withLock { $0.trees[number] }
  }

  /// The head and the state after it, which belong together.
  var headState: (SealedBlock, StateTree?) {
    state.withLock { ($0.head, $0.trees[$0.head.number]) }
  }

  func code(_ hash: Digest) throws(StateFailure) -> [UInt8] {
    if hash == Account.emptyCodeHash { return [] }
    guard let code = state.withLock({ $0.codes[hash] }) else {
      throw StateFailure(reason: "the state has no code with the hash \(hash)")
    }
    return code
  }

  func hash(ofNumber number: UInt64, before header: Header) throws(StateFailure) -> Digest? {
    guard number < header.number else { return nil }
    return state.withLock { $0.blocks[number]?.hash }
  }
}
