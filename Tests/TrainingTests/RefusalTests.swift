import Testing

@testable import Training

@Suite
struct RefusalTests {
  @Test
  func `a configuration that contradicts itself is named`() throws {
    let cases: [(String, (inout TrainingConfiguration) -> Void)] = [
      ("gpt.layer_count", { $0.gpt.layerCount = 0 }),
      ("gpt.width", { $0.gpt.width = GPTConfiguration.widthMax + 1 }),
      ("gpt.head_count", { $0.gpt.headCount = 3 }),
      ("gpt.vocabulary_size", { $0.gpt.vocabularySize = 255 }),
      ("configuration.micro_batch_size", { $0.microBatchSize = .max }),
      ("configuration.accumulation_count", { $0.accumulationCount = 0 }),
      ("configuration.sequence_length", { $0.sequenceLength = 13 }),
      ("configuration.gradient_norm_max", { $0.gradientNormMax = .nan }),
      ("configuration.validation_interval", { $0.validationData = nil }),
      ("configuration.adam_w.beta2", { $0.optimizer = .adamW(beta2: 1) }),
      ("configuration.sgd.momentum", { $0.optimizer = .sgd(momentum: -1) }),
      ("configuration.learning_rate.peak", { $0.learningRate.peak = 0 }),
      ("configuration.learning_rate.floor", { $0.learningRate.floor = 1 }),
      (
        "configuration",
        {
          $0.gpt.contextLength = GPTConfiguration.contextLengthMax
          $0.sequenceLength = $0.gpt.contextLength
          $0.microBatchSize = 4096
        }
      ),
    ]

    for (name, change) in cases {
      do {
        _ = try TrainingPlan(TrainerFixture(change).configuration)
        Issue.record("\(name) was taken")
      } catch .value(let found, _) {
        #expect(found == name)
      } catch {
        Issue.record("\(error)")
      }
    }
  }

  @Test
  func `a run that needs too much memory does not begin`() throws {
    let configuration = TrainerFixture().configuration
    let needed = try TrainingPlan(configuration).memorySizeBytes

    #expect(throws: TrainingRefusal.memory(needed: needed, allowed: needed - 1)) {
      try TrainingPlan(configuration, memorySizeBytesMax: needed - 1)
    }
    #expect(throws: Never.self) {
      try TrainingPlan(configuration, memorySizeBytesMax: needed)
    }
  }

  @Test
  func `a text that is too short or has unknown tokens is refused`() throws {
    let fixture = TrainerFixture()
    let short = TokenText(tokens: [UInt32](repeating: 1, count: 10))
    let strange = TokenText(tokens: [UInt32](repeating: 256, count: 100))

    #expect(throws: TrainingRefusal.shortData("the training data", tokens: 10, needed: 11)) {
      try TrainingData(fixture.configuration, train: short, validation: nil)
    }
    #expect(throws: TrainingRefusal.token(256, vocabularySize: 256)) {
      try TrainingData(fixture.configuration, train: strange, validation: nil)
    }
  }
}
