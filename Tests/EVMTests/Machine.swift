import EVM
import Primitives

/// A state with a contract or two, and a sender with wei, to run code on.
struct Machine {
  static let sender = Address(number: 0xA11CE)
  static let contract = Address(number: 0xC0DE)
  static let coinbase = Address(number: 0xC01B)

  let database = InMemoryState()
  var fork = Fork.osaka
  var gasLimit: UInt64 = 10_000_000

  init(_ code: String = "", fork: Fork = .osaka, storage: [U256: U256] = [:]) throws {
    self.fork = fork
    database.set(Self.sender, nonce: 0, balance: U256(1 << 60))
    database.set(
      Self.contract, nonce: 1, balance: .zero, code: try Hex.decode(code), storage: storage)
  }

  /// Calls the contract and keeps what it changes.
  func call(
    data: [UInt8] = [], gas: UInt64? = nil, value: U256 = .zero
  ) throws(ExecutionFailure) -> Outcome {
    try run(
      Transaction(
        nonce: database.account(at: Self.sender)?.nonce ?? 0, gasLimit: gas ?? gasLimit,
        to: Self.contract, value: value, data: data))
  }

  func run(_ transaction: Transaction) throws(ExecutionFailure) -> Outcome {
    let state = WorldState(database)
    let executor = Executor(state: state, block: block)
    let outcome = try executor.execute(transaction, from: Self.sender)
    database.apply(state.changes())
    return outcome
  }

  var block: BlockContext {
    BlockContext(
      fork: fork, number: 1, timestamp: 1, coinbase: Self.coinbase, gasLimit: 1 << 40)
  }

  /// Gas of the code alone, before refunds do anything.
  static func gas(_ outcome: Outcome) -> UInt64 { outcome.gasUsed - 21_000 }
}
