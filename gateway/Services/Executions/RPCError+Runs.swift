internal import GraphRuns
internal import REE
internal import RPC
internal import Tokenizers

// What a graph and its run refuse, as codes that a caller can act on.

extension RPCError {
  init(_ error: ModelError) {
    let text = "the model cannot be run: \(error)"
    let code: Status.Code
    let reason: String
    switch error {
    case .tooLarge, .memory, .tooManyNodes: (code, reason) = (.resourceExhausted, "MODEL_TOO_LARGE")
    case .unsupported, .unknownOperator, .unknownVersion:
      (code, reason) = (.unimplemented, "UNKNOWN_OPERATOR")
    case .externalData(.notFound, _), .externalData(.noFiles, _):
      (code, reason) = (.notFound, "NOT_FOUND")
    case .externalData(.unreadable, _): (code, reason) = (.dataLoss, "DAMAGED")
    default: (code, reason) = (.invalidArgument, "INVALID_MODEL")
    }
    self.init(
      code, text,
      details: [
        .reason(reason, domain: Self.reeDomain), .badField("model.model_hash", "\(error)"),
      ])
  }

  init(_ error: ExecutionError) {
    let text = "\(error)"
    switch error {
    case .missingInput, .unknownInput, .inputType: self.init(badField: "inputs", text)
    case .cancelled: self.init(.cancelled, text)
    case .memory(let needed, let allowed):
      self.init(memory: text, needed: needed, allowed: allowed)
    case .node(_, .tensor(.memory(let needed, let used, let limit))):
      self.init(memory: text, needed: needed + used, allowed: limit)
    case .node(_, .operation(.unsupported)):
      self.init(
        .unimplemented, text, details: [.reason("UNKNOWN_OPERATOR", domain: Self.reeDomain)])
    case .node:
      self.init(
        .invalidArgument, text, details: [.reason("NODE_FAILED", domain: Self.reeDomain)])
    }
  }

  private init(memory text: String, needed: Int, allowed: Int) {
    self.init(
      .resourceExhausted, text,
      details: [
        .reason(
          "MEMORY", domain: Self.reeDomain,
          metadata: ["needed_size_bytes": "\(needed)", "limit_size_bytes": "\(allowed)"])
      ])
  }

  init(_ refusal: RunRefusal) {
    let text = "\(refusal)"
    switch refusal {
    case .input, .duplicateInput: self.init(badField: "inputs", text)
    case .unknownOutput: self.init(badField: "output_names", text)
    case .outputKind: self.init(.unimplemented, text)
    case .texts: self.init(badField: "texts", text)
    }
  }

  init(_ error: TokenizerError) {
    self.init(badField: "model.tokenizer_hash", "names a file that cannot be used: \(error)")
  }
}
