import EVM
import Primitives
import Testing

/// Writes down what it sees.
private final class Recorder: ExecutionTracer {
  var steps: [String] = []
  var stacks: [[U256]] = []
  var calls: [TraceCall] = []
  var results: [TraceResult] = []

  func step(_ step: TraceStep) {
    steps.append("\(step.depth):\(step.pc):\(step.name):\(step.gas)")
    stacks.append(step.stack)
  }

  func begin(_ call: TraceCall) { calls.append(call) }

  func end(_ result: TraceResult) { results.append(result) }
}

@Suite
struct TracerTests {
  @Test
  func `sees each instruction before it runs`() throws {
    let machine = try Machine("600260030100")
    let recorder = Recorder()
    let executor = Executor(state: WorldState(machine.database), block: machine.block)
    executor.tracer = recorder

    _ = try executor.execute(
      Transaction(gasLimit: 21_100, to: Machine.contract), from: Machine.sender)

    #expect(recorder.steps == ["1:0:PUSH1:100", "1:2:PUSH1:97", "1:4:ADD:94", "1:5:STOP:91"])
    #expect(recorder.stacks == [[], [2], [2, 3], [5]])
  }

  @Test
  func `sees calls begin and end, those without code too`() throws {
    // Calls the identity contract with a byte, then itself with a value that it does not have.
    let machine = try Machine("5f5f60015f6004612710fa505f5f5f5f600130612710f15000")
    let recorder = Recorder()
    let executor = Executor(state: WorldState(machine.database), block: machine.block)
    executor.tracer = recorder

    let outcome = try executor.execute(
      Transaction(gasLimit: 100_000, to: Machine.contract), from: Machine.sender)

    #expect(outcome.status == .success)
    #expect(recorder.calls.map(\.to) == [Machine.contract, Address(number: 4), Machine.contract])
    #expect(recorder.calls.map(\.input) == [[], [0], []])
    #expect(recorder.results.map(\.status) == [.success, .halted(.callRefused), .success])
    #expect(recorder.results.first?.output == [0])
  }

  @Test
  func `changes nothing`() throws {
    let code = "6001600055600054505f5f5f5f5f30612710f1505f5ffd"
    let machine = try Machine(code)
    let (plain, traced) = (WorldState(machine.database), WorldState(machine.database))
    let executor = Executor(state: traced, block: machine.block)
    executor.tracer = Recorder()
    let transaction = Transaction(gasLimit: 100_000, to: Machine.contract)

    let first = try Executor(state: plain, block: machine.block)
      .execute(transaction, from: Machine.sender)
    let second = try executor.execute(transaction, from: Machine.sender)

    #expect(first.gasUsed == second.gasUsed)
    #expect(first.status == second.status)
  }
}
