internal import CKernels
internal import Tokenizers

/// One generation under way: what was chosen, and the text that is ready to be shown.
struct GenerationRun {
  private let model: LanguageModel
  private let options: GenerationOptions
  private(set) var tokens: [UInt32] = []
  private(set) var finishReason: GenerationResult.FinishReason?
  private var text = ""
  private var stream: TextStream
  private var stops: StopTexts
  /// A token is handed over when the next one is known: the last one takes the rest of the text.
  private var waiting: GeneratedToken?

  init(_ model: LanguageModel, _ options: GenerationOptions) {
    self.model = model
    self.options = options
    stream = TextStream(model.tokenizer)
    stops = StopTexts(options.stopTexts)
  }

  mutating func finish(_ reason: GenerationResult.FinishReason) {
    finishReason = reason
  }

  /// Chooses the next token; `nil` if none could be chosen.
  mutating func next(
    _ session: DecoderSession, _ pending: ArraySlice<UInt32>, _ sampler: inout Sampler,
    _ history: Set<UInt32>, _ onToken: (GeneratedToken) -> Void
  ) -> UInt32? {
    let position = tokens.count
    let options = options
    let choice = session.evaluate(pending) { logits -> Choice? in
      guard let id = sampler.choose(logits, step: UInt64(position), history: history) else {
        return nil
      }
      return Choice(
        id: id,
        logProbability: options.reportsLogProbabilities
          ? Self.logProbability(of: id, logits) : nil,
        commitment: options.reportsCommitments
          ? StepCommitment(position: UInt64(position), tokenID: id, logits: logits) : nil)
    }
    guard let choice else {
      finish(.noCandidate)
      return nil
    }
    tokens.append(choice.id)
    let (shown, isStopped) = stops.append(stream.append(choice.id))
    if model.endTokens.contains(choice.id) {
      finish(.endOfText)
    } else if isStopped {
      finish(.stop)
    }
    if let waiting { onToken(waiting) }
    text += shown
    waiting = GeneratedToken(
      position: position, id: choice.id, text: shown, logProbability: choice.logProbability,
      commitment: choice.commitment)
    return choice.id
  }

  /// Hands the last token over with what was held back.
  mutating func result(_ onToken: (GeneratedToken) -> Void) -> GenerationResult {
    var rest = ""
    if finishReason != .stop {
      let (shown, isStopped) = stops.append(stream.finish())
      rest = isStopped ? shown : shown + stops.finish()
      if isStopped { finish(.stop) }
    }
    text += rest
    if let last = waiting {
      onToken(
        GeneratedToken(
          position: last.position, id: last.id, text: last.text + rest,
          logProbability: last.logProbability, commitment: last.commitment))
    }
    waiting = nil
    return GenerationResult(finishReason: finishReason ?? .length, tokens: tokens, text: text)
  }

  private struct Choice {
    let id: UInt32
    let logProbability: Float?
    let commitment: StepCommitment?
  }

  /// (l - greatest) - log(lane sum of exp(l - greatest)), as `ree_log_softmax_rows` has it.
  private static func logProbability(of id: UInt32, _ logits: Span<Float>) -> Float {
    let result = FloatMemory(logits.count)
    unsafe logits.withUnsafeBufferPointer {
      unsafe ree_log_softmax_rows($0.baseAddress, 1, logits.count, result.start)
    }
    return result[Int(id)]
  }
}
