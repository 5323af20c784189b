import Foundation
import ModelFiles
import ModelFixtures
import Testing

@testable import Tokenizers

@Suite
struct TokenizerFileTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures")

  struct Expectation: Decodable {
    let tokenizer: String
    let text: String
    let ids: [UInt32]
    let decoded: String
  }

  static func read(_ json: [UInt8]) throws(TokenizerError) -> Tokenizer {
    try Tokenizer(json: json.span)
  }

  static func read(_ json: String) throws(TokenizerError) -> Tokenizer {
    try read(Array(json.utf8))
  }

  @Test(arguments: [
    "roberta", "llama3", "qwen2-nfc", "nfd-lower", "metaspace", "llama2", "bert-cased",
  ])
  func `gives the tokens and texts of the published library`(kind: String) throws {
    let json = try Data(contentsOf: Self.folder.appending(path: kind + ".json"))
    let tokenizer = try Self.read([UInt8](json))
    let expected = try JSONDecoder().decode(
      [Expectation].self,
      from: Data(contentsOf: Self.folder.appending(path: "expected.json"))
    ).filter { $0.tokenizer == kind }

    #expect(expected.count > 90)
    for expectation in expected {
      let encoding = tokenizer.encode(expectation.text)
      #expect(encoding.ids == expectation.ids, "\(expectation.text)")
      let text = tokenizer.decode(encoding.ids)
      #expect(Array(text.utf8) == Array(expectation.decoded.utf8), "\(expectation.text)")
      var stream = TextStream(tokenizer)
      let streamed = encoding.ids.map { stream.append($0) }.joined() + stream.finish()
      #expect(Array(streamed.utf8) == Array(text.utf8))
    }
  }

  static let small = #"{"model":{"type":"WordPiece","unk_token":"[U]","vocab":{"[U]":0,"a":1}}}"#

  static let wrong: [(TokenizerError, String)] = [
    (.json(.syntax(.value, offset: 0)), "x"),
    (.field("model"), "{}"),
    (.field("model.vocab"), #"{"model":{"type":"WordPiece","unk_token":"a"}}"#),
    (.field("model.unk_token"), #"{"model":{"type":"WordPiece","unk_token":"b","vocab":{"a":0}}}"#),
    (.ambiguous("b"), #"{"model":{"type":"WordPiece","unk_token":"a","vocab":{"a":0,"b":0}}}"#),
    (.field("a token's number"), #"{"model":{"type":"WordPiece","vocab":{"a":-1}}}"#),
    (.tooLarge(99_999_999), #"{"model":{"type":"WordPiece","vocab":{"a":99999999}}}"#),
    (.merge(0), #"{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}"#),
    (.unsupported(part: "model", what: "Unigram"), #"{"model":{"type":"Unigram"}}"#),
    (
      .unsupported(part: "normalizer", what: "Precompiled"),
      small.dropLast() + #","normalizer":{"type":"Precompiled"}}"#
    ),
    (
      .unsupported(part: "pre_tokenizer", what: "Split by a+"),
      small.dropLast() + #","pre_tokenizer":{"type":"Split","pattern":{"Regex":"a+"}}}"#
    ),
    (
      .unsupported(part: "decoder", what: "CTC"), small.dropLast() + #","decoder":{"type":"CTC"}}"#
    ),
  ]

  @Test(arguments: wrong)
  func `names what it cannot use`(error: TokenizerError, json: String) {
    #expect(throws: error) { try Self.read(json) }
  }

  @Test(arguments: ["llama3", "bert-cased", "llama2"])
  func `survives changed bytes`(kind: String) throws {
    let json = try [UInt8](Data(contentsOf: Self.folder.appending(path: kind + ".json")))
    var random = RandomNumbers(seed: 4)
    let signs = Array("{}[],:\"0129-e\\atruefalsn ".utf8)
    var accepted = 0
    for _ in 0..<80 {
      var damaged = json
      for _ in 0..<Int.random(in: 1...2, using: &random) {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] =
          signs.randomElement(using: &random) ?? 0
      }
      // Some changes make another tokenizer; it must work with any text.
      guard let tokenizer = try? Self.read(damaged) else { continue }
      accepted += 1
      let ids = tokenizer.encode("Größe <s> 12 don't\u{301} 😀", "two").ids
      _ = tokenizer.decode(ids + [0, 1, 399, 500, .max], skippingSpecialTokens: false)
    }
    #expect(accepted > 0)
  }

  @Test
  func `splits long texts in reasonable time`() throws {
    let json = try Data(contentsOf: Self.folder.appending(path: "llama3.json"))
    let tokenizer = try Self.read([UInt8](json))
    let text = String(repeating: "ab", count: 15_000) + String(repeating: " ", count: 15_000)

    let ids = tokenizer.encode(text, addingSpecialTokens: false).ids

    #expect(tokenizer.decode(ids) == text)
  }
}
