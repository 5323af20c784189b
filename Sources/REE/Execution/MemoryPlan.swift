/// What a run will take, found before it begins.
public struct MemoryPlan: Sendable {
  /// Nodes of the outermost graph.
  public let nodeCount: Int
  /// The bytes of the model's constants.
  public let weightsBytes: Int
  /// The most bytes that the run's values take at one time, weights and inputs aside; `nil` where a
  /// shape depends on what is computed.
  public let peakBytes: Int?
  /// The first node whose result's size cannot be known, if there is one.
  public let unknownNode: ModelError.Place?
  /// What the nodes add up to whose shapes are known: the multiply-adds of products, and one for
  /// each element of a result that is computed otherwise. Graphs inside nodes are left out.
  public let multiplyAdds: UInt64
}

extension Executor {
  /// Plans a run on inputs of these types and shapes, which nobody observes.
  public func plan(_ inputs: [String: Value]) -> MemoryPlan {
    var known = [KnownValue?](repeating: nil, count: model.values.count)
    var weights = 0
    for (value, tensor) in model.constants {
      weights += tensor.sizeBytes
      known[value.index] = KnownValue(constant: tensor)
    }
    weights += preparedSizeBytes
    for (value, tensor) in folded { known[value.index] = KnownValue(constant: tensor) }
    for input in model.graph.inputs {
      guard let tensor = inputs[model.name(of: input)]?.tensor else { continue }
      known[input.index] = KnownValue(elementType: tensor.elementType, shape: tensor.shape)
    }

    var memory = SharedSizes(count: model.values.count)
    var work = graphPlan.foldedMultiplyAdds
    for action in graphPlan.actions {
      for (place, releases) in zip(action.places, action.releases) {
        let step = steps[place]
        let node = step.node
        let name = ModelError.Place.node(name: node.name, operator: node.operation.name)
        let types = ShapeInference.infer(
          node, step.operation, node.inputs.map { $0.flatMap { known[$0.index] } })
        for (index, output) in node.outputs.enumerated() {
          guard let output else { continue }
          guard let types, index < types.count, let type = types[index], type.elementType != .string
          else {
            return MemoryPlan(
              nodeCount: steps.count, weightsBytes: weights, peakBytes: nil, unknownNode: name,
              multiplyAdds: work)
          }
          known[output.index] = type
          let source = index == 0 && step.sharesInput ? node.inputs.first ?? nil : nil
          memory.make(output.index, type.sizeBytes, from: source?.index)
        }
        work &+= step.multiplyAdds(
          inputs: node.inputs.map { $0.flatMap { known[$0.index]?.shape } },
          outputs: node.outputs.map { $0.flatMap { known[$0.index]?.shape } })
        // Together they take no more than one by one.
        for value in releases { memory.release(value.index) }
      }
    }
    return MemoryPlan(
      nodeCount: steps.count, weightsBytes: weights, peakBytes: memory.peak, unknownNode: nil,
      multiplyAdds: work)
  }
}

extension GraphPlan.Step {
  /// Whether the output is the input's own memory under another shape.
  fileprivate var sharesInput: Bool {
    node.operation.domain.isEmpty
      && ["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Dropout"].contains(
        node.operation.name)
  }
}

/// Memory by value; several values may share one piece, which goes with the last of them.
private struct SharedSizes {
  private var owner: [Int]
  private var holders: [Int: Int] = [:]
  private var sizes: [Int: Int] = [:]
  private var used = 0
  private(set) var peak = 0

  init(count: Int) {
    owner = Array(0..<count)
  }

  mutating func make(_ value: Int, _ size: Int, from source: Int?) {
    if let source, holders[owner[source]] != nil {
      owner[value] = owner[source]
      holders[owner[value], default: 0] += 1
      return
    }
    // What comes from inputs and weights is theirs.
    guard source == nil else { return }
    holders[value] = 1
    sizes[value] = size
    used += size
    peak = max(peak, used)
  }

  mutating func release(_ value: Int) {
    let piece = owner[value]
    guard let count = holders[piece] else { return }
    if count > 1 {
      holders[piece] = count - 1
    } else {
      holders[piece] = nil
      used -= sizes.removeValue(forKey: piece) ?? 0
    }
  }
}
