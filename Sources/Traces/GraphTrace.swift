public import Disputes
internal import GraphRuns
public import Primitives
public import REE
public import Receipts
internal import Synchronization

/// A run that every part can be opened of. Only commitments are kept: what a record's tensors hold is
/// computed anew when it is asked for.
public final class GraphTrace: TraceSource {
  public let program: GraphProgram
  public let inputs: [NamedCommitment]
  public let outputs: [NamedCommitment]
  private let values: [String: Value]
  private let ownRecords: [TraceRecord]
  private let options: Executor.Options
  private let opened = Mutex<(record: Int, tensors: [OpenTensor])?>(nil)

  public enum Failure: Error, Hashable, Sendable {
    /// A record would be longer than one may be: the run can be traced at a coarser level only.
    case recordTooLong
    case noSuchRecord
    /// An input holds a NaN of another pattern than 0x7FC00000: what is computed with is not what was given.
    case notCanonical
    case run(ExecutionError)
  }

  /// Runs the graph and keeps what it commits to.
  ///
  /// - Parameter outputNames: The outputs that a receipt names; empty: all.
  public convenience init(
    _ program: GraphProgram, _ values: [String: Value], outputNames: [String] = [],
    _ options: Executor.Options = Executor.Options()
  ) throws(Failure) {
    let tracer = GraphTracer(program, inputs: values)
    var traced = options
    traced.observe = { tracer.observe($0) }
    let outcome: Executor.Outcome
    do {
      outcome = try program.executor.run(values, traced)
    } catch {
      throw .run(error)
    }
    guard !tracer.isNotCanonical else { throw .notCanonical }
    guard let records = tracer.records else { throw .recordTooLong }
    self.init(program, values, outputNames: outputNames, records, outcome, options)
  }

  /// Of a run that was traced.
  public init(
    _ program: GraphProgram, _ values: [String: Value], outputNames: [String] = [],
    _ records: [TraceRecord], _ outcome: Executor.Outcome,
    _ options: Executor.Options = Executor.Options()
  ) {
    self.program = program
    self.values = values
    ownRecords = records
    self.options = options
    let model = program.executor.model
    inputs = model.graph.inputs.compactMap { input in
      values[model.name(of: input)].map {
        NamedCommitment(name: model.name(of: input), tensor: TensorCommitment($0).digest)
      }
    }
    let wanted = Set(outputNames)
    outputs = outcome.outputs.filter { wanted.isEmpty || wanted.contains($0.name) }.map {
      NamedCommitment(name: $0.name, tensor: TensorCommitment($0.value).digest)
    }
  }

  private init(_ other: GraphTrace, _ options: Executor.Options) {
    program = other.program
    inputs = other.inputs
    outputs = other.outputs
    values = other.values
    ownRecords = other.ownRecords
    self.options = options
  }

  /// The same, with other options for the runs that opening takes.
  public func forOpening(_ options: Executor.Options) -> GraphTrace { GraphTrace(self, options) }

  public var stepCount: UInt64 { 1 }

  public func records(ofStep step: UInt64) -> [TraceRecord] { ownRecords }

  /// The root that a receipt names.
  public var traceRoot: Digest { MerkleTree([MerkleTree(ownRecords.map(\.digest)).root]).root }

  public func tensors(ofRecord record: Int, step: UInt64) throws -> [OpenTensor] {
    guard program.lines.indices.contains(record) else { throw Failure.noSuchRecord }
    if let known = opened.withLock({ $0 }), known.record == record { return known.tensors }
    let tensors = try open(record)
    opened.withLock { $0 = (record, tensors) }
    return tensors
  }

  /// Runs up to the record's last node, keeping what the record names.
  private func open(_ record: Int) throws -> [OpenTensor] {
    let line = program.lines[record]
    let wanted = Set((line.inputs + line.outputs).compactMap { $0 })
    let model = program.executor.model
    let found = Finding(wanted, last: line.nodes.upperBound - 1)
    var given: [ValueID: Value] = model.constants.mapValues { .tensor($0) }
    for input in model.graph.inputs {
      if let value = values[model.name(of: input)] { given[input] = value }
    }
    var options = options
    options.observe = { found.observe($0) }
    options.isCancelled = { found.last != nil }
    do {
      _ = try program.executor.run(values, options)
    } catch {
      // That far and no further.
      guard error == .cancelled else { throw Failure.run(error) }
    }
    given.merge(found.values) { $1 }
    guard let last = found.last else { throw Failure.noSuchRecord }
    return try tensors(line, given, last)
  }

  private func tensors(
    _ line: GraphProgram.Line, _ values: [ValueID: Value], _ last: ComputedNode
  ) throws -> [OpenTensor] {
    func value(_ value: ValueID?) -> OpenTensor { OpenTensor(value.flatMap { values[$0] }) }
    switch line.part {
    case .nodes: return (line.inputs + line.outputs).map(value)
    case .swapLast:
      let turned = try last.inputs[1]?.tensor?.swappingLast()
      return [OpenTensor(last.inputs[1]), OpenTensor(turned.map { .tensor($0) })]
    case .rows:
      let operand = OpenTensor(last.inputs[0])
      return [operand, operand.rows]
    case .product(let isFlat):
      let turned = OpenTensor(try (last.inputs[1]?.tensor?.swappingLast()).map { .tensor($0) })
      let (a, y) = (OpenTensor(last.inputs[0]), OpenTensor(last.outputs[0]))
      return isFlat ? [a.rows, turned, y.rows] : [a, turned, y]
    case .unrows:
      let y = OpenTensor(last.outputs[0])
      return [y.rows, OpenTensor(last.inputs[0]), y]
    }
  }
}

/// What a run passes by that was looked for.
private final class Finding: Sendable {
  private let wanted: Set<ValueID>
  private let number: Int
  private let found = Mutex<([ValueID: Value], ComputedNode?)>(([:], nil))

  init(_ wanted: Set<ValueID>, last number: Int) {
    self.wanted = wanted
    self.number = number
  }

  func observe(_ node: ComputedNode) {
    found.withLock { found in
      for (value, output) in zip(node.node.outputs, node.outputs) {
        if let value, let output, wanted.contains(value) { found.0[value] = output }
      }
      if node.number == number { found.1 = node }
    }
  }

  var values: [ValueID: Value] { found.withLock { $0.0 } }
  var last: ComputedNode? { found.withLock { $0.1 } }
}

extension OpenTensor {
  fileprivate var rows: OpenTensor { OpenTensor(commitment.rows, content) }
}

extension GraphProgram {
  /// Whether a record may name the value.
  func reads(_ value: ValueID) -> Bool { level == .nodes || named.contains(value) }
}
