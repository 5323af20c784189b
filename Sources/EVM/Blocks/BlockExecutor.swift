public import Primitives

/// Runs whole blocks: what the rules do before, between and after transactions.
public struct BlockExecutor {
  /// EIP-7934: bytes of a block's RLP, since Osaka.
  public static let blockSizeMax = 10_485_760 - 2_097_152
  private static let weiPerGwei: UInt64 = 1_000_000_000

  public let rules: ChainRules
  private let arena: Arena
  private let codes = CodeCache()

  public init(rules: ChainRules, arena: Arena = Arena()) {
    self.rules = rules
    self.arena = arena
  }

  /// What a block did.
  public struct Result {
    public var receipts: [Receipt]
    public var outcomes: [Outcome]
    public var changes: StateChanges
  }

  /// Runs a block on the state after its parent, and checks everything but the root of the state,
  /// which only whoever keeps the state can compute.
  ///
  /// `intermediateRoot` gives the root in the middle of a block, which receipts name before Byzantium.
  public func execute(
    _ block: Block, size: Int, parent: Header, database: any StateDatabase,
    intermediateRoot: (StateChanges) -> Digest
  ) throws(InvalidBlock) -> Result {
    let header = block.header
    let fork = rules.fork(number: header.number, timestamp: header.timestamp)
    if fork >= .osaka && size > Self.blockSizeMax { throw .tooLarge(size) }
    try HeaderCheck(header, parent: parent, rules: rules, fork: fork).run()
    try checkContent(block)

    let state = WorldState(database, codes: codes)
    let executor = Executor(state: state, block: context(header, fork), arena: arena)
    callBefore(executor, header, fork)
    var receipts: [Receipt] = []
    var outcomes: [Outcome] = []
    for (index, transaction) in block.transactions.enumerated() {
      let outcome = try run(transaction, index: index, executor)
      var result = Receipt.Result.failure
      if fork < .byzantium {
        result = .stateRoot(intermediateRoot(state.changes()))
      } else if outcome.status == .success {
        result = .success
      }
      receipts.append(
        Receipt(
          kind: transaction.kind, result: result, cumulativeGasUsed: executor.gasUsed,
          logs: outcome.logs))
      outcomes.append(outcome)
    }
    try check(header, executor, receipts)
    settle(block, executor, fork)
    try checkRequests(header, executor, receipts, fork)
    if let failure = state.failure { throw .state(failure) }
    return Result(receipts: receipts, outcomes: outcomes, changes: state.changes())
  }

  private func context(_ header: Header, _ fork: Fork) -> BlockContext {
    BlockContext(
      fork: fork, chainID: rules.chainID, number: header.number, timestamp: header.timestamp,
      coinbase: header.beneficiary, gasLimit: header.gasLimit, baseFee: header.baseFee ?? .zero,
      randomness: fork >= .paris ? header.mixHash.word : header.difficulty,
      excessBlobGas: header.excessBlobGas ?? 0, blobs: rules.blobs(of: fork),
      hasDisputeContracts: rules.hasDisputeContracts)
  }

  private func run(
    _ transaction: Transaction, index: Int, _ executor: Executor
  ) throws(InvalidBlock) -> Outcome {
    guard let sender = transaction.sender() else {
      throw .invalidTransaction(index: index, .unrecoverableSender)
    }
    do {
      return try executor.execute(transaction, from: sender)
    } catch {
      switch error {
      case .invalid(let reason): throw .invalidTransaction(index: index, reason)
      case .state(let failure): throw .state(failure)
      }
    }
  }

  // MARK: Checks

  private func checkContent(_ block: Block) throws(InvalidBlock) {
    let header = block.header
    guard Trie.root(ofList: block.transactions.map(\.encoded)) == header.transactionsRoot else {
      throw .header(.transactionsRoot)
    }
    guard (block.withdrawals == nil) == (header.withdrawalsRoot == nil) else {
      throw .header(.withdrawalsRoot)
    }
    if let withdrawals = block.withdrawals {
      guard Trie.root(ofList: withdrawals.map(\.encoded)) == header.withdrawalsRoot else {
        throw .header(.withdrawalsRoot)
      }
    }
    var ommers = RLP.Encoder()
    ommers.list { list in
      for ommer in block.ommers { ommer.encode(to: &list) }
    }
    guard Keccak256.hash(ommers.bytes) == header.ommersHash else { throw .header(.ommersHash) }
  }

  private func check(
    _ header: Header, _ executor: Executor, _ receipts: [Receipt]
  ) throws(InvalidBlock) {
    guard executor.gasUsed == header.gasUsed else { throw .header(.gasUsed) }
    if let blobGasUsed = header.blobGasUsed, blobGasUsed != executor.blobGasUsed {
      throw .header(.blobGasUsed)
    }
    var bloom = Bloom()
    for receipt in receipts { bloom.formUnion(receipt.bloom) }
    guard bloom == header.bloom else { throw .header(.bloom) }
    guard Trie.root(ofList: receipts.map(\.encoded)) == header.receiptsRoot else {
      throw .header(.receiptsRoot)
    }
  }

  private func checkRequests(
    _ header: Header, _ executor: Executor, _ receipts: [Receipt], _ fork: Fork
  ) throws(InvalidBlock) {
    guard fork >= .prague else { return }
    let logs = receipts.flatMap(\.logs)
    guard let deposits = Requests.deposits(in: logs, of: rules.depositContract) else {
      throw .depositLayout
    }
    let withdrawals = try requests(SystemContract.withdrawals, executor)
    let consolidations = try requests(SystemContract.consolidations, executor)
    let hash = Requests.hash([
      (.deposit, deposits), (.withdrawal, withdrawals), (.consolidation, consolidations),
    ])
    guard hash == header.requestsHash else { throw .header(.requestsHash) }
  }

  private func requests(
    _ contract: Address, _ executor: Executor
  ) throws(InvalidBlock) -> [UInt8] {
    guard let output = executor.callSystem(contract, []) else {
      throw .systemCallFailed(contract)
    }
    return output
  }

  // MARK: Around the transactions

  private func callBefore(_ executor: Executor, _ header: Header, _ fork: Fork) {
    if fork >= .cancun, let root = header.parentBeaconBlockRoot {
      _ = executor.callSystem(SystemContract.beaconRoots, root.array)
    }
    if fork >= .prague {
      _ = executor.callSystem(SystemContract.history, header.parentHash.array)
    }
  }

  /// Withdrawals, and the rewards of proof of work.
  private func settle(_ block: Block, _ executor: Executor, _ fork: Fork) {
    for withdrawal in block.withdrawals ?? [] {
      executor.pay(
        U256(withdrawal.amount).multiplied(by: Self.weiPerGwei) ?? .zero, to: withdrawal.address)
    }
    if fork < .paris {
      let number = block.header.number
      let ether: UInt64 = fork >= .constantinople ? 2 : fork >= .byzantium ? 3 : 5
      let reward = U256(ether * 1_000_000_000_000_000_000)
      executor.pay(
        reward &+ reward / 32 &* U256(UInt64(block.ommers.count)), to: block.header.beneficiary)
      for ommer in block.ommers where ommer.number < number && number - ommer.number <= 8 {
        let part = reward.multiplied(by: 8 - (number - ommer.number)) ?? .zero
        executor.pay(part / 8, to: ommer.beneficiary)
      }
    }
    executor.endSystemChanges()
  }
}
