import ModelFixtures
import Primitives
import Testing
import Tokenizers

@testable import REE

@Suite
struct GeneratorTests {
  let model: LanguageModel
  let prompt: [UInt32] = Array("Once upon".utf8).map(UInt32.init)

  init() throws {
    model = try DecoderTests.model()
  }

  func options(
    _ change: (inout GenerationOptions) -> Void = { _ in }
  ) -> GenerationOptions {
    var options = GenerationOptions()
    options.tokenCountMax = 24
    options.sampling.temperature = 20
    options.sampling.seed = 7
    change(&options)
    return options
  }

  func run(
    _ options: GenerationOptions, generator: Generator? = nil
  ) throws -> (GenerationResult, [GeneratedToken]) {
    var tokens: [GeneratedToken] = []
    let result = try (generator ?? Generator(model)).generate(
      prompt, options, onToken: { tokens.append($0) })
    return (result, tokens)
  }

  @Test
  func `generates the same again, with a cache or several threads`() throws {
    let generator = Generator(model)
    let options = options { $0.reportsCommitments = true }
    let (first, tokens) = try run(options, generator: generator)

    let (again, tokensAgain) = try run(options, generator: generator)
    let (threaded, tokensThreaded) = try run(
      self.options {
        $0.reportsCommitments = true
        $0.threadCount = 2
      })

    #expect(first.tokens.count == 24 || first.finishReason == .endOfText)
    #expect(again == first && tokensAgain == tokens)
    #expect(threaded == first && tokensThreaded == tokens)
    let (other, _) = try run(self.options { $0.sampling.seed = 8 })
    #expect(other.tokens != first.tokens)
  }

  @Test
  func `hands over every token and the whole text`() throws {
    let (result, tokens) = try run(options { $0.reportsLogProbabilities = true })

    #expect(tokens.map(\.id) == result.tokens)
    #expect(tokens.map(\.position) == Array(0..<result.tokens.count))
    #expect(Array(tokens.map(\.text).joined().utf8) == Array(result.text.utf8))
    #expect(tokens.allSatisfy { ($0.logProbability ?? 1) <= 0 && $0.commitment == nil })
    #expect(Array(model.tokenizer.decode(result.tokens).utf8) == Array(result.text.utf8))
  }

  @Test
  func `commits to the logits of each step`() throws {
    let (result, tokens) = try run(options { $0.reportsCommitments = true })

    let session = DecoderSession(model, capacity: 64)
    var pending = prompt
    for (step, token) in tokens.enumerated() {
      let bytes = session.evaluate(pending) { logits in
        logits.indices.flatMap { index in
          (0..<4).map { UInt8(truncatingIfNeeded: logits[index].bitPattern >> UInt32($0 * 8)) }
        }
      }
      #expect(token.commitment?.logitsDigest == BLAKE3.hash(bytes))
      #expect(token.commitment?.position == UInt64(step))
      pending = [result.tokens[step]]
    }
  }

  @Test
  func `ends at a stop text and leaves it out`() throws {
    let (whole, _) = try run(options())
    let scalars = Array(whole.text.unicodeScalars)
    let middle = String(String.UnicodeScalarView(scalars[5..<7]))
    let start = try #require(whole.text.firstRange(of: middle)?.lowerBound)

    let (result, tokens) = try run(options { $0.stopTexts = ["never to be seen", middle] })

    #expect(result.finishReason == .stop)
    #expect(result.text == String(whole.text[..<start]))
    #expect(tokens.map(\.text).joined() == result.text)
    #expect(result.tokens.count < whole.tokens.count)
  }

  @Test
  func `ends with the model's end token`() throws {
    let found = try (0..<400).lazy.compactMap { seed -> GenerationResult? in
      let (result, _) = try run(
        options {
          $0.sampling.seed = UInt64(seed)
          $0.sampling.temperature = 100
        })
      return result.finishReason == .endOfText ? result : nil
    }.first
    let result = try #require(found)

    #expect(result.tokens.last == TinyDecoder.endToken)
    #expect(!result.text.contains("<|end|>"))
  }

  @Test
  func `stops when it is cancelled`() throws {
    var count = 0
    let result = try Generator(model).generate(
      prompt, options(),
      isCancelled: {
        count += 1
        return count > 3
      })
    #expect(result.finishReason == .cancelled)
    #expect(result.tokens.count == 3)
  }

  @Test
  func `delivers tokens as a sequence`() async throws {
    let (expected, tokens) = try run(options())
    var events: [Generator.Event] = []
    for try await event in Generator.events(model, prompt: prompt, options()) {
      events.append(event)
    }
    #expect(events == tokens.map { .token($0) } + [.finished(expected)])
  }

  @Test
  func `says what it needs, and refuses what it cannot do`() throws {
    let generator = Generator(model)
    let plan = try generator.plan(prompt, options())
    #expect(plan.promptTokenCount == 9 && plan.tokenCountMax == 24)
    #expect(plan.peakMemorySizeBytes > plan.weightsSizeBytes)
    #expect(plan.tokenMultiplyAdds == 2 * (64 * (128 + 64) + 3 * 64 * 96) + 64 * 288)

    func refusal(_ prompt: [UInt32], _ options: GenerationOptions) -> GenerationRefusal? {
      do {
        _ = try generator.generate(prompt, options)
        return nil
      } catch {
        return error
      }
    }
    #expect(refusal([], options()) == .emptyPrompt)
    #expect(refusal([288], options()) == .unknownToken(288))
    #expect(
      refusal(Array(repeating: 1, count: 600), options())
        == .promptTooLong(tokens: 600, contextLength: 600))
    #expect(refusal(prompt, options { $0.stopTexts = [""] }) == .stopTexts)
    #expect(refusal(prompt, options { $0.sampling.topP = 2 }) == .sampling(.topP))
    #expect(
      refusal(prompt, options { $0.memorySizeBytesMax = 1_000 })
        == .memory(neededBytes: plan.peakMemorySizeBytes, allowedBytes: 1_000))
  }

  @Test
  func `fills the context and ends there`() throws {
    let model = try DecoderTests.model { $0.contextLength = 16 }
    let result = try Generator(model).generate(prompt, options { $0.tokenCountMax = 0 })
    #expect(result.finishReason == .length || result.finishReason == .endOfText)
    #expect(result.tokens.count <= 7)
  }
}
