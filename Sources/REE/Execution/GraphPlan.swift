/// A graph with its operators found, and what may be forgotten after each node.
final class GraphPlan: Sendable {
  let graph: Graph
  let steps: [Step]
  /// The same by kernels: nodes whose results are known are left out, others are put together.
  let actions: [Action]
  /// What the nodes that are left out add up to.
  let foldedMultiplyAdds: UInt64

  struct Step: Sendable {
    let node: Node
    let operation: Operator
    /// Values that nothing reads any more.
    let releases: [ValueID]
    let subgraphs: [String: GraphPlan]
  }

  init(_ graph: Graph, _ weights: PreparedWeights) throws(ModelError) {
    self.graph = graph
    let releases = Self.releases(graph, order: Array(graph.nodes.indices))
    var steps: [Step] = []
    var folded: Set<Int> = []
    var foldedMultiplyAdds: UInt64 = 0
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
        if case .graph(let graph) = attribute { subgraphs[name] = try GraphPlan(graph, weights) }
      }
      let step = Step(
        node: node, operation: operation, releases: releases[index], subgraphs: subgraphs)
      steps.append(step)
      if weights.fold(step) {
        folded.insert(index)
        foldedMultiplyAdds &+= step.multiplyAdds(
          inputs: node.inputs.map { $0.flatMap { weights.constant($0)?.shape } },
          outputs: node.outputs.map { $0.flatMap { weights.constant($0)?.shape } })
      }
    }
    self.steps = steps
    self.foldedMultiplyAdds = foldedMultiplyAdds
    actions = Self.actions(graph, steps, weights, without: folded)
  }

  /// What nothing reads any more after each of these nodes.
  static func releases(
    _ graph: Graph, order: [Int], without folded: Set<Int> = []
  ) -> [[ValueID]] {
    var made = Set(graph.inputs)
    for (index, node) in graph.nodes.enumerated() where !folded.contains(index) {
      made.formUnion(node.outputs.compactMap { $0 })
    }
    let kept = Set(graph.outputs)
    var lastUse: [ValueID: Int] = [:]
    for (index, place) in order.enumerated() {
      let node = graph.nodes[place]
      let touched = node.inputs.compactMap { $0 } + node.outputs.compactMap { $0 } + node.captures
      for value in touched where made.contains(value) && !kept.contains(value) {
        lastUse[value] = index
      }
    }
    var releases = [[ValueID]](repeating: [], count: order.count)
    for (value, index) in lastUse { releases[index].append(value) }
    return releases
  }

  /// Nodes, those of subgraphs included.
  var nodeCount: Int {
    steps.reduce(0) { $0 + 1 + $1.subgraphs.values.reduce(0) { $0 + $1.nodeCount } }
  }
}
