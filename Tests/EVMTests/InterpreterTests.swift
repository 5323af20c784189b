import EVM
import Primitives
import Testing

@Suite
struct InterpreterTests {
  /// The word that a contract returned.
  static func word(_ outcome: Outcome) -> U256? { U256(bigEndian: outcome.output) }

  /// Code that leaves a word on the stack, then returns it.
  static func returning(_ code: String) -> String { code + "5f5260205ff3" }

  @Test(arguments: [
    ("6003600201", U256(5)), ("60036002900a", 9), ("600260030a", 9), ("6002600a04", 5),
    ("5f6001900360ff1c", 1), ("60016001900360031901", U256.max &- 3),
    ("60ff5f0b", .max), ("6001601f1a", 1), ("60011e", 255), ("5f1e", 256),
  ])
  func `computes`(code: String, expected: U256) throws {
    let machine = try Machine(Self.returning(code))

    let outcome = try machine.call()

    #expect(outcome.status == .success)
    #expect(Self.word(outcome) == expected)
  }

  @Test
  func `charges constant gas, memory and the transaction`() throws {
    let machine = try Machine(Self.returning("6003600201"))

    let outcome = try machine.call()

    // Three pushes of 3, ADD 3, PUSH0 2, MSTORE 3 and a word of memory 3, PUSH1 3, PUSH0 2.
    #expect(Machine.gas(outcome) == 3 + 3 + 3 + 2 + 3 + 3 + 3 + 2)
  }

  @Test(arguments: [
    ("01", Halt.stackUnderflow), ("600356", .invalidJump),
    ("fe", .undefinedInstruction(0xFE)), ("0c", .undefinedInstruction(0x0C)),
    ("5b5f600056", .stackOverflow), ("60015f5f3e", .returnDataOutOfBounds),
    ("7f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff51", .outOfGas),
    ("64ffffffffff5f20", .outOfGas), ("5f64ffffffffff5f5f3760015f20", .outOfGas),
  ])
  func `halts with a reason and takes all gas`(code: String, reason: Halt) throws {
    let machine = try Machine(code)

    let outcome = try machine.call(gas: 300_000)

    #expect(outcome.status == .halted(reason))
    #expect(outcome.gasUsed == 300_000)
  }

  @Test
  func `does not find jump destinations inside pushed data`() throws {
    // PUSH1 4 JUMP, PUSH1 0x5b: the byte at 4 is data.
    let machine = try Machine("600456605b00")

    let outcome = try machine.call(gas: 100_000)

    #expect(outcome.status == .halted(.invalidJump))
  }

  @Test
  func `reads zeros after the end of code and calldata`() throws {
    let machine = try Machine(Self.returning("6001357f"))
    let padded = try Machine(Self.returning("600135"))

    let truncated = try machine.call()
    let outcome = try padded.call(data: [0xAA, 0xBB])

    #expect(truncated.status == .success)
    #expect(truncated.output.isEmpty)
    #expect(Self.word(outcome) == U256(0xBB).shiftedLeft(by: 248))
  }

  @Test
  func `knows an instruction only from its fork on`() throws {
    let code = Self.returning("60011e")

    let before = try Machine(code, fork: .prague).call(gas: 100_000)
    let after = try Machine(code, fork: .osaka).call(gas: 100_000)

    #expect(before.status == .halted(.undefinedInstruction(0x1E)))
    #expect(after.status == .success)
  }

  /// A contract that counts in slot 0 and calls itself with almost all gas. Before EIP-150 the limit
  /// of depth stops it: the outermost frame and 1024 below it. Since then the gas does.
  @Test(arguments: [(Fork.homestead, 1025...1025), (.osaka, 300...1000)])
  func `survives calls inside calls`(fork: Fork, depths: ClosedRange<UInt64>) throws {
    let count = "6000546001016000556000600060006000600030"
    let machine = try Machine(count + "60645a03f15000", fork: fork)

    let outcome = try machine.call(gas: 16_000_000)

    let depth = machine.database.storage(of: Machine.contract, at: .zero)
    #expect(outcome.status == .success)
    #expect(depths.contains(depth.w0))
  }

  @Test
  func `takes back what a reverted call did`() throws {
    // Stores, logs, then reverts.
    let machine = try Machine("6001600055600060006000a15f5ffd")

    let outcome = try machine.call()

    #expect(outcome.status == .reverted)
    #expect(outcome.logs.isEmpty)
    #expect(machine.database.storage(of: Machine.contract, at: .zero) == .zero)
    #expect(machine.database.account(at: Machine.sender)?.nonce == 1)
  }
}
