internal import EVM
internal import Primitives

/// Runs code on the rules of some fork, in a state where contracts can call it and one another. The
/// first byte chooses the fork, the second one whether the code creates; the rest is code.
///
/// Gas never exceeds its limit, and no wei comes from nowhere.
public func fuzzCode(_ input: RawSpan) {
  let bytes = copy(input)
  guard bytes.count > 2 else { return }
  let fork = Fork.allCases[Int(bytes[0]) % Fork.allCases.count]
  let code = Array(bytes.dropFirst(2))
  let sender = Address(number: 0xA11CE)
  let state = InMemoryState()
  state.set(sender, nonce: 0, balance: U256(1 << 50))
  state.set(Address(number: 0xC0), nonce: 1, balance: 1000, code: code, storage: [0: 1, 1: 2])
  state.set(Address(number: 0xC1), nonce: 1, balance: 5, code: Array(code.reversed()))
  let before = total(state)

  let block = BlockContext(
    fork: fork, number: 5, timestamp: 1, coinbase: Address(number: 0xCB), gasLimit: 1 << 30)
  let transaction = Transaction(
    maxFeePerGas: 1, gasLimit: 1 << 20, to: bytes[1] & 1 == 0 ? Address(number: 0xC0) : nil,
    value: 7, data: code)
  let world = WorldState(state)
  let executor = Executor(state: world, block: block, arena: arena.value)
  guard let outcome = try? executor.execute(transaction, from: sender) else { return }
  precondition(outcome.gasUsed <= transaction.gasLimit, "no more gas than there is")
  precondition(outcome.gasUsed >= 21_000 / 2, "refunds give back a half at most")
  state.apply(world.changes())
  precondition(total(state) <= before, "no wei comes from nowhere")
  _ = state.root()
}

private func total(_ state: InMemoryState) -> U256 {
  state.accounts.values.reduce(.zero) { $0 &+ $1.balance }
}

/// One arena for all runs, which follow one another.
private struct SharedArena: @unchecked Sendable {
  // Unchecked: a fuzzer has one thread, and a test runs its inputs one by one.
  let value = Arena()
}

private let arena = SharedArena()
