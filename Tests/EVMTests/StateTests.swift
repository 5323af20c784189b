import EVM
import Primitives
import Testing

/// A database that breaks when code is asked for.
private final class BrokenDatabase: StateDatabase {
  func account(at address: Address) -> Account? {
    Account(nonce: 0, balance: U256(1 << 60), codeHash: Keccak256.hash([1]))
  }

  func storage(of address: Address, at slot: U256) -> U256 { .zero }

  func hasStorage(_ address: Address) -> Bool { false }

  func code(of hash: Digest) throws(StateFailure) -> [UInt8] {
    throw StateFailure(reason: "the disk is gone")
  }

  func blockHash(ofNumber number: UInt64) -> Digest? { nil }
}

@Suite
struct StateTests {
  @Test
  func `gives no outcome when the database fails`() {
    let block = BlockContext(
      fork: .osaka, number: 1, timestamp: 1, coinbase: .zero, gasLimit: 1 << 40)
    let state = WorldState(BrokenDatabase())
    let executor = Executor(state: state, block: block)

    #expect(throws: ExecutionFailure.self) {
      try executor.execute(
        Transaction(gasLimit: 100_000, to: Machine.contract), from: Machine.sender)
    }
    #expect(state.failure?.reason == "the disk is gone")
  }

  @Test
  func `pays the sender, the receiver and the block`() throws {
    let machine = try Machine()
    let before = try #require(machine.database.account(at: Machine.sender)).balance

    let outcome = try machine.run(
      Transaction(maxFeePerGas: 10, gasLimit: 50_000, to: Machine.contract, value: 77))

    let sender = try #require(machine.database.account(at: Machine.sender))
    #expect(outcome.gasUsed == 21_000)
    #expect(machine.database.account(at: Machine.contract)?.balance == 77)
    #expect(machine.database.account(at: Machine.coinbase)?.balance == 210_000)
    #expect(sender.balance == before &- 77 &- 210_000)
    #expect(sender.nonce == 1)
  }

  @Test
  func `creates a contract where its address says`() throws {
    let machine = try Machine()
    // Returns one byte of code, 00.
    let outcome = try machine.run(
      Transaction(gasLimit: 200_000, data: try Hex.decode("60015ff3")))

    let address = Address.ofCreation(by: Machine.sender, nonce: 0)
    #expect(outcome.created == address)
    #expect(machine.database.account(at: address)?.codeHash == Keccak256.hash([0]))
    #expect(machine.database.account(at: address)?.nonce == 1)
  }

  @Test
  func `tells what would happen without a nonce`() throws {
    let machine = try Machine("60015f5500")
    let transaction = Transaction(nonce: 99, gasLimit: 100_000, to: Machine.contract)
    let executor = Executor(state: WorldState(machine.database), block: machine.block)

    let outcome = try executor.execute(transaction, from: Machine.contract, check: .fundsOnly)

    #expect(outcome.status == .success)
    #expect(throws: ExecutionFailure.invalid(.nonceTooHigh(expected: 0))) {
      try executor.execute(transaction, from: Machine.sender)
    }
  }

  @Test
  func `destroys only what the same transaction created, since Cancun`() throws {
    let before = try Machine("30ff", fork: .shanghai)
    let after = try Machine("30ff", fork: .cancun)

    _ = try before.call(value: 5)
    _ = try after.call(value: 5)

    #expect(before.database.account(at: Machine.contract) == nil)
    #expect(after.database.account(at: Machine.contract)?.balance == 5)
  }

  @Test
  func `has one root for one state`() {
    let (left, right) = (InMemoryState(), InMemoryState())
    for number in 1...20 as ClosedRange<UInt64> {
      left.set(Address(number: number), nonce: number, balance: U256(number), storage: [1: 2])
    }
    for number in (1...20 as ClosedRange<UInt64>).reversed() {
      right.set(
        Address(number: number), nonce: number, balance: U256(number), storage: [1: 2, 3: 0])
    }

    #expect(left.root() == right.root())
    #expect(InMemoryState().root() == Trie.emptyRoot)
  }
}
