import ModelFixtures
import Testing

@testable import REE

@Suite
struct DecoderTests {
  static func model(_ change: (inout TinyDecoder) -> Void = { _ in }) throws -> LanguageModel {
    var tiny = TinyDecoder()
    change(&tiny)
    return try LanguageModel(.memory(tiny.build().build()))
  }

  static func tokens(_ count: Int, seed: UInt64 = 5) -> [UInt32] {
    var random = RandomNumbers(seed: seed)
    return (0..<count).map { _ in UInt32.random(in: 0..<288, using: &random) }
  }

  static func bits(_ session: DecoderSession, _ tokens: some Collection<UInt32>) -> [UInt32] {
    session.evaluate(tokens) { span in span.indices.map { span[$0].bitPattern } }
  }

  @Test(arguments: [0, 1, 2, 3, 8] as [UInt32])
  func `computes the bits of the plain rules`(type: UInt32) throws {
    let model = try Self.model {
      $0.type = type
      $0.embeddingType = type
    }
    let tokens = Self.tokens(6)

    let logits = Self.bits(DecoderSession(model, capacity: 6), tokens)

    #expect(logits == ReferenceDecoder(model).logits(tokens).map(\.bitPattern))
    #expect(Set(logits).count > 200)
  }

  @Test
  func `computes the same bits however tokens are split`() throws {
    let model = try Self.model { $0.layerCount = 1 }
    let tokens = Self.tokens(280)
    let whole = Self.bits(DecoderSession(model, capacity: 280), tokens)

    for length in [1, 7, 33, 64] {
      let session = DecoderSession(model, capacity: 400)
      let logits = session.evaluate(tokens, chunkLength: length) { span in
        span.indices.map { span[$0].bitPattern }
      }
      #expect(logits == whole, "chunks of \(length)")
    }
    // As a prompt, then token by token: what a cache of keys and values is for.
    let session = DecoderSession(model, capacity: 280)
    _ = Self.bits(session, tokens[..<265])
    var last: [UInt32] = []
    for token in tokens[265...] { last = Self.bits(session, [token]) }
    #expect(last == whole)
  }

  @Test(arguments: [2, 3])
  func `computes the same bits with several threads`(threadCount: Int) throws {
    let model = try Self.model()
    let tokens = Self.tokens(40)
    let alone = Self.bits(DecoderSession(model, capacity: 40), tokens)

    let session = DecoderSession(model, capacity: 40, threadCount: threadCount)

    #expect(Self.bits(session, tokens) == alone)
  }

  @Test
  func `goes back and on as if nothing had happened`() throws {
    let model = try Self.model()
    let tokens = Self.tokens(20)
    let session = DecoderSession(model, capacity: 64)
    let whole = Self.bits(session, tokens)

    session.rewind(to: 8)
    _ = Self.bits(session, Self.tokens(30, seed: 6))
    session.rewind(to: 8)

    #expect(Self.bits(session, tokens[8...]) == whole)
  }
}
