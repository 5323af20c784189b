internal import Disputes
public import Primitives
public import REE
public import Receipts
internal import Synchronization

/// Commits to a run of a graph while it goes on: give ``observe(_:)`` to the executor, and ask for the
/// records when it has ended.
public final class GraphTracer: Sendable {
  public let program: GraphProgram
  private let state: Mutex<State>

  private struct State {
    var known: [ValueID: TensorCommitment]
    var records: [TraceRecord] = []
    /// The outputs of lines that are no values of the graph.
    var parts: [Int: TensorCommitment] = [:]
    var nextLine = 0
    var nextNode = 0
    var isTooLong = false
    /// Inputs that no node has read yet.
    var unread: Set<ValueID>
    var isNotCanonical = false
  }

  public init(_ program: GraphProgram, inputs: [String: Value]) {
    self.program = program
    var known = program.constants
    for input in program.executor.model.graph.inputs {
      if let value = inputs[program.executor.model.name(of: input)] {
        known[input] = TensorCommitment(value)
      }
    }
    state = Mutex(State(known: known, unread: Set(program.executor.model.graph.inputs)))
  }

  /// Takes the next node. Nodes come in the order of the graph.
  public func observe(_ node: ComputedNode) {
    state.withLock { state in
      for (value, input) in zip(node.node.inputs, node.inputs) {
        guard let value, state.unread.remove(value) != nil else { continue }
        if state.known[value] ?? .absent != TensorCommitment(input) { state.isNotCanonical = true }
      }
      for (value, output) in zip(node.node.outputs, node.outputs) {
        guard let value, program.reads(value) else { continue }
        state.known[value] = TensorCommitment(output)
      }
      state.nextNode = node.number + 1
      while state.nextLine < program.lines.count,
        program.lines[state.nextLine].nodes.upperBound <= state.nextNode
      {
        record(state.nextLine, node, &state)
        state.nextLine += 1
      }
    }
  }

  /// The records of the run; nil if it has not come to its end, or one is longer than a record may be.
  public var records: [TraceRecord]? {
    state.withLock { state in
      state.nextLine == program.lines.count && !state.isTooLong ? state.records : nil
    }
  }

  /// Whether an input was changed before it was computed with: its records do not tell of what was given.
  public var isNotCanonical: Bool { state.withLock { $0.isNotCanonical } }

  /// The root of a run that has come to its end.
  public func root() throws(GraphTrace.Failure) -> Digest {
    guard !isNotCanonical else { throw .notCanonical }
    guard let records else { throw .recordTooLong }
    return MerkleTree([MerkleTree(records.map(\.digest)).root]).root
  }

  private func record(_ number: Int, _ node: ComputedNode, _ state: inout State) {
    let line = program.lines[number]
    let entry = program.program.entries[number]
    func commitment(_ value: ValueID?) -> TensorCommitment {
      value.flatMap { state.known[$0] } ?? .absent
    }
    let inputs: [TensorCommitment]
    let outputs: [TensorCommitment]
    switch line.part {
    case .nodes:
      inputs = line.inputs.map(commitment)
      outputs = line.outputs.map(commitment)
    case .swapLast:
      inputs = [commitment(line.inputs[0])]
      outputs = [turned(line.inputs[0], node.inputs[1], inputs[0])]
    case .rows:
      inputs = [commitment(line.inputs[0])]
      outputs = [inputs[0].rows]
    case .product(let isFlat):
      let first = commitment(line.inputs[0])
      inputs = [isFlat ? first.rows : first, state.parts[number - (isFlat ? 2 : 1)] ?? .absent]
      let result = TensorCommitment(node.outputs[0])
      outputs = [isFlat ? result.rows : result]
    case .unrows:
      inputs = [state.parts[number - 1] ?? .absent, commitment(line.inputs[1])]
      outputs = [commitment(line.outputs[0])]
    }
    if line.outputs == [nil] { state.parts[number] = outputs[0] }
    let record = TraceRecord(
      node: entry.node, nodeHash: entry.nodeHash, operatorName: entry.operatorName,
      semanticsVersion: entry.semanticsVersion, inputs: inputs.map(\.digest),
      outputs: outputs.map(\.digest))
    if record.form.count > TraceRecord.formByteCountMax { state.isTooLong = true }
    state.records.append(record)
  }

  private func turned(
    _ value: ValueID?, _ operand: Value?, _ own: TensorCommitment
  ) -> TensorCommitment {
    func make() -> TensorCommitment {
      // What cannot be turned does not reach a product: the run has ended before.
      guard let tensor = operand?.tensor, let swapped = try? tensor.swappingLast() else {
        return .absent
      }
      return TensorCommitment(.tensor(swapped))
    }
    guard let value, own == program.constants[value] else { return make() }
    return program.transposedConstant(value, make)
  }
}
