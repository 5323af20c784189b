extension OperatorCatalogue {
  static let flexAttention: [Operator] = [
    Operator("FlexAttention", domain: "ai.onnx.preview", values: { try $0.flexAttention() })
  ]
}

extension Call {
  /// Attention whose scores and weights graphs may change.
  fileprivate func flexAttention() throws -> [Value?] {
    let (q, k, v) = (try tensor(0), try tensor(1), try tensor(2))
    guard q.rank == 4, k.rank == 4, v.rank == 4, k.shape[..<3] == v.shape[..<3],
      k.shape[0] == q.shape[0], k.shape[3] == q.shape[3], k.shape[1] > 0,
      q.shape[1] % k.shape[1] == 0
    else { throw OperatorError.shapesDiffer(q.shape, k.shape) }
    let repeats = q.shape[1] / k.shape[1]
    let factor = try float("scale") ?? 1 / Float(max(q.shape[3], 1)).squareRoot()
    let root = try scalar(Double(factor.squareRoot()), q.elementType)
    // Query heads that share a key head stand beside each other.
    let query = try combine(q, root, Multiplication())
      .reshaped([q.shape[0], k.shape[1], repeats] + q.shape[2...])
    let key = try combine(k, root, Multiplication())
      .transposed([0, 1, 3, 2], budget: budget)
      .reshaped([k.shape[0], k.shape[1], 1, k.shape[3], k.shape[2]])
    var scores = try matMul(query, key)
      .reshaped([q.shape[0], q.shape[1], q.shape[2], k.shape[2]])
    scores = try changed(scores, by: "score_mod")
    var weights = try rows(scores, [3], .softmax)
    weights = try changed(weights, by: "prob_mod")
    let result = try matMul(
      try weights.reshaped([q.shape[0], k.shape[1], repeats, q.shape[2], k.shape[2]]),
      try v.reshaped([v.shape[0], v.shape[1], 1] + v.shape[2...]))
    return [.tensor(try result.reshaped(Array(q.shape[..<3]) + [v.shape[3]]))]
  }

  private func changed(_ x: Tensor, by name: String) throws -> Tensor {
    guard node.attributes[name] != nil else { return x }
    let results = try runGraph(name, [.tensor(x)])
    guard results.count == 1, let tensor = results[0].tensor,
      let result = try tensor.cast(to: x.elementType), result.shape == x.shape
    else { throw OperatorError.subgraph(name, expected: 1, found: results.count) }
    return result
  }
}
