/// What a node computes. `a`, `b`, … are its inputs in order.
enum Operation: Hashable {
  /// a [m, k] times b [k, n], or times the transpose of b [n, k]; then a bias [n] and a residual [m, n]
  /// are added, where the node has them, in this order.
  case matmul(transposesB: Bool = false, hasBias: Bool = false, hasResidual: Bool = false)
  /// a + b, where b repeats until it is as long as a.
  case add
  /// a * b, where b repeats until it is as long as a.
  case multiply
  case scale(Float)
  case gelu
  /// Of each row.
  case softmax
  /// Of each row of a, with gamma b and beta c.
  case layerNorm(epsilon: Float)
  /// Causal self-attention. a [batch * sequence, 3 * width]: queries, keys and values side by side, each
  /// made of heads. Scores are products of queries and keys times 1 / sqrt(head's width).
  case attention(heads: Int, sequence: Int)
  /// The rows of a that b names: an embedding.
  case gather
  /// The first rows of a.
  case firstRows(Int)
  /// The mean over the rows of a of -log(softmax at the target b).
  case crossEntropy

  func shape(_ inputs: [[Int]]) -> [Int] {
    switch self {
    case .matmul(let transposesB, _, _):
      [inputs[0].dropLast().reduce(1, *), transposesB ? inputs[1][0] : inputs[1][1]]
    case .add, .multiply, .scale, .gelu, .softmax, .layerNorm: inputs[0]
    case .attention: [inputs[0][0], inputs[0][1] / 3]
    case .gather: [inputs[1][0], inputs[0][1]]
    case .firstRows(let count): [count] + inputs[0].dropFirst()
    case .crossEntropy: []
    }
  }
}
