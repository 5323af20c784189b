internal import Files
internal import Foundation
internal import Primitives
internal import REE
internal import RPC
internal import Schema
internal import Tokenizers
internal import Training

extension ExecutionEngine {
  /// What a request asks for, with its data. Waits for the disk.
  func trainingJob(_ request: Gensyn_Ree_V1.TrainRequest) throws -> TrainingJob {
    let memory = memoryLimit(request.options)
    let threads = Int(request.options.threadCountMax)
    let threadCount = threads == 0 ? limits.threadCountMax : min(threads, limits.threadCountMax)
    switch request.start {
    case .gpt(let gpt)?:
      let configuration = try TrainingConfiguration(
        request.configuration, GPTConfiguration(gpt), in: store)
      return try trainingJob(
        configuration, from: nil, memorySizeBytesMax: memory, threadCount: threadCount)
    case .checkpointHash(let hash)?:
      let checkpoint = try checkpoint(Digest(field: "checkpoint_hash", hash))
      if request.hasConfiguration, !request.configuration.datasetHash.isEmpty {
        let asked = try TrainingConfiguration(
          request.configuration, checkpoint.configuration.gpt, in: store)
        guard asked == checkpoint.configuration else {
          throw RPCError(
            badField: "configuration", "is not the checkpoint's: leave it out to go on as before")
        }
      }
      return try trainingJob(
        checkpoint.configuration, from: checkpoint, memorySizeBytesMax: memory,
        threadCount: threadCount)
    case .model?:
      throw RPCError(
        .unimplemented, "this node trains new models, and goes on from its own checkpoints")
    case nil: throw RPCError(badField: "start", "is missing: give gpt or checkpoint_hash")
    }
  }

  /// Plans a run and reads its data.
  func trainingJob(
    _ configuration: TrainingConfiguration, from checkpoint: Checkpoint?,
    memorySizeBytesMax: UInt64, threadCount: Int
  ) throws -> TrainingJob {
    let plan = try TrainingPlan(configuration, memorySizeBytesMax: memorySizeBytesMax)
    let tokenizer = try configuration.tokenizer.map { try self.tokenizer($0) }
    let train = try text(configuration.data, tokenizer)
    let validation = try configuration.validationData.map { try text($0, tokenizer) }
    return TrainingJob(
      plan: plan, data: try TrainingData(configuration, train: train, validation: validation),
      checkpoint: checkpoint, threadCount: threadCount)
  }

  func checkpoint(_ digest: Digest) throws -> Checkpoint {
    try Checkpoint(bytes: try store.contents(digest, sizeMax: limits.memorySizeBytesMax))
  }

  func memoryLimit(_ options: Gensyn_Ree_V1.ExecutionOptions) -> UInt64 {
    let limit = UInt64(limits.memorySizeBytesMax)
    return options.memorySizeBytesMax == 0 ? limit : min(limit, options.memorySizeBytesMax)
  }

  private func text(
    _ reference: TrainingConfiguration.DataReference, _ tokenizer: Tokenizer?
  ) throws -> TokenText {
    let file = try store.map(reference.digest)
    return file.withBytes { bytes in
      tokenizer.map { TokenText(bytes: bytes, tokenizer: $0) } ?? TokenText(bytes: bytes)
    }
  }

  private func tokenizer(_ digest: Digest) throws -> Tokenizer {
    do {
      return try store.map(digest).withBytes { bytes throws(TokenizerError) in
        try Tokenizer(json: bytes)
      }
    } catch let error as TokenizerError {
      throw RPCError(badField: "configuration.tokenizer_hash", "is no tokenizer: \(error)")
    }
  }
}
