import EVM
import Primitives
import Testing

@testable import Tracers

@Suite
struct CallTracerTests {
  private let sender = Address(number: 0xAA)
  private let outer = Address(number: 0xC0)
  private let inner = Address(number: 0xC1)

  /// Calls 0xc1 with one wei and all gas, and stops.
  private let calling: [UInt8] = [
    0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x60, 1, 0x60, 0xC1, 0x5A, 0xF1, 0x00,
  ]

  private func run(
    _ code: [UInt8], _ innerCode: [UInt8], tracer: any ExecutionTracer
  ) throws -> Outcome {
    let state = InMemoryState()
    state.set(sender, nonce: 0, balance: 1_000_000_000)
    state.set(outer, nonce: 1, balance: 5, code: code)
    state.set(inner, nonce: 1, balance: 0, code: innerCode)
    let executor = Executor(
      state: WorldState(state),
      block: BlockContext(
        fork: .osaka, number: 1, timestamp: 1, coinbase: .zero, gasLimit: 30_000_000))
    executor.tracer = tracer
    let transaction = Transaction(
      kind: .legacy, gasLimit: 100_000, to: outer, signature: .init(isOdd: false, r: 1, s: 1))
    return try executor.execute(transaction, from: sender)
  }

  @Test
  func `a call inside a call has its place, its gas and its value`() throws {
    let tracer = CallTracer { _ in .zero }

    let outcome = try run(calling, [0x00], tracer: tracer)
    let frame = try #require(tracer.result(gasLimit: 100_000, gasUsed: outcome.gasUsed))

    #expect(frame.kind == "CALL" && frame.from == sender && frame.to == outer)
    #expect(frame.gasUsed == Int64(outcome.gasUsed))
    let call = try #require(frame.calls.first)
    #expect(call.from == outer && call.to == inner && call.value == 1)
    #expect(call.failure == nil && call.gasUsed == 0)
  }

  @Test
  func `what is reverted loses its logs and says why`() throws {
    var options = CallTracer.Options()
    options.hasLogs = true
    let tracer = CallTracer(options) { _ in .zero }
    // LOG0 of nothing, then REVERT.
    let reverting: [UInt8] = [0x60, 0, 0x60, 0, 0xA0, 0x60, 0, 0x60, 0, 0xFD]

    let outcome = try run(calling, reverting, tracer: tracer)
    let frame = try #require(tracer.result(gasLimit: 100_000, gasUsed: outcome.gasUsed))

    #expect(frame.failure == nil)
    #expect(frame.calls.first?.failure == "execution reverted")
    #expect(frame.calls.first?.logs == [])
  }

  @Test
  func `logs are numbered over all frames`() throws {
    var options = CallTracer.Options()
    options.hasLogs = true
    let tracer = CallTracer(options) { _ in .zero }
    let log: [UInt8] = [0x60, 0, 0x60, 0, 0xA0]

    let outcome = try run(log + calling.dropLast() + log, log, tracer: tracer)
    let frame = try #require(tracer.result(gasLimit: 100_000, gasUsed: outcome.gasUsed))

    #expect(frame.logs.map(\.index) == [0, 2])
    #expect(frame.logs.map(\.position) == [0, 1])
    #expect(frame.calls.first?.logs.map(\.index) == [1])
  }

  @Test
  func `struct logs say what each instruction cost, calls included`() throws {
    var logs: [StructLog] = []
    let tracer = StructLogTracer { logs.append($0) }
    // SLOAD of slot 0 and POP.
    let loading: [UInt8] = [0x60, 0, 0x54, 0x50]

    let outcome = try run(calling, loading, tracer: tracer)

    let load = try #require(logs.first { $0.name == "SLOAD" })
    #expect(load.gasCost == 2100 && load.depth == 2 && load.storage == [0: 0])
    let call = try #require(logs.first { $0.name == "CALL" })
    let inside = logs.filter { $0.depth == 2 }
    #expect(inside.map(\.name) == ["PUSH1", "SLOAD", "POP", "STOP"])
    // Cold account, value, and what the callee got.
    #expect(call.gasCost > 2600 + 6700)
    let own = logs.filter { $0.depth == 1 && $0.name != "CALL" }.reduce(0) { $0 + $1.gasCost }
    let callee = inside.reduce(0) { $0 + $1.gasCost }
    #expect(Int64(outcome.gasUsed) == 21_000 + own + 2600 + 6700 + callee)
  }

  @Test
  func `the state before shows what is touched, and a difference what changed`() throws {
    // Stores 7 at slot 1.
    let storing: [UInt8] = [0x60, 7, 0x60, 1, 0x55]
    let state = InMemoryState()
    state.set(sender, nonce: 3, balance: 1_000_000_000)
    state.set(outer, nonce: 1, balance: 5, code: storing, storage: [1: 2])
    let world = WorldState(state)
    let reader = StateReader(
      account: { world.currentAccount($0) }, code: { world.currentCode($0) },
      storage: { world.currentStorage($0, $1) })
    var options = PrestateTracer.Options()
    options.isDiff = true
    let (whole, diff) = (
      PrestateTracer(state: reader), PrestateTracer(options, state: reader)
    )
    for tracer in [whole, diff] {
      tracer.touch(sender)
      let executor = Executor(
        state: world,
        block: BlockContext(
          fork: .osaka, number: 1, timestamp: 1, coinbase: .zero, gasLimit: 30_000_000))
      executor.tracer = tracer
      let nonce = try #require(world.currentAccount(sender)).nonce
      _ = try executor.execute(
        Transaction(
          kind: .legacy, nonce: nonce, gasLimit: 100_000, to: outer,
          data: [], signature: .init(isOdd: false, r: 1, s: 1)), from: sender)
    }

    #expect(whole.result().before[outer]?.storage == [1: 2])
    #expect(whole.result().before[sender]?.nonce == 3)
    // The second run changed the nonce alone: the slot had its value.
    #expect(diff.result().before[sender]?.nonce == 4)
    #expect(diff.result().after?[sender]?.nonce == 5)
    #expect(diff.result().after?[outer] == nil)
  }

  @Test
  func `the words of a revert are found, and nothing in random bytes`() throws {
    let words = Hex.self
    let error = try words.decode(
      "08c379a00000000000000000000000000000000000000000000000000000000000000020"
        + "000000000000000000000000000000000000000000000000000000000000000a"
        + "75736572206572726f72")
    let panic = try words.decode(
      "4e487b710000000000000000000000000000000000000000000000000000000000000011")

    #expect(RevertReason.text(of: error) == "user error")
    #expect(RevertReason.text(of: panic) == "arithmetic underflow or overflow")
    #expect(RevertReason.text(of: Array(error.dropLast(4))) == nil)
    #expect(RevertReason.text(of: [0x08, 0xC3, 0x79, 0xA0]) == nil)
    let huge = Array(error.prefix(4)) + U256.max.bytes + U256.max.bytes
    #expect(RevertReason.text(of: huge) == nil)
  }
}
