/// The values of one run. A value's slot is its number: graphs inside nodes use the same table, and
/// so see what is around them.
final class Run {
  private let model: Model
  private let options: Executor.Options
  let budget: MemoryBudget
  private(set) var multiplyAdds: UInt64 = 0
  private var values: [Value?]

  init(model: Model, folded: [ValueID: Tensor], options: Executor.Options) {
    self.model = model
    self.options = options
    budget = MemoryBudget(limit: options.memoryMax)
    values = [Value?](repeating: nil, count: model.values.count)
    for (value, tensor) in model.constants { values[value.index] = .tensor(tensor) }
    for (value, tensor) in folded { values[value.index] = .tensor(tensor) }
  }

  func give(_ inputs: [String: Value]) throws(ExecutionError) {
    var left = inputs
    for input in model.graph.inputs {
      let name = model.name(of: input)
      guard let value = left.removeValue(forKey: name) else {
        if model.constants[input] != nil { continue }
        if case .optional = model.type(of: input) {
          values[input.index] = .optional(nil)
          continue
        }
        throw .missingInput(name)
      }
      guard value.matches(model.type(of: input)) else {
        throw .inputType(name, expected: model.type(of: input))
      }
      values[input.index] = value.withCanonicalNaNs()
    }
    if let name = left.keys.sorted().first { throw .unknownInput(name) }
  }

  func execute(_ plan: GraphPlan, isMain: Bool = false) throws(ExecutionError) -> [Value] {
    // Who observes sees every node.
    if options.implementation == .kernels, options.observe == nil {
      multiplyAdds &+= plan.foldedMultiplyAdds
      for action in plan.actions {
        if options.isCancelled?() == true { throw .cancelled }
        if isMain { action.places.forEach { report($0, of: plan) } }
        try execute(action, of: plan)
      }
    } else {
      for (index, step) in plan.steps.enumerated() {
        if options.isCancelled?() == true { throw .cancelled }
        if isMain { report(index, of: plan) }
        try execute(step, number: isMain ? index : nil)
      }
    }
    return try plan.graph.outputs.map { (output) throws(ExecutionError) in
      guard let value = values[output.index] else { throw .missingInput(model.name(of: output)) }
      return value
    }
  }

  private func report(_ index: Int, of plan: GraphPlan) {
    guard let progress = options.progress else { return }
    let node = plan.steps[index].node
    progress(
      Executor.Progress(
        nodesDone: index, nodeCount: plan.steps.count, node: node.name,
        operation: node.operation.description))
  }

  private func execute(
    _ action: GraphPlan.Action, of plan: GraphPlan
  ) throws(ExecutionError) {
    if let fused = action.fused, let last = action.places.last {
      let node = plan.steps[last].node
      let tensor: Tensor?
      do {
        tensor = try fused.compute(
          FusedInputs(tensor: { self.values[$0.index]?.tensor }, budget: budget))
      } catch {
        throw Self.failure(error, node)
      }
      if let tensor {
        values[fused.output.index] = .tensor(tensor)
        // What is between the nodes has the shape of what comes out.
        for place in action.places {
          let step = plan.steps[place]
          func shapes(_ list: [ValueID?]) -> [[Int]?] {
            list.map { $0.map { values[$0.index]?.tensor?.shape ?? tensor.shape } }
          }
          multiplyAdds &+= step.multiplyAdds(
            inputs: shapes(step.node.inputs), outputs: shapes(step.node.outputs))
        }
        for value in action.releases.joined() { values[value.index] = nil }
        return
      }
    }
    for (place, releases) in zip(action.places, action.releases) {
      try execute(plan.steps[place], number: nil, releases: releases)
    }
  }

  private static func failure(_ error: any Error, _ node: Node) -> ExecutionError {
    let place = ModelError.Place.node(name: node.name, operator: node.operation.name)
    switch error {
    case let error as OperatorError: return .node(place, .operation(error))
    case let error as TensorError: return .node(place, .tensor(error))
    case let error as ExecutionError: return error
    default: preconditionFailure("operators throw nothing else")
    }
  }

  /// - Parameter number: The node's place in the outermost graph.
  private func execute(
    _ step: GraphPlan.Step, number: Int?, releases: [ValueID]? = nil
  ) throws(ExecutionError) {
    let node = step.node
    let call = Call(
      node: node, inputs: node.inputs.map { $0.flatMap { values[$0.index] } }, budget: budget,
      implementation: options.implementation
    ) { attribute, inputs in
      guard let plan = step.subgraphs[attribute] else {
        throw OperatorError.missingAttribute(attribute)
      }
      return try self.execute(plan, inputs, attribute)
    }
    do {
      let outputs = try step.operation.apply(call)
      for (index, output) in node.outputs.enumerated() {
        guard let output else { continue }
        guard index < outputs.count, let value = outputs[index] else {
          throw OperatorError.unsupported("output \(index)")
        }
        values[output.index] = value
      }
      multiplyAdds &+= step.multiplyAdds(
        inputs: call.inputs.map { $0?.tensor?.shape }, outputs: outputs.map { $0?.tensor?.shape })
      if let number, let observe = options.observe {
        observe(
          ComputedNode(
            number: number, node: node, semantics: step.operation.semantics, inputs: call.inputs,
            outputs: node.outputs.map { $0.flatMap { values[$0.index] } }))
      }
    } catch {
      throw Self.failure(error, node)
    }
    for value in releases ?? step.releases { values[value.index] = nil }
  }

  private func execute(_ plan: GraphPlan, _ inputs: [Value], _ name: String) throws -> [Value] {
    guard inputs.count == plan.graph.inputs.count else {
      throw OperatorError.subgraph(
        name, expected: inputs.count, found: plan.graph.inputs.count)
    }
    for (input, value) in zip(plan.graph.inputs, inputs) { values[input.index] = value }
    return try execute(plan)
  }
}

extension Value {
  func withCanonicalNaNs() -> Value {
    switch self {
    case .tensor(let tensor): .tensor(tensor.withCanonicalNaNs())
    case .sequence(let values): .sequence(values.map { $0.withCanonicalNaNs() })
    case .optional(let value): .optional(value?.withCanonicalNaNs())
    }
  }

  func matches(_ type: ValueType) -> Bool {
    switch (self, type) {
    case (_, .unknown), (.optional(nil), .optional): true
    case (.tensor(let tensor), .tensor(let elementType, let shape)):
      (elementType == nil || elementType == tensor.elementType)
        && (shape.map { tensor.matches($0) } ?? true)
    case (.sequence(let values), .sequence(let element)): values.allSatisfy { $0.matches(element) }
    case (.optional(.some(let value)), .optional(let element)): value.matches(element)
    default: false
    }
  }
}

extension Tensor {
  fileprivate func matches(_ dimensions: [Dimension]) -> Bool {
    guard dimensions.count == rank else { return false }
    return zip(shape, dimensions).allSatisfy { size, dimension in
      if case .fixed(let fixed) = dimension { fixed == size } else { true }
    }
  }
}
