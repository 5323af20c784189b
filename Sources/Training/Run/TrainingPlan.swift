internal import CKernels

/// What a run will do and what it needs: the tapes, and where everything lies that outlives one.
public struct TrainingPlan: Sendable {
  public let configuration: TrainingConfiguration
  /// The memory that the run's numbers take, in bytes. The data and checkpoints come on top.
  public let memorySizeBytes: UInt64
  /// The part of it that parameters and moments take.
  public let stateSizeBytes: UInt64
  /// Multiply-adds of the products of one step.
  public let stepMultiplyAdds: UInt64
  public let parameterCount: Int
  /// Operations of one step.
  public let operationCount: Int

  let parameters: GPTParameters
  let layout: Layout
  /// Loss and gradient of one pass.
  let pass: Tape
  /// Takes the first pass's gradient, and adds a later one's, where a step has several.
  let collectFirst: Tape
  let collectNext: Tape
  /// Clips the gradient and moves parameters and moments.
  let update: Tape
  /// The loss alone.
  let evaluate: Tape

  /// Where things lie, in words.
  struct Layout {
    let parameters: Int
    /// Of each moment.
    let moments: [Int]
    /// What the last pass gave.
    let gradients: Int
    /// What the update takes: the sum over the passes.
    let collected: Int
    let indices: Int
    let targets: Int
    let loss: Int
    /// The norm, then the factor for the gradient.
    let norm: Int
    let normMax: Int
    let constants: Int
    let end: Int
  }

  /// Plans a run; throws what keeps it from starting.
  public init(
    _ configuration: TrainingConfiguration, memorySizeBytesMax: UInt64 = .max
  ) throws(TrainingRefusal) {
    try configuration.check()
    self.configuration = configuration
    let parameters = GPTParameters(configuration.gpt)
    let layout = Layout(configuration, parameters)
    let graph = TrainingGraph(
      configuration.gpt, batch: configuration.microBatchSize,
      sequence: configuration.sequenceLength)
    let places = GraphCompiler.Places(
      parameters: parameters.places.map { layout.parameters + $0 },
      gradients: parameters.places.map { layout.gradients + $0 }, indices: layout.indices,
      targets: layout.targets, loss: layout.loss)
    pass = GraphCompiler.gradient(
      graph, places, scale: 1 / Float(configuration.accumulationCount)
    ).build("pass", scratchFrom: layout.end)
    evaluate = GraphCompiler.forward(graph, places).build("evaluate", scratchFrom: layout.end)
    update = Self.update(configuration, parameters, layout)
    (collectFirst, collectNext) = Self.collect(parameters.count, layout)
    self.parameters = parameters
    self.layout = layout
    parameterCount = parameters.count
    operationCount =
      pass.operations.count * configuration.accumulationCount + update.operations.count
    stepMultiplyAdds = pass.multiplyAdds &* UInt64(configuration.accumulationCount)
    stateSizeBytes = UInt64(parameters.count * (1 + configuration.optimizer.moments.count)) * 4
    memorySizeBytes = UInt64(max(pass.wordCount, evaluate.wordCount)) * 4
    guard memorySizeBytes <= memorySizeBytesMax else {
      throw .memory(needed: memorySizeBytes, allowed: memorySizeBytesMax)
    }
  }

  var wordCount: Int { Int(memorySizeBytes / 4) }
}

extension TrainingPlan.Layout {
  init(_ configuration: TrainingConfiguration, _ parameters: GPTParameters) {
    var next = 0
    func take(_ wordCount: Int) -> Int {
      defer { next += (wordCount + 15) / 16 * 16 }
      return next
    }
    let rows = configuration.microBatchSize * configuration.sequenceLength
    self.parameters = take(parameters.count)
    moments = configuration.optimizer.moments.map { _ in take(parameters.count) }
    gradients = take(parameters.count)
    collected = configuration.accumulationCount > 1 ? take(parameters.count) : gradients
    indices = take(2 * rows)
    targets = take(rows)
    loss = take(1)
    norm = take(2)
    normMax = take(1)
    constants = take(9)
    end = next
  }
}

extension TrainingPlan {
  private static func collect(
    _ count: Int, _ layout: Layout
  ) -> (first: Tape, next: Tape) {
    var first = TapeBuilder()
    first.append(REE_TAPE_COPY) { op in
      op.a = UInt64(layout.gradients)
      op.y = UInt64(layout.collected)
      op.setSizes(0, count, 0)
    }
    var next = TapeBuilder()
    next.append(REE_TAPE_ADD) { op in
      op.a = UInt64(layout.collected)
      op.b = UInt64(layout.gradients)
      op.y = UInt64(layout.collected)
      op.setSizes(0, count, count)
    }
    return (
      Tape(name: "collect-first", operations: first.operations, wordCount: layout.end),
      Tape(name: "collect-next", operations: next.operations, wordCount: layout.end)
    )
  }

  /// The norm is the root of a chain: +0, plus the lane sum of squares of each parameter's gradient in
  /// order.
  private static func update(
    _ configuration: TrainingConfiguration, _ parameters: GPTParameters, _ layout: Layout
  ) -> Tape {
    var tape = TapeBuilder()
    tape.append(REE_TAPE_ZERO) { op in
      op.y = UInt64(layout.norm)
      op.setSizes(0, 2, 0)
    }
    let parts = zip(parameters.list, parameters.places)
    for (parameter, place) in parts {
      tape.append(REE_TAPE_ADD_SQUARES) { op in
        op.a = UInt64(layout.collected + place)
        op.y = UInt64(layout.norm)
        op.setSizes(0, parameter.count, 0)
      }
    }
    tape.append(REE_TAPE_CLIP) { op in
      op.a = UInt64(layout.normMax)
      op.y = UInt64(layout.norm)
    }
    let kind: ree_tape_kind
    switch configuration.optimizer {
    case .adamW: kind = REE_TAPE_ADAMW
    case .sgd: kind = REE_TAPE_SGD
    }
    for (parameter, place) in parts {
      tape.append(kind) { op in
        op.a = UInt64(layout.collected + place)
        op.b = UInt64(layout.norm + 1)
        op.c = UInt64(layout.constants)
        op.y = UInt64(layout.parameters + place)
        if let first = layout.moments.first { op.y2 = UInt64(first + place) }
        if layout.moments.count > 1 { op.y3 = UInt64(layout.moments[1] + place) }
        op.setSizes(0, parameter.count, parameter.decays ? 1 : 0)
      }
    }
    return Tape(name: "update", operations: tape.operations, wordCount: layout.end)
  }
}
