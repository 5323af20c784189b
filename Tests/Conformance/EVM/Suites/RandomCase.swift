internal import EVM
public import Primitives

/// A transaction into random code, and what our EVM makes of it under Osaka's rules.
public struct RandomCase {
  public struct Result: Hashable, Sendable {
    public let gasUsed: UInt64
    public let isSuccess: Bool
    /// keccak(rlp(logs)).
    public let logs: Digest
    public let root: Digest

    /// One line of the facts that another implementation has agreed to.
    public var line: String { "\(gasUsed) \(isSuccess ? 1 : 0) \(logs) \(root)" }
  }

  private static let sender = Address(number: 0xA11CE)
  private static let coinbase = Address(number: 0xCB)
  private static let contracts: [UInt64] = [0xC0, 0xC1, 0xC2]

  public let seed: UInt64
  private let codes: [[UInt8]]
  private let isCreation: Bool
  private let data: [UInt8]
  private let gasLimit: UInt64
  private let value: UInt64

  public init(seed: UInt64) {
    self.seed = seed
    var numbers = RandomProgram.Numbers(state: seed &* 0x9E37_79B9_7F4A_7C15)
    codes = Self.contracts.map { _ in
      var program = RandomProgram(seed: numbers.next())
      return program.make()
    }
    isCreation = numbers.below(10) == 0
    if isCreation {
      var program = RandomProgram(seed: numbers.next())
      data = program.make()
    } else {
      data = (0..<numbers.below(100)).map { _ in UInt8(truncatingIfNeeded: numbers.next()) }
    }
    gasLimit = 60_000 + UInt64(numbers.below(1_000_000))
    value = UInt64(numbers.below(3) == 0 ? numbers.below(1000) : 0)
  }

  public func run() -> Result? {
    let state = InMemoryState()
    state.set(Self.sender, nonce: 0, balance: 1_000_000_000_000_000_000)
    for (number, code) in zip(Self.contracts, codes) {
      state.set(
        Address(number: number), nonce: 1, balance: 1000, code: code, storage: [0: 1, 1: 2])
    }
    state.set(Address(number: 0xA0), nonce: 0, balance: 1)
    for number in 0..<5 as Range<UInt64> { state.blockHashes[number] = Digest(U256(number + 1)) }
    let block = BlockContext(
      fork: .osaka, chainID: 1, number: 5, timestamp: 1000, coinbase: Self.coinbase,
      gasLimit: 30_000_000, baseFee: 7, randomness: 0x1234)
    let world = WorldState(state)
    let executor = Executor(state: world, block: block)
    let transaction = Transaction(
      kind: .dynamicFee, chainID: 1, maxPriorityFeePerGas: 1, maxFeePerGas: 100,
      gasLimit: gasLimit, to: isCreation ? nil : Address(number: 0xC0), value: U256(value),
      data: data)
    guard let outcome = try? executor.execute(transaction, from: Self.sender) else { return nil }
    state.apply(world.changes())
    return Result(
      gasUsed: outcome.gasUsed, isSuccess: outcome.status == .success,
      logs: outcome.logs.digest, root: state.root())
  }

  /// What another implementation needs to run the case: seed, contracts' codes, data, whether it creates,
  /// gas limit and value.
  public var line: String {
    "\(seed) \(codes.map { "0x" + Hex.encode($0) }.joined(separator: ",")) 0x\(Hex.encode(data)) "
      + "\(isCreation ? 1 : 0) \(gasLimit) \(value)"
  }
}
