internal import EVM
internal import Primitives

/// A simulation in progress.
struct Simulation {
  private static let secondsPerBlock: UInt64 = 12

  let node: Node
  let machine: Machine
  let validates: Bool
  private let database: OverlayDatabase
  private var tree: StateTree
  private var parent: Header
  private var parentHash: Digest
  private var gasLeft: UInt64
  private(set) var blocks: [SimulatedBlock] = []

  init(node: Node, view: StateView, machine: Machine, validates: Bool) {
    self.node = node
    self.machine = machine
    self.validates = validates
    database = OverlayDatabase(ViewDatabase(view))
    tree = view.tree
    parent = view.header
    parentHash = view.blockHash
    gasLeft = node.configuration.queries.callGasMax
  }

  mutating func run(
    _ block: SimulationRequest.Block, _ observer: (any SimulationObserver)?
  ) throws(NodeFailure) {
    if let number = block.overrides.number {
      guard number > parent.number else {
        throw .badOverride("block numbers must ascend: \(number) after \(parent.number)")
      }
      while number > parent.number + 1 { try seal(SimulationRequest.Block(), nil) }
    }
    try seal(block, observer)
  }

  private mutating func seal(
    _ request: SimulationRequest.Block, _ observer: (any SimulationObserver)?
  ) throws(NodeFailure) {
    guard blocks.count < node.configuration.queries.simulatedBlocksMax else {
      throw .limit(
        .simulatedBlocks, most: UInt64(node.configuration.queries.simulatedBlocksMax))
    }
    var header = try openHeader(request.overrides)
    try database.apply(request.state)
    try applyToTree(request.state)
    let fork = node.fork(of: header)
    var context = BlockContext(header, rules: node.rules)
    context.blobBaseFee = request.overrides.blobBaseFee
    try context.movePrecompiles(request.state)
    let execution = BlockExecution(
      header, rules: node.rules, database: database, arena: machine.arena, codes: machine.codes,
      context: context)
    execution.begin()
    var calls: [SimulatedBlock.Call] = []
    for (index, call) in request.calls.enumerated() {
      let state = execution.state
      execution.executor.tracer = observer?.tracer(block: blocks.count, call: index) {
        state.currentAccount($0)?.balance ?? .zero
      }
      calls.append(try run(call, execution, header))
      execution.executor.tracer = nil
    }
    let withdrawals = request.overrides.withdrawals ?? []
    do throws(InvalidBlock) {
      header.requestsHash = try execution.end(withdrawals: withdrawals)
    } catch {
      throw .invalidBlock(error)
    }
    header.gasUsed = execution.gasUsed
    header.bloom = execution.bloom
    header.receiptsRoot = execution.receiptsRoot
    let transactions = calls.map(\.transaction)
    header.transactionsRoot = Trie.root(ofList: transactions.map(\.encoded))
    if fork >= .cancun { header.blobGasUsed = execution.executor.blobGasUsed }
    if fork >= .shanghai {
      header.withdrawalsRoot = Trie.root(ofList: withdrawals.map(\.encoded))
    }
    let changes = execution.state.changes()
    database.apply(changes)
    try apply(changes)
    header.stateRoot = tree.rootHash
    let hash = header.hash
    database.blockHashes[header.number] = hash
    blocks.append(
      SimulatedBlock(
        block: Block(
          header: header, transactions: transactions,
          withdrawals: fork >= .shanghai ? withdrawals : nil),
        hash: hash, calls: calls))
    parent = header
    parentHash = hash
  }

  private mutating func run(
    _ call: CallRequest, _ execution: BlockExecution, _ header: Header
  ) throws(NodeFailure) -> SimulatedBlock.Call {
    let blockGas = header.gasLimit - min(execution.gasUsed, header.gasLimit)
    let gas = min(call.gasLimit ?? min(blockGas, gasLeft), gasLeft)
    if let wanted = call.gasLimit, wanted > blockGas {
      throw .invalid(.gasLimitExceedsBlock(available: blockGas))
    }
    var call = call
    // Simulated transactions are of type 2 unless they say otherwise.
    if call.gasPrice == nil && call.maxFeePerGas == nil {
      call.maxFeePerGas = validates ? header.baseFee ?? .zero : .zero
    }
    let nonce = call.nonce ?? execution.state.currentAccount(call.from)?.nonce ?? 0
    let transaction = call.transaction(gasLimit: gas, nonce: nonce, chainID: node.chainID)
    do throws(ExecutionFailure) {
      let outcome = try execution.run(
        transaction, from: call.from, check: validates ? .simulated : .fundsOnly)
      gasLeft -= min(outcome.gasUsed, gasLeft)
      return SimulatedBlock.Call(
        transaction: transaction, sender: call.from,
        result: CallResult(outcome))
    } catch {
      switch error {
      case .invalid(let reason): throw .rejectedCall(reason, transaction, sender: call.from)
      case .state(let failure): throw NodeFailure(failure)
      }
    }
  }

  private func openHeader(_ overrides: BlockOverrides) throws(NodeFailure) -> Header {
    var header = Header()
    header.parentHash = parentHash
    header.number = overrides.number ?? parent.number &+ 1
    header.timestamp = overrides.timestamp ?? parent.timestamp &+ Self.secondsPerBlock
    guard header.timestamp > parent.timestamp else {
      throw .badOverride("timestamps must ascend: \(header.timestamp) after \(parent.timestamp)")
    }
    header.gasLimit = overrides.gasLimit ?? parent.gasLimit
    header.beneficiary = overrides.beneficiary ?? parent.beneficiary
    header.mixHash = overrides.randomness ?? Digest(.zero)
    let fork = node.fork(of: header)
    if fork < .paris { header.difficulty = parent.difficulty }
    if fork >= .london {
      header.baseFee =
        overrides.baseFee ?? (validates ? FeeMarket.baseFee(after: parent) : .zero)
    }
    if fork >= .shanghai { header.withdrawalsRoot = Trie.emptyRoot }
    if fork >= .cancun {
      header.excessBlobGas = FeeMarket.excessBlobGas(
        after: parent, fork: fork, blobs: node.rules.blobs(of: fork))
      header.parentBeaconBlockRoot = overrides.beaconRoot ?? Digest(.zero)
    }
    return header
  }

  private mutating func apply(_ changes: StateChanges) throws(NodeFailure) {
    do throws(StateFailure) {
      tree = try tree.applying(changes).0
    } catch {
      throw NodeFailure(error)
    }
  }

  /// Overrides of the state change its root too.
  private mutating func applyToTree(_ overrides: StateOverrides) throws(NodeFailure) {
    var changes = StateChanges()
    for (address, override) in overrides where override.changesState {
      do throws(StateFailure) {
        changes.accounts.append(
          StateChanges.Change(
            address: address, account: try database.account(at: address),
            wipesStorage: override.state != nil,
            slots: (override.state ?? override.stateDiff ?? [:]).map { ($0.key, $0.value) }))
      } catch {
        throw NodeFailure(error)
      }
    }
    try apply(changes)
  }
}
