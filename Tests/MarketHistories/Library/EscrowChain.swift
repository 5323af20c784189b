internal import ABI
internal import ContractBindings
internal import EVM
internal import Market
internal import MarketChain
internal import Predeploys
internal import Primitives

/// The contracts of a genesis on our EVM, one transaction a block.
package final class EscrowChain {
  private let state: InMemoryState
  private let plan: GenesisPlan
  var timestamp: UInt64
  package private(set) var number: UInt64 = 0
  /// What the transactions since ``drain()`` did for the market.
  private var blocks: [EscrowBlock] = []
  /// Tokens that verdicts took: from whom, to whom, how many burned.
  private(set) var slashes: [Slash] = []
  /// Each payment of a checkpoint, by job and checkpoint.
  private(set) var paid: [[UInt64]: Int] = [:]

  /// What a verdict took, and to whom the token says that it went.
  struct Slash {
    let event: Bonds.Slashed
    let accuser: Address
    let victim: Address
  }

  struct Reverted: Error {
    let reason: String
  }

  init(_ plan: GenesisPlan) throws {
    self.plan = plan
    timestamp = plan.timestamp
    state = InMemoryState()
    for account in try Predeploys.accounts(plan) {
      state.set(
        account.address, nonce: account.nonce, balance: .zero, code: account.code,
        storage: account.storage)
    }
  }

  private init(_ other: EscrowChain) {
    plan = other.plan
    timestamp = other.timestamp
    number = other.number
    state = other.state.copy()
  }

  /// An independent chain that goes on from here.
  func copy() -> EscrowChain { EscrowChain(self) }

  @discardableResult
  func send<Output>(_ call: ContractCall<Output>, from sender: Address) throws -> Output {
    try call.output(try send(call.contract, call.data, from: sender))
  }

  @discardableResult
  func send(_ contract: Address, _ data: [UInt8], from sender: Address) throws -> [UInt8] {
    let world = WorldState(state)
    let outcome = try execute(contract, data, sender, world)
    guard outcome.status == .success else { throw Reverted(reason: Self.reason(outcome.output)) }
    state.apply(world.changes())
    number += 1
    try note(outcome.logs)
    return outcome.output
  }

  func read<Output>(_ call: ContractCall<Output>) throws -> Output {
    try call.output(try read(call.contract, call.data))
  }

  private func read(_ contract: Address, _ data: [UInt8]) throws -> [UInt8] {
    let outcome = try execute(contract, data, .zero, WorldState(state))
    guard outcome.status == .success else { throw Reverted(reason: Self.reason(outcome.output)) }
    return outcome.output
  }

  /// The blocks since the last time.
  func drain() -> [EscrowBlock] {
    defer { blocks = [] }
    return blocks
  }

  private func execute(
    _ contract: Address, _ data: [UInt8], _ sender: Address, _ world: WorldState
  ) throws -> EVM.Outcome {
    let executor = Executor(
      state: world,
      block: BlockContext(
        fork: .osaka, chainID: plan.chainID, number: number + 1, timestamp: timestamp,
        coinbase: .zero, gasLimit: 16_000_000, hasDisputeContracts: true))
    return try executor.execute(
      Transaction(gasLimit: 16_000_000, to: contract, data: data), from: sender,
      check: .fundsOnly)
  }

  private func note(_ logs: [EVM.Log]) throws {
    let hash = Keccak256.hash(U256(number).bytes + U256(timestamp).bytes)
    var paidByBonds: [Address] = []
    for log in logs {
      if let transfer = AIToken.Transfer(topics: log.topics, data: log.data),
        log.address == AIToken.address, transfer.from == Bonds.address
      {
        paidByBonds.append(transfer.to)
      }
      if let slash = Bonds.Slashed(topics: log.topics, data: log.data) {
        slashes.append(
          Slash(event: slash, accuser: paidByBonds[0], victim: paidByBonds[1]))
        paidByBonds = []
      }
      if let release = JobEscrow.Released(topics: log.topics, data: log.data) {
        paid[[release.job.clamped, release.checkpoint.clamped], default: 0] += 1
      }
    }
    let reader = EscrowReader { try self.read($0, $1) }
    blocks.append(
      try reader.block(
        number: number, hash: hash, timestamp: timestamp,
        logs: logs.map {
          EscrowReader.Log(
            address: $0.address, topics: $0.topics, data: $0.data, transaction: hash)
        }))
  }

  private static func reason(_ output: [UInt8]) -> String {
    let values = try? Decoding.decode([.string], from: Array(output.dropFirst(4)))
    if case .string(let text)? = values?.first { return text }
    return Hex.encode(output)
  }
}
