internal import Archive
internal import GraphRuns
internal import REE
internal import RPC
internal import Receipts
internal import Tokenizers
internal import Training

// The one place where the engine's reasons become codes that a caller can act on.

extension RPCError {
  init(execution error: any Error) {
    switch error {
    case let error as RPCError: self = error
    case let error as ArtifactStore.ReadError: self.init(error)
    case let error as ArtifactStore.UploadError: self.init(error)
    case let error as ReceiptStore.Failure: self.init(error)
    case let error as LanguageModelError:
      self.init(
        .invalidArgument, "the model cannot be run: \(error)",
        details: [
          .reason("INVALID_MODEL", domain: Self.reeDomain),
          .badField("model.model_hash", "\(error)"),
        ])
    case let refusal as GenerationRefusal: self.init(refusal)
    case let refusal as TrainingRefusal: self.init(training: refusal)
    case let error as GenerationRequest.Malformed:
      self.init(.dataLoss, "what the receipt was computed from is damaged: \(error)")
    case let error as ModelError: self.init(error)
    case let error as ExecutionError: self.init(error)
    case let refusal as RunRefusal: self.init(refusal)
    case let error as TokenizerError: self.init(error)
    case is RunParameters.Malformed:
      self.init(.dataLoss, "what the receipt was computed from is damaged")
    case is CancellationError: self.init(.cancelled, "the call was cancelled")
    default:
      self.init(
        .internal, "the computation failed; the operator's log says how", cause: error)
    }
  }

  private init(_ refusal: GenerationRefusal) {
    let text = "\(refusal)"
    switch refusal {
    case .memory(let needed, let allowed):
      self.init(
        .resourceExhausted, text,
        details: [
          .reason(
            "MEMORY", domain: Self.reeDomain,
            metadata: ["needed_size_bytes": "\(needed)", "limit_size_bytes": "\(allowed)"])
        ])
    case .emptyPrompt, .promptTooLong, .unknownToken: self.init(badField: "prompt", text)
    case .sampling: self.init(badField: "sampling", text)
    case .stopTexts: self.init(badField: "stop_texts", text)
    }
  }
}
