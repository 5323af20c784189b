import Primitives

@testable import Training

/// A run that takes milliseconds.
struct TrainerFixture {
  var configuration: TrainingConfiguration
  let text: [UInt8]

  /// Letters that follow one another by a rule which is not too simple.
  private static let letters: [UInt8] = (0..<3000).map { index -> UInt8 in
    let letter = (index * index / 7 + index / 11) % 26
    return UInt8(97 + letter)
  }

  init(
    text: [UInt8] = Self.letters,
    _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) {
    self.text = text
    let reference = TrainingConfiguration.DataReference(
      digest: BLAKE3.hash(text), byteCount: UInt64(text.count))
    configuration = TrainingConfiguration(
      gpt: GPTConfiguration(
        layerCount: 1, width: 16, headCount: 2, hiddenWidth: 24, contextLength: 12, seed: 3),
      data: reference, validationData: reference, microBatchSize: 3, sequenceLength: 10, seed: 4,
      optimizer: .adamW(decay: 0.1),
      learningRate: LearningRateSchedule(peak: 1e-2, warmupSteps: 3, decaySteps: 20, floor: 1e-3),
      gradientNormMax: 0.5, validationInterval: 4)
    change(&configuration)
  }

  var data: TrainingData {
    get throws {
      let tokens = TokenText(bytes: text.span)
      return try TrainingData(
        configuration, train: tokens,
        validation: configuration.validationData == nil ? nil : tokens)
    }
  }

  func trainer(threadCount: Int = 1) throws -> Trainer {
    try Trainer(TrainingPlan(configuration), data, threadCount: threadCount)
  }

  func trainer(from bytes: [UInt8]) throws -> Trainer {
    try Trainer(TrainingPlan(configuration), data, from: Checkpoint(bytes: bytes))
  }
}

extension Trainer {
  @discardableResult
  func steps(_ count: Int) -> [Step] { (0..<count).map { _ in step() } }
}
