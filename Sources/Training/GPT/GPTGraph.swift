extension TrainingGraph {
  static let normEpsilon: Float = 1e-5

  /// A GPT's loss over `batch` sequences of `sequence` tokens. The parameters are made in the order of
  /// ``GPTParameters``.
  init(_ gpt: GPTConfiguration, batch: Int, sequence: Int) {
    self.init()
    var parameters = GPTParameters(gpt).list.map { parameter($0.shape) }[...]
    func next() -> ValueID { parameters.removeFirst() }

    let tokens = indices(batch * sequence)
    let embedding = next()
    let positions = next()
    var stream = apply(.gather, embedding, tokens)
    stream = apply(.add, stream, apply(.firstRows(sequence), positions))
    for _ in 0..<gpt.layerCount {
      var part = apply(.layerNorm(epsilon: Self.normEpsilon), stream, next(), next())
      part = apply(.matmul(hasBias: true), part, next(), next())
      part = apply(.attention(heads: gpt.headCount, sequence: sequence), part)
      stream = apply(.matmul(hasBias: true, hasResidual: true), part, next(), next(), stream)
      part = apply(.layerNorm(epsilon: Self.normEpsilon), stream, next(), next())
      part = apply(.matmul(hasBias: true), part, next(), next())
      part = apply(.gelu, part)
      stream = apply(.matmul(hasBias: true, hasResidual: true), part, next(), next(), stream)
    }
    stream = apply(.layerNorm(epsilon: Self.normEpsilon), stream, next(), next())
    let logits = apply(.matmul(transposesB: true), stream, embedding)
    _ = apply(.crossEntropy, logits, targets(batch * sequence))
  }
}
