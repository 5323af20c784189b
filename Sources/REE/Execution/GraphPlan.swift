/// A graph with its operators found, and what may be forgotten after each node.
final class GraphPlan: Sendable {
  let graph: Graph
  let steps: [Step]

  struct Step: Sendable {
    let node: Node
    let operation: Operator
    /// Values that nothing reads any more.
    let releases: [ValueID]
    let subgraphs: [String: GraphPlan]
  }

  init(_ graph: Graph) throws(ModelError) {
    self.graph = graph
    var made = Set(graph.inputs)
    for node in graph.nodes { made.formUnion(node.outputs.compactMap { $0 }) }
    let kept = Set(graph.outputs)
    var lastUse: [ValueID: Int] = [:]
    for (index, node) in graph.nodes.enumerated() {
      let touched = node.inputs.compactMap { $0 } + node.outputs.compactMap { $0 } + node.captures
      for value in touched where made.contains(value) && !kept.contains(value) {
        lastUse[value] = index
      }
    }
    var releases = [[ValueID]](repeating: [], count: graph.nodes.count)
    for (value, index) in lastUse { releases[index].append(value) }

    var steps: [Step] = []
    for (index, node) in graph.nodes.enumerated() {
      let place = ModelError.Place.node(name: node.name, operator: node.operation.name)
      let schema = OperatorSchemas.find(node.operation)
      let isWithdrawn =
        OperatorSchemas.isKnown(node.operation) && schema?.signature == nil
      guard let operation = OperatorCatalogue.find(node.operation), !isWithdrawn else {
        throw .unknownOperator(
          domain: node.operation.domain, name: node.operation.name, version: node.operation.opset,
          place)
      }
      try schema?.signature?.check(node)
      var subgraphs: [String: GraphPlan] = [:]
      for (name, attribute) in node.attributes {
        if case .graph(let graph) = attribute { subgraphs[name] = try GraphPlan(graph) }
      }
      steps.append(
        Step(node: node, operation: operation, releases: releases[index], subgraphs: subgraphs))
    }
    self.steps = steps
  }

  /// Nodes, those of subgraphs included.
  var nodeCount: Int {
    steps.reduce(0) { $0 + 1 + $1.subgraphs.values.reduce(0) { $0 + $1.nodeCount } }
  }
}
