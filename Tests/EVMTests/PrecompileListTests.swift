import EVM
import Precompiles
import Primitives
import Testing

@Suite
struct PrecompileListTests {
  /// Calls an address that has no code, with a warm price and without gas to spare: only a precompiled
  /// contract takes any, or fails for want of it.
  @Test(arguments: Fork.allCases)
  func `the interpreter calls exactly the contracts that the list has`(fork: Fork) throws {
    for number in (0...0x110 as ClosedRange<UInt64>) {
      let target = Address(number: number)
      let state = InMemoryState()
      state.set(Address(number: 0xA11CE), nonce: 0, balance: 1_000_000_000_000)
      let executor = Executor(
        state: WorldState(state),
        block: BlockContext(
          fork: fork, number: 1, timestamp: 1, coinbase: Address(number: 0xCB),
          gasLimit: 1 << 30))
      let outcome = try executor.execute(
        Transaction(maxFeePerGas: 1, gasLimit: 21_000, to: target), from: Address(number: 0xA11CE))

      let isThere = outcome.status != .success
      let isListed =
        number > 0 && Precompiles.exists(at: UInt16(number), fork: fork)
      #expect(isThere == isListed, "\(number)")
    }
  }
}
