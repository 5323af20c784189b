internal import Files
internal import Primitives
internal import Training

/// A configuration with its texts.
struct Run {
  let configuration: TrainingConfiguration
  let data: TrainingData

  /// What is compared with PyTorch: two layers, bytes as tokens.
  static func shakespeare(data: String, validation: String) throws -> Run {
    let files = try [data, validation].map { try MappedFile($0, followsLinks: true) }
    var configuration = TrainingConfiguration(
      gpt: GPTConfiguration(
        layerCount: 2, width: 128, headCount: 4, hiddenWidth: 512, contextLength: 64, seed: 1),
      data: reference(files[0]), validationData: reference(files[1]), microBatchSize: 16,
      sequenceLength: 64, seed: 2, optimizer: .adamW(decay: 0.01),
      learningRate: LearningRateSchedule(
        peak: 2e-3, warmupSteps: 50, decaySteps: 450, floor: 2e-4),
      gradientNormMax: 1, validationInterval: 25)
    configuration.gpt.vocabularySize = GPTConfiguration.byteVocabularySize
    return Run(
      configuration: configuration,
      data: try TrainingData(
        configuration, train: files[0].withBytes { TokenText(bytes: $0) },
        validation: files[1].withBytes { TokenText(bytes: $0) }))
  }

  private static func reference(_ file: MappedFile) -> TrainingConfiguration.DataReference {
    .init(digest: file.withBytes { BLAKE3.hash($0) }, byteCount: UInt64(file.byteCount))
  }

  /// The same model and batch as above, or a small one that soft floating point can bear; the text is
  /// made of the numbers of a generator.
  static func synthetic(isSmall: Bool) throws -> Run {
    var state: UInt64 = 88_172_645_463_325_252
    let text = (0..<20_000).map { _ -> UInt8 in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      // Low letters are more frequent than high ones.
      let letter: UInt64 = (state >> 40) % 96 * ((state >> 50) % 96) / 96
      return UInt8(32 + letter)
    }
    let configuration = TrainingConfiguration(
      gpt: GPTConfiguration(
        layerCount: isSmall ? 1 : 2, width: isSmall ? 48 : 128, headCount: isSmall ? 3 : 4,
        hiddenWidth: isSmall ? 300 : 512, contextLength: isSmall ? 40 : 64, seed: 1),
      data: .init(digest: BLAKE3.hash(text), byteCount: UInt64(text.count)),
      microBatchSize: isSmall ? 8 : 16, accumulationCount: isSmall ? 2 : 1,
      sequenceLength: isSmall ? 36 : 64, seed: 2, optimizer: .adamW(decay: 0.01),
      learningRate: LearningRateSchedule(
        peak: 2e-3, warmupSteps: 5, decaySteps: 20, floor: 2e-4),
      gradientNormMax: 1)
    return Run(
      configuration: configuration,
      data: try TrainingData(
        configuration, train: TokenText(bytes: text.span), validation: nil))
  }

  func trainer(from checkpoint: String? = nil, threads: Int) throws -> Trainer {
    let plan = try TrainingPlan(configuration)
    guard let checkpoint else { return Trainer(plan, data, threadCount: threads) }
    return try Trainer(
      plan, data, from: try Checkpoint(bytes: contents(checkpoint)), threadCount: threads)
  }
}

func contents(_ path: String) throws -> [UInt8] {
  try MappedFile(path, followsLinks: true).withBytes { span in (0..<span.count).map { span[$0] } }
}
