internal import Foundation
internal import Primitives
internal import REE
internal import RPC
internal import Schema
internal import Training

extension TrainingConfiguration {
  /// Reads what a request asks for. The sizes of the data are those of the stored files.
  init(
    _ asked: Gensyn_Ree_V1.TrainingConfiguration, _ gpt: GPTConfiguration,
    in store: ArtifactStore
  ) throws {
    func reference(_ hash: Data, _ field: String) throws -> DataReference? {
      guard !hash.isEmpty else { return nil }
      let digest = try Digest(field: "configuration.\(field)", hash)
      return DataReference(digest: digest, byteCount: try store.stat(digest).sizeBytes)
    }
    guard let data = try reference(asked.datasetHash, "dataset_hash") else {
      throw RPCError(badField: "configuration.dataset_hash", "is missing")
    }
    self.init(
      gpt: gpt, data: data,
      validationData: try reference(asked.validationDatasetHash, "validation_dataset_hash"),
      tokenizer: asked.tokenizerHash.isEmpty
        ? nil : try Digest(field: "configuration.tokenizer_hash", asked.tokenizerHash),
      microBatchSize: Int(asked.microBatchSize),
      accumulationCount: asked.accumulationCount == 0 ? 1 : Int(asked.accumulationCount),
      sequenceLength: asked.sequenceLength == 0 ? gpt.contextLength : Int(asked.sequenceLength),
      seed: asked.seed, optimizer: try Optimizer(asked.optimizer),
      learningRate: LearningRateSchedule(
        peak: asked.learningRate.peak, warmupSteps: asked.learningRate.warmupSteps,
        decaySteps: asked.learningRate.decaySteps, floor: asked.learningRate.floor),
      gradientNormMax: asked.gradientNormMax,
      validationInterval: Int(clamping: asked.validationInterval))
  }
}

extension Optimizer {
  init(_ asked: Gensyn_Ree_V1.TrainingConfiguration.OneOf_Optimizer?) throws(RPCError) {
    switch asked {
    case .sgd(let sgd)?: self = .sgd(momentum: sgd.momentum, decay: sgd.weightDecay)
    case .adamW(let adam)?:
      // Zero stands for the usual.
      self = .adamW(
        beta1: adam.beta1 == 0 ? 0.9 : adam.beta1, beta2: adam.beta2 == 0 ? 0.999 : adam.beta2,
        epsilon: adam.epsilon == 0 ? 1e-8 : adam.epsilon, decay: adam.weightDecay)
    case nil: throw RPCError(badField: "configuration.optimizer", "is missing")
    }
  }
}

extension GPTConfiguration {
  init(_ asked: Gensyn_Ree_V1.GptConfiguration) {
    self.init(
      layerCount: Int(asked.layerCount), width: Int(asked.width), headCount: Int(asked.headCount),
      hiddenWidth: Int(asked.hiddenWidth), contextLength: Int(asked.contextLength),
      vocabularySize: asked.vocabularySize == 0
        ? Self.byteVocabularySize : Int(asked.vocabularySize),
      seed: asked.seed)
  }
}
