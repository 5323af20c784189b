import ABI
import EVM
import Predeploys
import Primitives

/// The contracts of a genesis, called one transaction at a time.
final class TestChain {
  let state = InMemoryState()
  var timestamp: UInt64
  private let chainID: UInt64
  private let hasDisputeContracts: Bool

  struct Failed: Error {
    let status: Outcome.Status
    let reason: String
  }

  init(_ plan: GenesisPlan, hasDisputeContracts: Bool = true) throws {
    chainID = plan.chainID
    timestamp = plan.timestamp
    self.hasDisputeContracts = hasDisputeContracts
    for account in try Predeploys.accounts(plan) {
      state.set(
        account.address, nonce: account.nonce, balance: .zero, code: account.code,
        storage: account.storage)
    }
  }

  /// Calls and keeps what changed.
  @discardableResult
  func send<Output>(
    _ call: ContractCall<Output>, from sender: Address
  ) throws -> (output: Output, logs: [Log]) {
    let world = WorldState(state)
    let outcome = try run(call, sender, world)
    state.apply(world.changes())
    return (try call.output(outcome.output), outcome.logs)
  }

  /// Calls and forgets what changed.
  func read<Output>(
    _ call: ContractCall<Output>, from sender: Address = .zero
  ) throws -> Output {
    try call.output(try run(call, sender, WorldState(state)).output)
  }

  private func run<Output>(
    _ call: ContractCall<Output>, _ sender: Address, _ world: WorldState
  ) throws -> Outcome {
    let executor = Executor(
      state: world,
      block: BlockContext(
        fork: .osaka, chainID: chainID, number: 1, timestamp: timestamp, coinbase: .zero,
        gasLimit: 16_000_000, hasDisputeContracts: hasDisputeContracts))
    let transaction = Transaction(gasLimit: 16_000_000, to: call.contract, data: call.data)
    let outcome = try executor.execute(transaction, from: sender, check: .fundsOnly)
    guard outcome.status == .success else {
      let values = try? Decoding.decode([.string], from: Array(outcome.output.dropFirst(4)))
      if case .string(let text)? = values?.first {
        throw Failed(status: outcome.status, reason: text)
      }
      throw Failed(status: outcome.status, reason: "")
    }
    return outcome
  }
}
