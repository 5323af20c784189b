/// Runs one model, the same bits every time.
public struct Executor: Sendable {
  public let model: Model
  let graphPlan: GraphPlan
  /// Values that follow from constants alone.
  let folded: [ValueID: Tensor]
  /// What was made ready beside the constants of the file, in bytes.
  let preparedSizeBytes: Int

  /// The instruction set that computes, such as `avx2`. It changes no bit.
  public let instructionSet: String

  var steps: [GraphPlan.Step] { graphPlan.steps }

  /// The version of the semantics of each node of the outermost graph.
  public var nodeSemantics: [String] { steps.map(\.operation.semantics) }

  /// What a run may take, and who is told how it goes.
  public struct Options: Sendable {
    /// The most bytes that tensors made by the run may take at one time, weights aside.
    public var memoryMax = 1 << 33
    public var implementation = Implementation.kernels
    /// Called before each node of the outermost graph.
    public var progress: (@Sendable (Progress) -> Void)?
    /// Asked before every node; a run that it ends throws ``ExecutionError/cancelled``.
    public var isCancelled: (@Sendable () -> Bool)?
    /// Shown each node of the outermost graph once it is computed, in the order of execution.
    public var observe: (@Sendable (ComputedNode) -> Void)?

    public init() {}
  }

  /// How far a run is.
  public struct Progress: Hashable, Sendable {
    public let nodesDone: Int
    public let nodeCount: Int
    public let node: String
    public let operation: String
  }

  public struct Outcome: Sendable {
    public let outputs: [(name: String, value: Value)]
    /// The most bytes that tensors made by the run took at one time.
    public let peakBytes: Int
    /// What the computed nodes add up to; see ``MemoryPlan/multiplyAdds``.
    public let multiplyAdds: UInt64
  }

  /// Finds every operator, so that nothing unknown is met in the middle of a run.
  public init(_ model: Model) throws(ModelError) {
    self.model = model
    instructionSet = FastForms.instructionSet
    let weights = PreparedWeights(model)
    graphPlan = try GraphPlan(model.graph, weights)
    folded = weights.folded
    preparedSizeBytes = weights.sizeBytes
  }

  /// Compares inputs with what the model declares.
  public func check(_ inputs: [String: Value]) throws(ExecutionError) {
    try Run(model: model, folded: [:], options: Options()).give(inputs)
  }

  public func run(
    _ inputs: [String: Value], _ options: Options = Options()
  ) throws(ExecutionError) -> Outcome {
    let run = Run(model: model, folded: folded, options: options)
    try run.give(inputs)
    if let peak = plan(inputs).peakBytes, peak > options.memoryMax {
      throw .memory(planned: peak, limit: options.memoryMax)
    }
    let outputs = try run.execute(graphPlan, isMain: true)
    return Outcome(
      outputs: zip(model.graph.outputs, outputs).map { (model.name(of: $0), $1) },
      peakBytes: run.budget.peak, multiplyAdds: run.multiplyAdds)
  }
}
