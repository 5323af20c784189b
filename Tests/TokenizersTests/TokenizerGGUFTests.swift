import ModelFiles
import Testing

@testable import Tokenizers

@Suite
struct TokenizerGGUFTests {
  /// The 256 byte tokens, some merges and a control token.
  static func bytePair(pre: String) -> [String: GGUFValue] {
    let merges = ["h e", "l l", "he ll", "hell o", "Ġ hello"]
    let texts =
      ["<|end|>"] + ByteAlphabet.scalars.map { String(Character($0)) }
      + ["he", "ll", "hell", "hello", "Ġhello"]
    return [
      "tokenizer.ggml.model": .string("gpt2"), "tokenizer.ggml.pre": .string(pre),
      "tokenizer.ggml.tokens": .strings(texts), "tokenizer.ggml.merges": .strings(merges),
      "tokenizer.ggml.token_type": .integers([3] + Array(repeating: 1, count: texts.count - 1)),
      "tokenizer.ggml.bos_token_id": .uint32(0),
    ]
  }

  static let sentencePiece: [String: GGUFValue] = [
    "tokenizer.ggml.model": .string("llama"),
    "tokenizer.ggml.tokens": .strings(
      ["<unk>", "<s>"] + (0..<256).map(BytePairEncoding.byteToken)
        + ["▁", "a", "b", "ab", "▁a", "▁ab", "ba"]),
    "tokenizer.ggml.scores": .floats(
      Array(repeating: 0, count: 258) + [-9, -9, -9, -1, -2, -3, -1]),
    "tokenizer.ggml.token_type": .integers(
      [2, 3] + Array(repeating: 6, count: 256) + Array(repeating: 1, count: 7)),
    "tokenizer.ggml.bos_token_id": .uint32(1),
  ]

  @Test
  func `merges bytes and finds control tokens`() throws {
    let tokenizer = try Tokenizer(gguf: GGUFMetadata(Self.bytePair(pre: "smollm")))

    let ids = tokenizer.encode("hello hello<|end|>é12").ids

    #expect(ids.prefix(3) == [260, 261, 0])
    #expect(tokenizer.decode(ids, skippingSpecialTokens: false) == "hello hello<|end|>é12")
    #expect(tokenizer.decode(ids) == "hello helloé12")
  }

  @Test
  func `begins texts as the family does`() throws {
    let tokenizer = try Tokenizer(gguf: GGUFMetadata(Self.bytePair(pre: "llama-bpe")))
    #expect(tokenizer.encode("hello").ids == [0, 260])
    #expect(tokenizer.encode("hello", addingSpecialTokens: false).ids == [260])
  }

  @Test
  func `merges by score, the leftmost of equals`() throws {
    let tokenizer = try Tokenizer(gguf: GGUFMetadata(Self.sentencePiece))
    #expect(tokenizer.encode("ab").ids == [1, 263])
    // "ab" and "ba" have one score: the left one is made first.
    #expect(tokenizer.encode("aba").ids == [1, 263, 259])
    #expect(tokenizer.encode("bab").ids == [1, 258, 264, 260])
    let odd = tokenizer.encode("é\n")
    #expect(tokenizer.decode(odd.ids) == "é\n")
  }

  @Test(arguments: [
    ("tokenizer.ggml.pre", GGUFValue.string("mystery")),
    ("tokenizer.ggml.tokens", .bool(true)), ("tokenizer.ggml.merges", .strings(["h"])),
    ("tokenizer.ggml.merges", .strings(["h zz"])), ("tokenizer.ggml.token_type", .integers([1])),
    ("tokenizer.ggml.tokens", .strings(["a", "a"])), ("tokenizer.ggml.model", .string("bert")),
    ("tokenizer.ggml.bos_token_id", .uint32(9_999)),
  ])
  func `refuses what it does not know`(key: String, value: GGUFValue) {
    var values = Self.bytePair(pre: "llama-bpe")
    values[key] = value
    #expect(throws: TokenizerError.self) { try Tokenizer(gguf: GGUFMetadata(values)) }
  }
}
