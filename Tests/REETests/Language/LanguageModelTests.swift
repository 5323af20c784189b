import ModelFiles
import ModelFixtures
import Testing
import Tokenizers

@testable import REE

@Suite
struct LanguageModelTests {
  static func refusal(_ change: (inout GGUFBuilder) -> Void) -> LanguageModelError? {
    var builder = TinyDecoder().build()
    change(&builder)
    do {
      _ = try LanguageModel(.memory(builder.build()))
      return nil
    } catch {
      return error
    }
  }

  static func set(_ key: String, _ value: GGUFValue, _ builder: inout GGUFBuilder) {
    builder.values.removeAll { $0.key == key }
    builder.values.append((key, value))
  }

  @Test
  func `says why a file cannot be run`() {
    #expect(Self.refusal { _ in } == nil)
    #expect(
      Self.refusal { Self.set("general.architecture", .string("mamba"), &$0) }
        == .architecture("mamba"))
    #expect(
      Self.refusal { Self.set("llama.block_count", .uint32(0), &$0) }
        == .value("llama.block_count"))
    #expect(
      Self.refusal { Self.set("llama.block_count", .uint32(3), &$0) }
        == .missingTensor("blk.2.attn_norm.weight"))
    #expect(
      Self.refusal { Self.set("llama.attention.head_count_kv", .uint32(3), &$0) }
        == .value("llama.attention.head_count_kv"))
    #expect(
      Self.refusal { Self.set("llama.rope.scaling.type", .string("yarn"), &$0) }
        == .unsupported("RoPE scaling \"yarn\""))
    #expect(
      Self.refusal { Self.set("llama.rope.freq_base", .float32(.nan), &$0) }
        == .value("llama.rope.freq_base"))
    #expect(
      Self.refusal { Self.set("llama.feed_forward_length", .uint32(64), &$0) }
        == .shape(tensor: "blk.0.ffn_gate.weight", expected: [64, 64], found: [96, 64]))
    #expect(
      Self.refusal { Self.set("tokenizer.ggml.model", .string("none"), &$0) }
        == .tokenizer(.unsupported(part: "tokenizer.ggml.model", what: "none")))
    #expect(
      Self.refusal { builder in
        for index in builder.tensors.indices where builder.tensors[index].type == 0 {
          builder.tensors[index].type = 26
        }
      } == .encoding(tensor: "blk.0.attn_norm.weight", .int32))
    #expect(Self.refusal { $0.version = 9 } == .file(.version(9)))
  }

  @Test
  func `keeps to the memory that it is given`() throws {
    let bytes = TinyDecoder().build().build()
    let needed = try LanguageModel(.memory(bytes)).weightsSizeBytes
    #expect(
      throws: LanguageModelError.memory(neededBytes: needed, allowedBytes: needed - 1)
    ) {
      try LanguageModel(.memory(bytes), memorySizeBytesMax: needed - 1)
    }
    #expect(try LanguageModel(.memory(bytes), memorySizeBytesMax: needed).vocabularySize == 288)
  }

  @Test
  func `survives changed values of the metadata`() {
    let bytes = TinyDecoder().build().build()
    var random = RandomNumbers(seed: 9)
    for _ in 0..<400 {
      var damaged = bytes
      let offset = Int.random(in: 0..<1_000, using: &random)
      damaged[offset] = UInt8(truncatingIfNeeded: random.next())
      guard let model = try? LanguageModel(.memory(damaged)) else { continue }
      let session = DecoderSession(model, capacity: 4)
      session.evaluate([1, 2]) { _ in }
    }
  }

  @Test
  func `computes with damaged weights without an end`() throws {
    // Scales of NaN and infinity: the logits are NaN, and nothing can be chosen.
    var builder = TinyDecoder().build()
    for index in builder.tensors.indices where builder.tensors[index].name == "blk.0.attn_q.weight"
    {
      builder.tensors[index].bytes = Array(
        repeating: 0xFF, count: builder.tensors[index].bytes.count)
    }
    let model = try LanguageModel(.memory(builder.build()))
    let result = try Generator(model).generate([1, 2, 3])
    #expect(result.finishReason == .noCandidate)
    #expect(result.tokens.isEmpty)
  }
}
