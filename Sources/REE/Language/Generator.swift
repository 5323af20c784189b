internal import CKernels

/// Continues texts token by token.
///
/// A generation is a function of the model, the prompt's tokens and the sampling parameters. Keys and
/// values of an earlier prompt are used again where the new one begins alike, which changes no bit.
/// Not for several threads at once.
public final class Generator {
  public let model: LanguageModel
  private var session: DecoderSession?
  private var sessionThreads = 0

  public init(_ model: LanguageModel) {
    self.model = model
  }

  /// What a generation will need; throws what keeps it from starting.
  public func plan(
    _ prompt: [UInt32], _ options: GenerationOptions
  ) throws(GenerationRefusal) -> GenerationPlan {
    guard !prompt.isEmpty else { throw .emptyPrompt }
    guard prompt.count < model.contextLength else {
      throw .promptTooLong(tokens: prompt.count, contextLength: model.contextLength)
    }
    if let unknown = prompt.first(where: { $0 >= model.vocabularySize }) {
      throw .unknownToken(unknown)
    }
    do {
      try options.sampling.validate()
    } catch {
      throw .sampling(error)
    }
    guard options.stopTexts.count <= GenerationOptions.stopTextCountMax,
      options.stopTexts.allSatisfy({
        1...GenerationOptions.stopTextBytesMax ~= $0.utf8.count
      })
    else { throw .stopTexts }

    let room = model.contextLength - prompt.count
    let tokenCountMax = options.tokenCountMax > 0 ? min(options.tokenCountMax, room) : room
    let weights = model.weightsSizeBytes
    let needed =
      weights
      + DecoderSession.sizeBytes(
        model, capacity: prompt.count + tokenCountMax, threadCount: options.threadCount)
    guard needed <= options.memorySizeBytesMax else {
      throw .memory(neededBytes: needed, allowedBytes: options.memorySizeBytesMax)
    }
    return GenerationPlan(
      promptTokenCount: prompt.count, tokenCountMax: tokenCountMax, peakMemorySizeBytes: needed,
      weightsSizeBytes: weights, tokenMultiplyAdds: model.sizes.tokenMultiplyAdds,
      instructionSet: LanguageModel.instructionSet)
  }

  /// Generates, and hands each token over as it is chosen.
  ///
  /// - Parameters:
  ///   - isCancelled: Asked before each token.
  ///   - onToken: Called with each token. The last call carries text that was held back.
  public func generate(
    _ prompt: [UInt32], _ options: GenerationOptions = GenerationOptions(),
    isCancelled: () -> Bool = { false }, onToken: (GeneratedToken) -> Void = { _ in }
  ) throws(GenerationRefusal) -> GenerationResult {
    let plan = try plan(prompt, options)
    var sampler: Sampler
    do {
      sampler = try Sampler(options.sampling)
    } catch {
      throw .sampling(error)
    }
    let session = session(plan, options)
    var run = GenerationRun(model, options)
    // Of what is held the common beginning stays; the last token of the prompt is always computed.
    let common = zip(session.tokens, prompt.dropLast()).prefix { $0 == $1 }.count
    session.rewind(to: common)
    var history = Set(prompt)
    var pending = prompt[common...]
    while run.finishReason == nil {
      guard !isCancelled() else {
        run.finish(.cancelled)
        break
      }
      let step = run.next(session, pending, &sampler, history, onToken)
      guard let step else { break }
      history.insert(step)
      pending = [step]
      if run.tokens.count >= plan.tokenCountMax, run.finishReason == nil { run.finish(.length) }
    }
    return run.result(onToken)
  }

  private func session(_ plan: GenerationPlan, _ options: GenerationOptions) -> DecoderSession {
    let capacity = plan.promptTokenCount + plan.tokenCountMax
    if let session, session.tokens.count + session.room >= capacity,
      sessionThreads == options.threadCount
    {
      return session
    }
    // The old one's memory goes first, so that the plan's peak holds.
    session = nil
    let made = DecoderSession(model, capacity: capacity, threadCount: options.threadCount)
    session = made
    sessionThreads = options.threadCount
    return made
  }
}
