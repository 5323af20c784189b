public import Primitives

/// Everything that a training run's bits follow from. Step t of a run is a function of this, of the
/// data that it names, and of t.
public struct TrainingConfiguration: Hashable, Sendable {
  public var gpt: GPTConfiguration
  public var data: DataReference
  /// What the validation loss is computed on; nil: nothing.
  public var validationData: DataReference?
  /// BLAKE3 of the tokenizer's file; nil: bytes are tokens.
  public var tokenizer: Digest?
  /// Sequences in each pass.
  public var microBatchSize: Int
  /// Passes whose gradients are summed before each step.
  public var accumulationCount: Int
  /// Tokens in each sequence.
  public var sequenceLength: Int
  /// The seed of the data's order.
  public var seed: UInt64
  public var optimizer: Optimizer
  public var learningRate: LearningRateSchedule
  /// The gradient is scaled down to this norm; 0: never.
  public var gradientNormMax: Float
  /// The validation loss is computed after so many steps; 0: never.
  public var validationInterval: Int

  /// A file by its bytes.
  public struct DataReference: Hashable, Sendable {
    public var digest: Digest
    public var byteCount: UInt64

    public init(digest: Digest, byteCount: UInt64) {
      self.digest = digest
      self.byteCount = byteCount
    }
  }

  public init(
    gpt: GPTConfiguration, data: DataReference, validationData: DataReference? = nil,
    tokenizer: Digest? = nil, microBatchSize: Int, accumulationCount: Int = 1,
    sequenceLength: Int, seed: UInt64 = 0, optimizer: Optimizer,
    learningRate: LearningRateSchedule, gradientNormMax: Float = 0, validationInterval: Int = 0
  ) {
    self.gpt = gpt
    self.data = data
    self.validationData = validationData
    self.tokenizer = tokenizer
    self.microBatchSize = microBatchSize
    self.accumulationCount = accumulationCount
    self.sequenceLength = sequenceLength
    self.seed = seed
    self.optimizer = optimizer
    self.learningRate = learningRate
    self.gradientNormMax = gradientNormMax
    self.validationInterval = validationInterval
  }
}

extension TrainingConfiguration {
  public static let microBatchSizeMax = 4096
  public static let accumulationCountMax = 4096
  /// The largest data file that is read.
  public static let dataByteCountMax: UInt64 = 4 << 30

  /// Refuses what contradicts itself.
  public func check() throws(TrainingRefusal) {
    try gpt.check()
    guard 1...Self.microBatchSizeMax ~= microBatchSize else {
      throw .value("configuration.micro_batch_size", "must be 1 to \(Self.microBatchSizeMax)")
    }
    guard 1...Self.accumulationCountMax ~= accumulationCount else {
      throw .value(
        "configuration.accumulation_count", "must be 1 to \(Self.accumulationCountMax)")
    }
    guard 1...gpt.contextLength ~= sequenceLength else {
      throw .value(
        "configuration.sequence_length", "must be 1 to the model's context, \(gpt.contextLength)")
    }
    try checkSizes()
    for data in [data, validationData] {
      guard let data, data.byteCount > Self.dataByteCountMax else { continue }
      throw .value("configuration.dataset_hash", "names more than \(Self.dataByteCountMax) bytes")
    }
    guard tokenizer != nil || gpt.vocabularySize >= GPTConfiguration.byteVocabularySize else {
      throw .value("gpt.vocabulary_size", "must be 256 or more where bytes are tokens")
    }
    guard gradientNormMax.isFinite, gradientNormMax >= 0 else {
      throw .value("configuration.gradient_norm_max", "must be a number from 0 on")
    }
    guard validationInterval >= 0, validationInterval == 0 || validationData != nil else {
      throw .value("configuration.validation_interval", "needs validation data")
    }
    try optimizer.check()
    try learningRate.check()
  }

  /// The largest tensor of a run, in elements.
  public static let elementCountMax = 1 << 32

  private func checkSizes() throws(TrainingRefusal) {
    let tensors = [
      [gpt.vocabularySize, gpt.width],
      [microBatchSize, sequenceLength, gpt.vocabularySize],
      [microBatchSize, sequenceLength, max(3 * gpt.width, gpt.hiddenWidth)],
      [microBatchSize, gpt.headCount, sequenceLength, sequenceLength],
    ]
    for lengths in tensors {
      var count = 1
      for length in lengths {
        let (product, overflow) = count.multipliedReportingOverflow(by: length)
        guard !overflow, product <= Self.elementCountMax else {
          throw .value(
            "configuration", "makes a tensor of more than \(Self.elementCountMax) elements")
        }
        count = product
      }
    }
  }

  /// Tokens that one step sees.
  public var tokensPerStep: Int { microBatchSize * accumulationCount * sequenceLength }
}
