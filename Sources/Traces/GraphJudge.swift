public import Disputes
internal import GraphRuns
internal import Primitives
internal import REE
public import Receipts

/// Judges records of a graph as a whole, by the operators' reference definitions: who has the model can.
public struct GraphJudge: OperatorJudge {
  private let program: GraphProgram
  private let options: Executor.Options

  /// - Parameter memoryMax: The most bytes that one operator may take to be judged.
  public init(_ program: GraphProgram, memoryMax: Int = 4 << 30) {
    self.program = program
    var options = Executor.Options()
    // A record of several nodes is a run of its own; a single operator has its definition.
    options.implementation = program.level == .nodes ? .reference : .kernels
    options.memoryMax = memoryMax
    self.options = options
  }

  public func outputs(
    of entry: Int, step: UInt64, inputs: [TensorCommitment], contents: [[UInt8]], _ terms: Terms
  ) -> OperatorOutcome {
    guard terms.program == program.program, program.lines.indices.contains(entry),
      inputs.count == contents.count
    else { return .notJudged }
    let line = program.lines[entry]
    var values: [Value?] = []
    for (index, source) in program.program.entries[entry].inputs.enumerated() {
      if case .constant = source {
        values.append(
          line.inputs[index].flatMap { program.executor.model.constants[$0] }.map { .tensor($0) })
        continue
      }
      guard inputs[index] != .absent else {
        values.append(nil)
        continue
      }
      // A type that only models hold.
      guard ElementType(schemaNumber: Int(inputs[index].dataType)) != nil else {
        return .notJudged
      }
      guard let tensor = Tensor(inputs[index], contents[index]) else { return .impossible }
      values.append(.tensor(tensor))
    }
    do {
      return .computed(
        try compute(line, values).map { TensorCommitment($0).digest })
    } catch {
      return error.isForWantOfMemory ? .notJudged : .impossible
    }
  }

  private func compute(_ line: GraphProgram.Line, _ inputs: [Value?]) throws -> [Value?] {
    switch line.part {
    case .nodes:
      var values = Dictionary(
        zip(line.inputs, inputs).compactMap { id, value in
          id.flatMap { id in value.map { (id, $0) } }
        }, uniquingKeysWith: { first, _ in first })
      for number in line.nodes {
        let node = program.executor.model.graph.nodes[number]
        let results = try program.executor.compute(node: number, values, options)
        for (output, result) in zip(node.outputs, results) {
          if let output { values[output] = result }
        }
      }
      return line.outputs.map { $0.flatMap { values[$0] } }
    case .swapLast: return [.tensor(try tensor(inputs, 0).swappingLast())]
    case .rows:
      let x = try tensor(inputs, 0)
      return [.tensor(try x.reshaped(TensorCommitment(x).rows))]
    case .product:
      let node = program.executor.model.graph.nodes[line.nodes.lowerBound]
      guard let left = node.inputs[0], let right = node.inputs[1] else { return [] }
      return try program.executor.compute(
        node: line.nodes.lowerBound,
        [
          left: .tensor(try tensor(inputs, 0)),
          right: .tensor(try tensor(inputs, 1).swappingLast()),
        ],
        options)
    case .unrows:
      let (y, x) = (try tensor(inputs, 0), try tensor(inputs, 1))
      let width = y.shape.last.map { UInt64($0) } ?? 1
      let shape = x.shape.dropLast().map { UInt64($0) } + [width]
      return [.tensor(try y.reshaped(TensorCommitment(y).reshaped(shape)))]
    }
  }

  private func tensor(_ inputs: [Value?], _ index: Int) throws -> Tensor {
    guard let tensor = inputs[index]?.tensor else { throw ExecutionError.missingInput("\(index)") }
    return tensor
  }
}

extension Error {
  fileprivate var isForWantOfMemory: Bool {
    switch self as? ExecutionError {
    case .memory?, .node(_, .tensor(.memory))?: true
    default: false
    }
  }
}

extension Tensor {
  /// The tensor of a commitment by its elements; nil if there is none.
  init?(_ commitment: TensorCommitment, _ content: [UInt8]) {
    guard let type = ElementType(schemaNumber: Int(commitment.dataType)),
      commitment.dimensions.allSatisfy({ $0 <= UInt64(Tensor.dimensionMax) }),
      let tensor = try? Tensor(type, commitment.dimensions.map { Int($0) }, bytes: content)
    else { return nil }
    self = tensor
  }

  fileprivate func reshaped(_ commitment: TensorCommitment) throws -> Tensor {
    try Tensor(elementType, commitment.dimensions.map { Int(clamping: $0) }, bytes: bytes)
  }
}
