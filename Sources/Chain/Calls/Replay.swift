public import EVM
public import Primitives

/// Watches transactions of the chain as they run once more.
public protocol ReplayObserver: AnyObject {
  /// Before a transaction; what shall see its instructions and calls, if anything.
  func begin(_ transaction: SealedTransaction, state: ReplayState) -> (any ExecutionTracer)?
  /// After it, with what it did.
  func end(_ transaction: SealedTransaction, outcome: Outcome, state: ReplayState)
}

/// The state between the transactions of a block that runs once more. Valid until the observer returns
/// from the call that brought it, or from its tracer's.
public struct ReplayState {
  let state: WorldState

  public func account(_ address: Address) -> Account? { state.currentAccount(address) }
  public func code(_ address: Address) -> [UInt8] { state.currentCode(address) }
  public func storage(_ address: Address, _ slot: U256) -> U256 {
    state.currentStorage(address, slot)
  }
}

extension Node {
  /// Runs a block of the chain once more under an observer's eyes, all of it or up to a transaction.
  public func replay(
    _ reference: BlockReference, upTo last: Int? = nil, observer: any ReplayObserver
  ) throws(NodeFailure) {
    let block = try requiredBlock(reference)
    guard block.number > 0 else { return }
    let parent = try state(at: .number(block.number - 1))
    try machines.withMachine { machine throws(NodeFailure) in
      let execution = BlockExecution(
        block.header, rules: rules, database: ViewDatabase(parent), arena: machine.arena,
        codes: machine.codes)
      execution.begin()
      let state = ReplayState(state: execution.state)
      for transaction in block.transactions.prefix(last.map { max($0, -1) &+ 1 } ?? .max) {
        execution.executor.tracer = observer.begin(transaction, state: state)
        do throws(ExecutionFailure) {
          let outcome = try execution.run(
            transaction.transaction, from: transaction.sender,
            check: configuration.isDevelopment ? .impersonated : .full)
          execution.executor.tracer = nil
          observer.end(transaction, outcome: outcome, state: state)
        } catch {
          switch error {
          case .invalid(let reason):
            throw .invalidBlock(.invalidTransaction(index: transaction.index, reason))
          case .state(let failure): throw NodeFailure(failure)
          }
        }
      }
    }
  }

  /// Runs a transaction of the chain once more, after those before it in its block.
  public func replay(
    transaction hash: Digest, observer: any ReplayObserver
  ) throws(NodeFailure) {
    guard let transaction = try transaction(hash) else { throw .unknownTransaction(hash) }
    let one = OneTransaction(index: transaction.index, observer: observer)
    try replay(.number(transaction.blockNumber), upTo: transaction.index, observer: one)
  }

  /// Runs a call like a transaction under an observer's eyes.
  public func traceCall(
    _ request: CallRequest, at reference: BlockReference = .latest,
    state overrides: StateOverrides = [:], block: BlockOverrides = BlockOverrides(),
    begin: (ReplayState) -> (any ExecutionTracer)?, end: (Outcome, ReplayState) -> Void
  ) throws(NodeFailure) {
    let view = try state(at: reference)
    try machines.withMachine { machine throws(NodeFailure) in
      let database = OverlayDatabase(ViewDatabase(view))
      try database.apply(overrides)
      let state = WorldState(database, codes: machine.codes)
      let executor = Executor(
        state: state, block: try context(view.header, block, overrides, for: request),
        arena: machine.arena)
      let replay = ReplayState(state: state)
      executor.tracer = begin(replay)
      let nonce = request.nonce ?? state.currentAccount(request.from)?.nonce ?? 0
      let transaction = request.transaction(
        gasLimit: callGas(request), nonce: nonce, chainID: chainID)
      do throws(ExecutionFailure) {
        let outcome = try executor.execute(transaction, from: request.from, check: .fundsOnly)
        end(outcome, replay)
      } catch {
        switch error {
        case .invalid(let reason): throw .rejectedCall(reason, transaction, sender: request.from)
        case .state(let failure): throw NodeFailure(failure)
        }
      }
    }
  }
}

/// Lets an observer see one transaction of a block alone.
private final class OneTransaction: ReplayObserver {
  private let index: Int
  private let observer: any ReplayObserver

  init(index: Int, observer: any ReplayObserver) {
    self.index = index
    self.observer = observer
  }

  func begin(_ transaction: SealedTransaction, state: ReplayState) -> (any ExecutionTracer)? {
    transaction.index == index ? observer.begin(transaction, state: state) : nil
  }

  func end(_ transaction: SealedTransaction, outcome: Outcome, state: ReplayState) {
    if transaction.index == index { observer.end(transaction, outcome: outcome, state: state) }
  }
}
