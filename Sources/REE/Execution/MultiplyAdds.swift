extension GraphPlan.Step {
  /// The multiply-adds of a product; for other operators that compute one for each element of their
  /// outputs; none for those that only move elements. What is inside a node's graphs counts by itself.
  func multiplyAdds(inputs: [[Int]?], outputs: [[Int]?]) -> UInt64 {
    guard subgraphs.isEmpty else { return 0 }
    let shapes = Shapes(inputs: inputs, outputs: outputs)
    if node.operation.domain.isEmpty, let count = shapes.product(node) { return count }
    guard operation.arithmetic == .rounded else { return 0 }
    return outputs.indices.reduce(0) { $0 &+ shapes.output($1) }
  }
}

/// The shapes around a node. Counts wrap around: no real graph comes near 2^64.
private struct Shapes {
  let inputs: [[Int]?]
  let outputs: [[Int]?]

  func input(_ index: Int) -> [Int]? { index < inputs.count ? inputs[index] : nil }

  func output(_ index: Int) -> UInt64 {
    index < outputs.count ? Self.count(outputs[index] ?? [0]) : 0
  }

  private static func count(_ shape: some Sequence<Int>) -> UInt64 {
    shape.reduce(1) { $0 &* UInt64(clamping: $1) }
  }

  /// `nil`: the operator is no product, or its shapes are not known.
  func product(_ node: Node) -> UInt64? {
    switch node.operation.name {
    case "MatMul", "MatMulInteger", "QLinearMatMul":
      return input(0).map { output(0) &* UInt64(clamping: $0.last ?? 1) }
    case "Gemm":
      guard let a = input(0), a.count == 2 else { return nil }
      var inner = a[1]
      if case .int(let turns) = node.attributes["transA"], turns != 0 { inner = a[0] }
      return output(0) &* UInt64(clamping: inner)
    case "Conv", "ConvInteger", "DeformConv":
      return input(1).map { output(0) &* Self.count($0.dropFirst()) }
    case "QLinearConv":
      return input(3).map { output(0) &* Self.count($0.dropFirst()) }
    case "ConvTranspose":
      guard let x = input(0), let weights = input(1) else { return nil }
      return Self.count(x) &* Self.count(weights.dropFirst())
    case "Attention":
      guard let query = input(0), let key = input(1), key.count >= 2 else { return nil }
      var length = UInt64(clamping: key[key.count - 2])
      if let past = input(4), past.count >= 2 { length &+= UInt64(clamping: past[past.count - 2]) }
      return (Self.count(query) &+ output(0)) &* length
    case "LSTM", "GRU", "RNN":
      // Sequence and batch stand in front, in either order.
      guard let x = input(0), let weights = input(1), let recurrence = input(2) else { return nil }
      return Self.count(x.prefix(2)) &* (Self.count(weights) &+ Self.count(recurrence))
    default: return nil
    }
  }
}
