internal import ModelFiles

/// The sizes of a Llama-family decoder, as a GGUF file states them.
struct DecoderConfiguration: Hashable, Sendable {
  var layerCount: Int
  var width: Int
  var hiddenWidth: Int
  var headCount: Int
  /// Heads of keys and values; each serves `groupSize` heads of queries.
  var keyValueHeadCount: Int
  var headWidth: Int
  /// How many elements at the front of each head are rotated.
  var rotaryWidth: Int
  var rotaryBase: Float
  var epsilon: Float
  var contextLength: Int
  var vocabularySize: Int

  var groupSize: Int { headCount / keyValueHeadCount }
  var queryWidth: Int { headCount * headWidth }
  var keyValueWidth: Int { keyValueHeadCount * headWidth }

  /// Multiply-adds in the products with weights, for one token.
  var tokenMultiplyAdds: UInt64 {
    let layer =
      UInt64(width) * UInt64(2 * queryWidth + 2 * keyValueWidth) + 3 * UInt64(width)
      * UInt64(hiddenWidth)
    return UInt64(layerCount) * layer + UInt64(width) * UInt64(vocabularySize)
  }

  init(_ metadata: GGUFMetadata, vocabularySize: Int) throws(LanguageModelError) {
    let architecture = metadata["general.architecture"]?.string
    guard architecture == "llama" else { throw .architecture(architecture) }
    func integer(
      _ key: String, _ range: ClosedRange<Int>, default value: Int? = nil
    ) throws(LanguageModelError) -> Int {
      let found = metadata["llama.\(key)"].map(\.integer) ?? value
      guard let found, range ~= found else { throw .value("llama.\(key)") }
      return found
    }
    func float(
      _ key: String, _ range: ClosedRange<Float>, default value: Float? = nil
    ) throws(LanguageModelError) -> Float {
      let found = metadata["llama.\(key)"].map(\.float) ?? value
      guard let found, range ~= found else { throw .value("llama.\(key)") }
      return found
    }
    layerCount = try integer("block_count", 1...1_024)
    width = try integer("embedding_length", 1...65_536)
    hiddenWidth = try integer("feed_forward_length", 1...1_048_576)
    headCount = try integer("attention.head_count", 1...1_024)
    keyValueHeadCount = try integer("attention.head_count_kv", 1...1_024, default: headCount)
    guard headCount.isMultiple(of: keyValueHeadCount) else {
      throw .value("llama.attention.head_count_kv")
    }
    headWidth = try integer("attention.key_length", 1...256, default: width / headCount)
    guard try integer("attention.value_length", 1...256, default: headWidth) == headWidth else {
      throw .unsupported("values of another length than keys")
    }
    rotaryWidth = try integer("rope.dimension_count", 2...256, default: headWidth)
    guard rotaryWidth <= headWidth, rotaryWidth.isMultiple(of: 2) else {
      throw .value("llama.rope.dimension_count")
    }
    rotaryBase = try float("rope.freq_base", 1...1e9, default: 10_000)
    epsilon = try float("attention.layer_norm_rms_epsilon", 0...1)
    // Positions are exact in binary32 below 2^24.
    contextLength = try integer("context_length", 1...(1 << 24))
    let scaling = metadata["llama.rope.scaling.type"]?.string ?? "none"
    guard scaling == "none" else { throw .unsupported("RoPE scaling \"\(scaling)\"") }
    guard (metadata["llama.expert_count"]?.integer ?? 0) == 0 else {
      throw .unsupported("a mixture of experts")
    }
    self.vocabularySize = vocabularySize
  }
}
