public import Primitives

/// A block that runs, step by step: what the rules do before, between and after its transactions.
///
/// A builder asks for one transaction after the other and leaves out those that are refused; an importer
/// takes the block as it is.
public final class BlockExecution {
  private static let weiPerGwei: UInt64 = 1_000_000_000

  public let fork: Fork
  public let executor: Executor
  public private(set) var receipts: [Receipt] = []
  public private(set) var outcomes: [Outcome] = []
  private let rules: ChainRules
  private let header: Header

  /// Of `header`, what transactions can see counts: number, time, beneficiary, gas limit, fees,
  /// randomness, the parent's hash and the beacon block's root.
  ///
  /// `context` is what transactions see instead of the header, where that differs.
  public init(
    _ header: Header, rules: ChainRules, database: any StateDatabase, arena: Arena,
    codes: CodeCache, context: BlockContext? = nil
  ) {
    self.rules = rules
    self.header = header
    fork = rules.fork(number: header.number, timestamp: header.timestamp)
    executor = Executor(
      state: WorldState(database, codes: codes),
      block: context ?? BlockContext(header, rules: rules),
      arena: arena)
  }

  public var state: WorldState { executor.state }
  public var gasUsed: UInt64 { executor.gasUsed }

  /// Calls the contracts that the rules call before all transactions (EIP-4788, EIP-2935).
  public func begin() {
    if fork >= .cancun, let root = header.parentBeaconBlockRoot {
      _ = executor.callSystem(SystemContract.beaconRoots, root.array)
    }
    if fork >= .prague {
      _ = executor.callSystem(SystemContract.history, header.parentHash.array)
    }
  }

  /// Runs a transaction and adds its receipt; one that is refused leaves everything as it was.
  ///
  /// `intermediateRoot` gives the root in the middle of a block, which receipts name before Byzantium.
  @discardableResult
  public func run(
    _ transaction: Transaction, from sender: Address, check: Executor.SenderCheck = .full,
    intermediateRoot: (StateChanges) -> Digest = { _ in Trie.emptyRoot }
  ) throws(ExecutionFailure) -> Outcome {
    let outcome = try executor.execute(transaction, from: sender, check: check)
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
    return outcome
  }

  /// Pays withdrawals and the rewards of proof of work, and asks the contracts for the block's requests;
  /// returns the requests' hash since Prague.
  public func end(
    withdrawals: [Withdrawal], ommers: [Header] = []
  ) throws(InvalidBlock) -> Digest? {
    for withdrawal in withdrawals {
      executor.pay(
        U256(withdrawal.amount).multiplied(by: Self.weiPerGwei) ?? .zero, to: withdrawal.address)
    }
    if fork < .paris { rewardWork(ommers) }
    executor.endSystemChanges()
    let hash = try requestsHash()
    if let failure = state.failure { throw .state(failure) }
    return hash
  }

  private func rewardWork(_ ommers: [Header]) {
    let number = header.number
    let ether: UInt64 = fork >= .constantinople ? 2 : fork >= .byzantium ? 3 : 5
    let reward = U256(ether * 1_000_000_000_000_000_000)
    executor.pay(
      reward &+ reward / 32 &* U256(UInt64(ommers.count)), to: header.beneficiary)
    for ommer in ommers where ommer.number < number && number - ommer.number <= 8 {
      let part = reward.multiplied(by: 8 - (number - ommer.number)) ?? .zero
      executor.pay(part / 8, to: ommer.beneficiary)
    }
  }

  private func requestsHash() throws(InvalidBlock) -> Digest? {
    guard fork >= .prague else { return nil }
    let logs = receipts.flatMap(\.logs)
    guard let deposits = Requests.deposits(in: logs, of: rules.depositContract) else {
      throw .depositLayout
    }
    let withdrawals = try requests(SystemContract.withdrawals)
    let consolidations = try requests(SystemContract.consolidations)
    return Requests.hash([
      (.deposit, deposits), (.withdrawal, withdrawals), (.consolidation, consolidations),
    ])
  }

  private func requests(_ contract: Address) throws(InvalidBlock) -> [UInt8] {
    guard let output = executor.callSystem(contract, []) else {
      throw .systemCallFailed(contract)
    }
    return output
  }

  /// The union of the receipts' filters.
  public var bloom: Bloom {
    var bloom = Bloom()
    for receipt in receipts { bloom.formUnion(receipt.bloom) }
    return bloom
  }

  public var receiptsRoot: Digest { Trie.root(ofList: receipts.map(\.encoded)) }
}

extension BlockContext {
  /// What a header's block is for the transactions in it.
  public init(_ header: Header, rules: ChainRules) {
    let fork = rules.fork(number: header.number, timestamp: header.timestamp)
    self.init(
      fork: fork, chainID: rules.chainID, number: header.number, timestamp: header.timestamp,
      coinbase: header.beneficiary, gasLimit: header.gasLimit, baseFee: header.baseFee ?? .zero,
      randomness: fork >= .paris ? header.mixHash.word : header.difficulty,
      excessBlobGas: header.excessBlobGas ?? 0, blobs: rules.blobs(of: fork),
      hasDisputeContracts: rules.hasDisputeContracts)
  }
}

extension BlockExecution {
  /// What a block without requests has for its requests' hash since Prague.
  public static let noRequestsHash = Requests.hash([])
}
