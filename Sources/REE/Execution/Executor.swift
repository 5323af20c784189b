/// Runs one model, the same bits every time.
public struct Executor: Sendable {
  public let model: Model
  private let graphPlan: GraphPlan

  /// The instruction set that computes, such as `avx2`. It changes no bit.
  public let instructionSet: String

  var steps: [GraphPlan.Step] { graphPlan.steps }

  /// What a run may take, and who is told how it goes.
  public struct Options: Sendable {
    /// The most bytes that tensors made by the run may take at one time, weights aside.
    public var memoryMax = 1 << 33
    public var implementation = Implementation.kernels
    /// Called before each node of the outermost graph.
    public var progress: (@Sendable (Progress) -> Void)?
    /// Asked before every node; a run that it ends throws ``ExecutionError/cancelled``.
    public var isCancelled: (@Sendable () -> Bool)?

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
  }

  /// Finds every operator, so that nothing unknown is met in the middle of a run.
  public init(_ model: Model) throws(ModelError) {
    self.model = model
    instructionSet = FastForms.instructionSet
    graphPlan = try GraphPlan(model.graph)
  }

  public func run(
    _ inputs: [String: Value], _ options: Options = Options()
  ) throws(ExecutionError) -> Outcome {
    let run = Run(model: model, options: options)
    try run.give(inputs)
    if let peak = plan(inputs).peakBytes, peak > options.memoryMax {
      throw .memory(planned: peak, limit: options.memoryMax)
    }
    let outputs = try run.execute(graphPlan, isMain: true)
    return Outcome(
      outputs: zip(model.graph.outputs, outputs).map { (model.name(of: $0), $1) },
      peakBytes: run.budget.peak)
  }
}
