internal import Foundation
internal import Primitives
internal import REE
internal import RPC
internal import Receipts
internal import Schema
internal import SwiftProtobuf

extension GenerationOptions {
  init(
    _ request: Gensyn_Ree_V1.GenerateRequest, _ limits: ExecutionEngine.Limits
  ) throws(RPCError) {
    self.init()
    let asked = request.sampling
    sampling.temperature = asked.temperature
    sampling.topK = Int(asked.topK)
    // Zero stands for what does nothing.
    if asked.topP != 0 { sampling.topP = asked.topP }
    sampling.minP = asked.minP
    if asked.repetitionPenalty != 0 { sampling.repetitionPenalty = asked.repetitionPenalty }
    sampling.seed = asked.seed
    tokenCountMax = Int(request.tokenCountMax)
    stopTexts = request.stopTexts
    reportsLogProbabilities = request.logProbabilities
    let memory = Int(clamping: request.options.memorySizeBytesMax)
    memorySizeBytesMax =
      memory == 0 ? limits.memorySizeBytesMax : min(memory, limits.memorySizeBytesMax)
    let threads = Int(request.options.threadCountMax)
    threadCount = threads == 0 ? limits.threadCountMax : min(threads, limits.threadCountMax)
  }
}

extension Gensyn_Ree_V1.ExecutionPlan {
  init(_ plan: GenerationPlan, _ loaded: LanguageModels.Loaded, _ options: GenerationOptions) {
    self.init()
    nodeCount = 1
    stepCount = UInt64(plan.tokenCountMax)
    peakMemorySizeBytes = UInt64(plan.peakMemorySizeBytes)
    weightsSizeBytes = UInt64(plan.weightsSizeBytes)
    stepMultiplyAdds = plan.tokenMultiplyAdds
    instructionSet = plan.instructionSet
    threadCount = UInt32(options.threadCount)
    semanticsRoot = Semantics.root.data
    modelRoot = loaded.identity.root.data
    promptTokenCount = UInt32(clamping: plan.promptTokenCount)
  }
}

extension Gensyn_Ree_V1.GeneratedTokens {
  init(_ token: GeneratedToken) {
    self.init()
    firstPosition = UInt64(token.position)
    tokenIds = [token.id]
    text = token.text
    if let probability = token.logProbability { logProbabilities = [probability] }
  }
}

extension Gensyn_Ree_V1.ExecutionResult {
  init(
    _ result: GenerationResult, _ signed: SignedReceipt?, elapsed: Duration
  ) throws(RPCError) {
    self.init()
    switch result.finishReason {
    case .endOfText: finishReason = .endOfText
    case .stop: finishReason = .stop
    case .length: finishReason = .length
    case .cancelled: throw RPCError(.cancelled, "the generation was cancelled")
    case .noCandidate:
      throw RPCError(.internal, "the model gives no number for any token: its weights are broken")
    }
    state = .succeeded
    if let signed { receipt = Gensyn_Ree_V1.Receipt(signed) }
    self.elapsed = Google_Protobuf_Duration(elapsed)
  }
}

extension Google_Protobuf_Duration {
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self.init(seconds: seconds, nanos: Int32(attoseconds / 1_000_000_000))
  }
}
