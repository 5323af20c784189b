extension Model {
  /// How often the model uses an operator, subgraphs included.
  public struct OperatorUse: Hashable, Sendable {
    public let name: String
    /// `nil`: this engine does not have the operator.
    public let semantics: String?
    public let count: Int
  }

  /// By name.
  public var operatorUses: [OperatorUse] {
    var counts: [Operation: Int] = [:]
    Self.count(graph, in: &counts)
    return counts.map { operation, count in
      OperatorUse(
        name: operation.description, semantics: OperatorCatalogue.find(operation)?.semantics,
        count: count)
    }.sorted { $0.name < $1.name }
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
