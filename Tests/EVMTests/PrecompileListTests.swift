import EVM
import Precompiles
import Primitives
import Testing

@Suite
struct PrecompileListTests {
  @Test(arguments: Fork.allCases)
  func `the interpreter has exactly the contracts that the list has`(fork: Fork) {
    let block = BlockContext(
      fork: fork, number: 1, timestamp: 1, coinbase: Address(number: 0xCB), gasLimit: 1 << 30)

    let places = (0...0x1_0100 as ClosedRange<UInt64>).filter {
      block.precompile(at: Address(number: $0)) != nil
    }
    let high = Address(high: 1, middle: 0, low: 1)

    #expect(places == Precompiles.addresses(at: fork).map(UInt64.init).sorted())
    #expect(block.precompile(at: high) == nil)
  }
}
