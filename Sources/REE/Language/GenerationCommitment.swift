internal import Primitives
public import Receipts
public import Sodium

/// Commits to a generation while it goes on, one record for each token.
public struct GenerationCommitment: Sendable {
  private let request: GenerationRequest
  private let model: Receipt.Model
  private let multiplyAdds: UInt64
  private let vocabularySize: Int
  private var trace = TraceBuilder()

  public init(_ request: GenerationRequest, of model: LanguageModel, _ identity: Receipt.Model) {
    self.request = request
    self.model = identity
    multiplyAdds = model.sizes.tokenMultiplyAdds
    vocabularySize = model.vocabularySize
  }

  /// Takes the next token, which must carry its commitment.
  public mutating func append(_ token: GeneratedToken) {
    guard let step = token.commitment else {
      preconditionFailure("the generation was not asked for commitments")
    }
    let logits = TensorCommitment(
      dataType: GenerationRequest.float32, dimensions: [UInt64(vocabularySize)],
      content: step.logitsDigest)
    let choice = TensorCommitment(
      dataType: GenerationRequest.uint32, dimensions: [],
      content: BLAKE3.hash(GenerationRequest.bytes([step.tokenID])))
    trace.append(
      TraceRecord(
        node: 0, nodeHash: Self.nodeHash, operatorName: "language.llama",
        semanticsVersion: "1.0.0", inputs: [], outputs: [logits.digest, choice.digest]))
    trace.endStep()
  }

  /// The one node that a step of a generation is: the whole model, then the choice.
  private static let nodeHash = BLAKE3.hash(Array("language.llama step".utf8))

  /// What can be stated of the generation once it has ended; nil if it ended before its time.
  public func receipt(
    _ result: GenerationResult, nonce: [UInt8], prover: Ed25519.PublicKey, threadCount: Int,
    timeMicroseconds: UInt64, engineVersion: String
  ) -> Receipt? {
    let reason: Receipt.FinishReason
    switch result.finishReason {
    case .endOfText: reason = .endOfText
    case .stop: reason = .stop
    case .length: reason = .length
    case .cancelled, .noCandidate: return nil
    }
    // Every token but the last generated one passes through the model.
    let evaluated = UInt64(request.prompt.count + max(result.tokens.count, 1) - 1)
    return Receipt(
      kind: .generate, semanticsRoot: Semantics.root, engineName: "gensyn",
      engineVersion: engineVersion, model: model, inputRoot: request.inputRoot,
      parametersHash: BLAKE3.hash(request.parameterBytes), outputRoot: Self.outputRoot(result),
      finishReason: reason, stepCount: UInt64(result.tokens.count), traceLevel: .steps,
      traceRoot: trace.root, requesterNonce: nonce, proverKey: prover,
      timeMicroseconds: timeMicroseconds,
      device: Receipt.Device(
        instructionSet: LanguageModel.instructionSet, threadCount: UInt64(threadCount)),
      workMultiplyAdds: multiplyAdds.multipliedReportingOverflow(by: evaluated).partialValue)
  }

  /// The root over the outputs: the tokens, then the text.
  private static func outputRoot(_ result: GenerationResult) -> Digest {
    NamedCommitment.root(of: [
      GenerationRequest.named(
        "tokens", GenerationRequest.bytes(result.tokens), result.tokens.count),
      NamedCommitment(text: result.text),
    ])
  }
}
