import EVM
import Primitives
import Testing

@Suite
struct StorageGasTests {
  struct Vector: Sendable, CustomTestStringConvertible {
    let code: String
    let gas: UInt64
    let refund: UInt64
    let original: U256

    var testDescription: String { "\(code) from \(original)" }
  }

  /// The test cases of EIP-2200 (gas by what the slot held, holds and gets).
  @Test(arguments: [
    Vector(code: "60006000556000600055", gas: 1612, refund: 0, original: 0),
    Vector(code: "60006000556001600055", gas: 20_812, refund: 0, original: 0),
    Vector(code: "60016000556000600055", gas: 20_812, refund: 19_200, original: 0),
    Vector(code: "60016000556002600055", gas: 20_812, refund: 0, original: 0),
    Vector(code: "60016000556001600055", gas: 20_812, refund: 0, original: 0),
    Vector(code: "60006000556000600055", gas: 5812, refund: 15_000, original: 1),
    Vector(code: "60006000556001600055", gas: 5812, refund: 4200, original: 1),
    Vector(code: "60006000556002600055", gas: 5812, refund: 0, original: 1),
    Vector(code: "60026000556000600055", gas: 5812, refund: 15_000, original: 1),
    Vector(code: "60026000556001600055", gas: 5812, refund: 4200, original: 1),
    Vector(code: "60016000556000600055", gas: 5812, refund: 15_000, original: 1),
    Vector(code: "600160005560006000556001600055", gas: 40_818, refund: 19_200, original: 0),
    Vector(code: "600060005560016000556000600055", gas: 10_818, refund: 19_200, original: 1),
  ])
  func `counts storage writes as EIP-2200 does`(vector: Vector) throws {
    let machine = try Machine(
      vector.code, fork: .istanbul, storage: [.zero: vector.original])

    let outcome = try machine.call()

    let used = 21_000 + vector.gas
    #expect(outcome.gasUsed == used - min(vector.refund, used / 2))
  }

  /// Of EIP-2929's table: the first access to a slot costs 2100, the next 100.
  @Test
  func `warms slots`() throws {
    let machine = try Machine("60005450600054506001545000")

    let outcome = try machine.call()

    #expect(Machine.gas(outcome) == 3 * (3 + 2) + 2100 + 100 + 2100)
  }
}
