extension Model {
  /// How often the model uses an operator, subgraphs included.
  public struct OperatorUse: Hashable, Sendable {
    public let name: String
    /// `nil`: this engine does not have the operator.
    public let semantics: String?
    public let count: Int
    /// Why the operator cannot be run here; `nil` if it can.
    public let refusal: String?
  }

  /// By name.
  public var operatorUses: [OperatorUse] {
    var counts: [Operation: Int] = [:]
    Self.count(graph, in: &counts)
    return counts.map { operation, count in
      OperatorUse(
        name: operation.description, semantics: OperatorCatalogue.find(operation)?.semantics,
        count: count, refusal: Self.refusal(operation))
    }.sorted { $0.name < $1.name }
  }

  private static func refusal(_ operation: Operation) -> String? {
    if OperatorSchemas.isKnown(operation), OperatorSchemas.find(operation)?.signature == nil {
      return "the standard has no such operator in version \(operation.opset)"
    }
    guard OperatorCatalogue.find(operation) == nil else { return nil }
    let others = OperatorCatalogue.all.filter {
      $0.domain == operation.domain && $0.name == operation.name
    }
    guard let first = others.map(\.opsets.lowerBound).min(),
      let last = others.map(\.opsets.upperBound).max()
    else { return "the engine has no such operator" }
    return "the model is of version \(operation.opset), and the engine has \(first) to \(last)"
  }

  private static func count(_ graph: Graph, in counts: inout [Operation: Int]) {
    for node in graph.nodes {
      counts[node.operation, default: 0] += 1
      for attribute in node.attributes.values {
        switch attribute {
        case .graph(let graph): count(graph, in: &counts)
        case .graphs(let graphs): graphs.forEach { count($0, in: &counts) }
        default: continue
        }
      }
    }
  }
}
