internal import ModelFiles

/// Where a decoder's weights lie in its file, with shapes that were checked.
struct DecoderTensors: Sendable {
  struct Layer: Sendable {
    let attentionNorm, query, key, value, attentionOutput: TensorEntry
    let hiddenNorm, gate, up, down: TensorEntry
  }

  let embedding: TensorEntry
  let layers: [Layer]
  let outputNorm: TensorEntry
  /// The embedding itself where the file has no matrix of its own.
  let output: TensorEntry
  /// Divisors of the rotary frequencies, in files of Llama 3.1 and later.
  let rotaryFactors: TensorEntry?

  init(
    _ directory: TensorDirectory, _ sizes: DecoderConfiguration
  ) throws(LanguageModelError) {
    func tensor(_ name: String, _ shape: [Int]) throws(LanguageModelError) -> TensorEntry {
      guard let entry = directory[name] else { throw .missingTensor(name) }
      guard entry.shape == shape else {
        throw .shape(tensor: name, expected: shape, found: entry.shape)
      }
      return entry
    }
    let width = sizes.width
    embedding = try tensor("token_embd.weight", [sizes.vocabularySize, width])
    outputNorm = try tensor("output_norm.weight", [width])
    output =
      directory["output.weight"] == nil
      ? embedding : try tensor("output.weight", [sizes.vocabularySize, width])
    rotaryFactors =
      directory["rope_freqs.weight"] == nil
      ? nil : try tensor("rope_freqs.weight", [sizes.rotaryWidth / 2])
    var layers: [Layer] = []
    for index in 0..<sizes.layerCount {
      func part(_ name: String, _ shape: [Int]) throws(LanguageModelError) -> TensorEntry {
        try tensor("blk.\(index).\(name).weight", shape)
      }
      for name in ["attn_q", "attn_k", "attn_v", "attn_output"]
      where directory["blk.\(index).\(name).bias"] != nil {
        throw .unsupported("a bias of \(name)")
      }
      layers.append(
        Layer(
          attentionNorm: try part("attn_norm", [width]),
          query: try part("attn_q", [sizes.queryWidth, width]),
          key: try part("attn_k", [sizes.keyValueWidth, width]),
          value: try part("attn_v", [sizes.keyValueWidth, width]),
          attentionOutput: try part("attn_output", [width, sizes.queryWidth]),
          hiddenNorm: try part("ffn_norm", [width]),
          gate: try part("ffn_gate", [sizes.hiddenWidth, width]),
          up: try part("ffn_up", [sizes.hiddenWidth, width]),
          down: try part("ffn_down", [width, sizes.hiddenWidth])))
    }
    self.layers = layers
  }

  /// The bytes that all weights take once they are ready for products.
  var readySizeBytes: Int {
    let perLayer = layers.reduce(0) { sum, layer in
      sum
        + [
          layer.query, layer.key, layer.value, layer.attentionOutput, layer.gate, layer.up,
          layer.down,
        ].reduce(0) { $0 + Linear.sizeBytes($1) }
        + (layer.attentionNorm.elementCount + layer.hiddenNorm.elementCount) * 4
    }
    return perLayer + Linear.sizeBytes(output) + outputNorm.elementCount * 4
  }
}
