/// Every operator that this engine can run.
enum OperatorCatalogue {
  struct Key: Hashable {
    var domain: String
    var name: String
  }

  static let all: [Operator] = [
    binary, unary, shapes, indexing, making, reductions, softmax, products, quantization,
    convolutions, pooling, normalization, attention, control, sequences, losses, recurrent,
    resizing, sampling, signals, text, regions, flexAttention, optimizers, learning,
  ].flatMap { $0 }

  private static let byName: [Key: [Operator]] = Dictionary(grouping: all) {
    Key(domain: $0.domain, name: $0.name)
  }

  /// The operator that a node means.
  static func find(_ operation: Operation) -> Operator? {
    byName[Key(domain: operation.domain, name: operation.name)]?.first {
      $0.opsets.contains(operation.opset)
    }
  }
}
