internal import CKernels
public import Primitives

/// A training run under way. Not for several threads at once.
public final class Trainer {
  public let plan: TrainingPlan
  public let threadCount: Int
  /// Steps done, counted from the run's first.
  public private(set) var stepCount: UInt64
  /// What is committed of each step so far.
  public private(set) var history: TrainingHistory

  let memory: TapeMemory
  private let data: TrainingData
  private var stateRoot: StateRoot

  /// What a step gave.
  public struct Step: Hashable, Sendable {
    /// Counted from 0.
    public let index: UInt64
    /// The mean over the step's tokens, in nats.
    public let loss: Float
    /// After the step, where it has one.
    public let validationLoss: Float?
    /// Before clipping.
    public let gradientNorm: Float
    public let learningRate: Float
    /// The step's root in the trace.
    public let root: Digest
  }

  /// A run that begins with weights from the configuration's seed.
  public convenience init(
    _ plan: TrainingPlan, _ data: TrainingData, threadCount: Int = 1
  ) {
    self.init(plan, data, threadCount: threadCount, stepCount: 0, history: TrainingHistory())
    let weights = InitialWeights(seed: plan.configuration.gpt.seed)
    for (number, (parameter, place)) in zip(plan.parameters.list, plan.parameters.places)
      .enumerated()
    {
      memory.store(
        weights.elements(of: parameter, number: number), at: plan.layout.parameters + place)
    }
    stateRoot = StateRoot(of: self)
  }

  /// A run that goes on where a checkpoint was made.
  public convenience init(
    _ plan: TrainingPlan, _ data: TrainingData, from checkpoint: Checkpoint, threadCount: Int = 1
  ) throws(TrainingRefusal) {
    guard checkpoint.configuration == plan.configuration else { throw .checkpoint(.otherRun) }
    self.init(
      plan, data, threadCount: threadCount, stepCount: checkpoint.stepCount,
      history: checkpoint.history)
    checkpoint.restore(into: memory, plan)
    stateRoot = StateRoot(of: self)
  }

  private init(
    _ plan: TrainingPlan, _ data: TrainingData, threadCount: Int, stepCount: UInt64,
    history: TrainingHistory
  ) {
    self.plan = plan
    self.data = data
    self.threadCount = max(1, threadCount)
    self.stepCount = stepCount
    self.history = history
    memory = TapeMemory(wordCount: plan.wordCount)
    stateRoot = StateRoot.none
    _ = ree_select(nil)
  }

  /// The root over the state as it is now: step, parameters and moments.
  public var state: Digest { stateRoot.digest }

  /// Takes the next step.
  public func step() -> Step {
    let configuration = plan.configuration
    let index = stepCount
    var losses: Float = 0
    var batches: [Batch] = []
    for pass in 0..<configuration.accumulationCount {
      let batch = Batch.drawn(configuration, data.train, step: index, pass: pass)
      losses += loss(of: batch, plan.pass)
      if configuration.accumulationCount > 1 {
        run(pass == 0 ? plan.collectFirst : plan.collectNext)
      }
      batches.append(batch)
    }
    let loss = losses / Float(configuration.accumulationCount)
    let rate = configuration.learningRate.rate(at: index)
    memory.store(
      configuration.optimizer.constants(step: index + 1, rate: rate), at: plan.layout.constants)
    memory[float: plan.layout.normMax] = configuration.gradientNormMax
    run(plan.update)
    stepCount += 1

    let interval = UInt64(configuration.validationInterval)
    let validation = interval > 0 && stepCount.isMultiple(of: interval) ? validationLoss() : nil
    let before = stateRoot
    stateRoot = StateRoot(of: self)
    let record = StepRecord(
      configuration: configuration, before: before, batches: batches, after: stateRoot, loss: loss,
      validationLoss: validation)
    history.append(record.root, loss: loss)
    return Step(
      index: index, loss: loss, validationLoss: validation,
      gradientNorm: memory[float: plan.layout.norm], learningRate: rate, root: record.root)
  }

  /// The mean loss over the validation data's first sequences, at most
  /// ``validationTokenCountMax`` tokens; nil without validation data.
  public func validationLoss() -> Float? {
    guard let text = data.validation else { return nil }
    let configuration = plan.configuration
    let tokens = configuration.microBatchSize * configuration.sequenceLength
    let count = min(
      Batch.consecutiveCount(configuration, text), max(1, Self.validationTokenCountMax / tokens))
    var sum: Float = 0
    for index in 0..<count {
      sum += loss(of: Batch.consecutive(configuration, text, index: index), plan.evaluate)
    }
    return sum / Float(count)
  }

  public static let validationTokenCountMax = 32_768

  private func loss(of batch: Batch, _ tape: Tape) -> Float {
    memory.store(batch.indices, at: plan.layout.indices)
    memory.store(batch.targets, at: plan.layout.targets)
    run(tape)
    return memory[float: plan.layout.loss]
  }

  private func run(_ tape: Tape) {
    memory.run(tape, threadCount: threadCount)
  }

  /// The instruction set that computes; it changes no bit.
  public static var instructionSet: String {
    _ = ree_select(nil)
    return unsafe String(cString: ree_isa())
  }
}

extension Optimizer {
  /// What the update reads, in the order in which the tape's operation names it.
  func constants(step: UInt64, rate: Float) -> [Float] {
    switch self {
    case .adamW(let beta1, let beta2, let epsilon, let decay):
      var adamw = ree_adamw()
      unsafe ree_adamw_init(
        &adamw, Double(rate), Double(beta1), Double(beta2), Double(epsilon), Double(decay), step)
      return [
        adamw.rate, adamw.epsilon, adamw.decay, adamw.beta1, adamw.beta1_complement,
        adamw.correction1, adamw.beta2, adamw.beta2_complement, adamw.correction2,
      ]
    case .sgd(let momentum, let decay): return [rate, momentum, decay]
    }
  }
}
