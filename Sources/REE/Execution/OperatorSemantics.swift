public import Primitives

/// The operators whose bits this engine defines, each with the version of its definition.
public enum OperatorSemantics {
  public struct Entry: Hashable, Sendable {
    /// Domain and name, such as `MatMul` or `com.microsoft.DynamicQuantizeLSTM`.
    public let name: String
    /// Changes whenever a bit of any result does.
    public let version: String
  }

  /// By name.
  public static let operators: [Entry] = Set(
    OperatorCatalogue.all.map { Entry(name: $0.qualifiedName, version: $0.semantics) }
  ).sorted { ($0.name, $0.version) < ($1.name, $1.version) }

  /// BLAKE3 over the names and versions, one `name version` a line.
  public static let root = BLAKE3.hash(
    Array(operators.map { "\($0.name) \($0.version)\n" }.joined().utf8))
}

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
