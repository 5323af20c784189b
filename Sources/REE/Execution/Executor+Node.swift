extension Executor {
  /// Computes one node of the outermost graph by itself: what a check of that node alone needs.
  ///
  /// - Parameter given: The values that the node and the graphs inside it read; constants may be left out.
  /// - Returns: The node's outputs; `nil` for one that nobody wants.
  public func compute(
    node number: Int, _ given: [ValueID: Value], _ options: Options = Options()
  ) throws(ExecutionError) -> [Value?] {
    let node = model.graph.nodes[number]
    var inputs: [ValueID] = []
    for value in node.inputs.compactMap({ $0 }) + node.captures where !inputs.contains(value) {
      inputs.append(value)
    }
    // Names may stand for several values in nested graphs: numbers do not.
    var declarations = model.values
    for value in inputs {
      declarations[value.index] = Model.Declaration(name: "#\(value.index)", type: .unknown)
    }
    let outputs = node.outputs.compactMap { $0 }
    let part = Model(
      graph: Graph(name: node.name, inputs: inputs, outputs: outputs, nodes: [node]),
      values: declarations, constants: model.constants, opsets: model.opsets,
      producer: model.producer)
    let executor: Executor
    do {
      executor = try Executor(part)
    } catch {
      preconditionFailure("the node was planned before, as a part of the whole graph")
    }
    let values = Dictionary(
      uniqueKeysWithValues: inputs.compactMap { value in
        given[value].map { ("#\(value.index)", $0) }
      })
    var results = try executor.run(values, options).outputs.map(\.value)[...]
    return node.outputs.map { $0 == nil ? nil : results.removeFirst() }
  }
}
