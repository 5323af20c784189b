internal import ModelFiles

/// A decoder of the Llama family with a few thousand random weights, as a GGUF file.
public struct TinyDecoder {
  public var layerCount = 2
  public var width = 64
  public var hiddenWidth = 96
  public var headCount = 4
  public var keyValueHeadCount = 2
  public var contextLength = 600
  /// The type number of the matrices: 0 F32, 1 F16, 2 Q4_0, 3 Q4_1, 8 Q8_0.
  public var type: UInt32 = 3
  /// The same for the embedding.
  public var embeddingType: UInt32 = 8
  public var seed: UInt64 = 1

  public init() {}

  /// Every byte is a token; 256 ends a text.
  public static let endToken: UInt32 = 256
  public static let vocabularySize = 288

  public func build() -> GGUFBuilder {
    var random = RandomNumbers(seed: seed)
    var builder = GGUFBuilder()
    builder.values = values()
    let headWidth = width / headCount
    add(&builder, "token_embd", embeddingType, [width, Self.vocabularySize], &random)
    norm(&builder, "output_norm", &random)
    for layer in 0..<layerCount {
      norm(&builder, "blk.\(layer).attn_norm", &random)
      norm(&builder, "blk.\(layer).ffn_norm", &random)
      add(&builder, "blk.\(layer).attn_q", type, [width, width], &random)
      for name in ["attn_k", "attn_v"] {
        add(
          &builder, "blk.\(layer).\(name)", type, [width, keyValueHeadCount * headWidth], &random)
      }
      add(&builder, "blk.\(layer).attn_output", type, [width, width], &random)
      add(&builder, "blk.\(layer).ffn_gate", type, [width, hiddenWidth], &random)
      add(&builder, "blk.\(layer).ffn_up", type, [width, hiddenWidth], &random)
      add(&builder, "blk.\(layer).ffn_down", type, [hiddenWidth, width], &random)
    }
    return builder
  }

  private func values() -> [(key: String, value: GGUFValue)] {
    [
      ("general.architecture", .string("llama")),
      ("llama.block_count", .uint32(UInt32(layerCount))),
      ("llama.embedding_length", .uint32(UInt32(width))),
      ("llama.feed_forward_length", .uint32(UInt32(hiddenWidth))),
      ("llama.attention.head_count", .uint32(UInt32(headCount))),
      ("llama.attention.head_count_kv", .uint32(UInt32(keyValueHeadCount))),
      ("llama.attention.layer_norm_rms_epsilon", .float32(1e-5)),
      ("llama.rope.freq_base", .float32(10_000)),
      ("llama.context_length", .uint32(UInt32(contextLength))),
      ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("smollm")),
      ("tokenizer.ggml.tokens", .strings(Self.tokens)), ("tokenizer.ggml.merges", .strings([])),
      (
        "tokenizer.ggml.token_type",
        .integers(Array(repeating: 1, count: 256) + [3] + Array(repeating: 1, count: 31))
      ),
      ("tokenizer.ggml.eos_token_id", .uint32(Self.endToken)),
    ]
  }

  /// The alphabet of byte-level models, in the order of the bytes, and some more.
  private static let tokens: [String] = {
    var next: UInt32 = 0x100
    var tokens = (UInt32(0)..<256).map { byte -> String in
      var scalar = byte
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: break
      default:
        scalar = next
        next += 1
      }
      return Unicode.Scalar(scalar).map { String(Character($0)) } ?? ""
    }
    tokens.append("<|end|>")
    for number in 0..<31 { tokens.append("<extra\(number)>") }
    return tokens
  }()

  private func norm(_ builder: inout GGUFBuilder, _ name: String, _ random: inout RandomNumbers) {
    let elements = (0..<width).map { _ in 1 + random.float() / 4 }
    builder.add(name + ".weight", float32: elements, lengths: [width])
  }

  private func add(
    _ builder: inout GGUFBuilder, _ name: String, _ type: UInt32, _ lengths: [Int],
    _ random: inout RandomNumbers
  ) {
    let count = lengths.reduce(1, *)
    var bytes: [UInt8] = []
    /// About 0.01, with either sign.
    func scale() -> [UInt8] {
      [UInt8(truncatingIfNeeded: random.next()), 0x20 | UInt8(random.next() & 0x81)]
    }
    func append(_ count: Int) {
      for _ in 0..<count { bytes.append(UInt8(truncatingIfNeeded: random.next() >> 56)) }
    }
    switch type {
    case 0:
      for _ in 0..<count {
        let bits = (random.float() / 8).bitPattern
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32($0 * 8)) }
      }
    case 1: for _ in 0..<count { bytes += scale() }
    case 2, 3, 8:
      for _ in 0..<count / 32 {
        bytes += scale()
        if type == 3 { bytes += scale() }
        append(type == 8 ? 32 : 16)
      }
    default: break
    }
    builder.tensors.append(
      GGUFBuilder.Tensor(
        name + ".weight", type: type, lengths: lengths.map { UInt64($0) }, bytes: bytes))
  }
}
