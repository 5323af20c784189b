internal import CKernels

/// Functions of single elements, one after the other, over pieces that stay in the cache.
struct ElementChain: FusedNodes {
  let places: [Int]
  let output: ValueID
  private let source: ValueID
  private let stages: [Stage]

  @safe
  private enum Stage {
    case map(UnaryKernel)
    /// What has come so far and an operand; `isSecond` where the operand stands first.
    case zip(BinaryKernel, Operand, isSecond: Bool)
    case clip(low: Float, high: Float)
  }

  private enum Operand {
    case scalar(Float, rank: Int)
    /// As large as the source, or one row of it.
    case value(ValueID)
  }

  /// What is worked on at one time, in elements.
  private static let pieceSize = 2048

  /// The longest chain that begins with a node and that others look into nowhere.
  init?(
    from first: Int, _ graph: Graph, _ readers: NodeReaders, _ weights: PreparedWeights,
    isTaken: (Int) -> Bool
  ) {
    // The larger operand is not known yet: whichever the chain can begin with.
    var best: ElementChain?
    for source in Set(graph.nodes[first].inputs.compactMap { $0 })
    where weights.constant(source) == nil {
      guard
        let chain = ElementChain(
          from: first, source: source, graph, readers, weights, isTaken: isTaken),
        chain.places.count > (best?.places.count ?? 0)
      else { continue }
      best = chain
    }
    guard let best else { return nil }
    self = best
  }

  private init?(
    from first: Int, source: ValueID, _ graph: Graph, _ readers: NodeReaders,
    _ weights: PreparedWeights, isTaken: (Int) -> Bool
  ) {
    var places: [Int] = []
    var stages: [Stage] = []
    var flow = source
    var next: Int? = first
    while let place = next, !isTaken(place), let output = graph.nodes[place].onlyOutput,
      let stage = Self.stage(graph.nodes[place], flow, weights)
    {
      places.append(place)
      stages.append(stage)
      flow = output
      next = readers.only(output)
    }
    guard places.count > 1, let last = places.last, last == places.max() else { return nil }
    self.places = places
    self.stages = stages
    self.source = source
    output = flow
  }

  private static func stage(
    _ node: Node, _ flow: ValueID, _ weights: PreparedWeights
  ) -> Stage? {
    let name = node.operation.name
    guard node.operation.domain.isEmpty else { return nil }
    let inputs = node.inputs
    let call = Call(
      node: node, inputs: [], budget: MemoryBudget(limit: 0), implementation: .kernels
    ) { name, _ in throw OperatorError.missingAttribute(name) }
    if inputs.count == 1, inputs[0] == flow, let kernel = unsafe try? FastForms.unaryKernel(call) {
      return unsafe .map(kernel)
    }
    if name == "Clip", node.operation.opset >= 11, inputs.first == flow {
      func bound(_ index: Int, _ missing: Float) -> Float? {
        guard index < inputs.count, let input = inputs[index] else { return missing }
        return weights.scalar(input)
      }
      guard let low = bound(1, -.infinity), let high = bound(2, .infinity), low <= high else {
        return nil
      }
      return .clip(low: low, high: high)
    }
    guard let kernel = unsafe FastForms.binaryKernels[name], inputs.count == 2,
      let a = inputs[0], let b = inputs[1], a == flow || b == flow
    else { return nil }
    let isSecond = a != flow
    let other = isSecond ? a : b
    guard let tensor = weights.constant(other), tensor.elementType == .float32, tensor.count == 1
    else { return unsafe .zip(kernel, .value(other), isSecond: isSecond) }
    return unsafe .zip(
      kernel, .scalar(tensor.elements(Float.self)[0], rank: tensor.rank), isSecond: isSecond)
  }

  func compute(_ values: FusedInputs) throws -> Tensor? {
    guard let x = values.floats(source), x.count > 0 else { return nil }
    var row = x.count
    var operands: [Tensor?] = []
    for stage in stages {
      guard case .zip(_, let operand, _) = stage else {
        operands.append(nil)
        continue
      }
      switch operand {
      case .scalar(_, let rank):
        guard rank <= x.rank else { return nil }
        operands.append(nil)
      case .value(let value):
        guard let tensor = values.floats(value), tensor.rank <= x.rank else { return nil }
        if tensor.count == 1 || tensor.shape == x.shape {
          operands.append(tensor)
          continue
        }
        // A row: the last axes, what is before of length 1.
        let shape = tensor.shape.drop { $0 == 1 }
        guard Array(shape) == Array(x.shape.suffix(shape.count)),
          row == x.count || row == tensor.count
        else { return nil }
        row = tensor.count
        operands.append(tensor)
      }
    }
    let result = try values.make(x.shape)
    unsafe x.elements(Float.self).withPointer { source in
      unsafe result.withPointer { target in
        var position = 0
        while position < x.count {
          let inRow = position % row
          let count = min(Self.pieceSize, row - inRow)
          unsafe run(
            operands, x.count, source + position, target + position, position, inRow, count)
          position += count
        }
      }
    }
    return result.tensor
  }

  /// One piece: what is in `target` after the first stage stays in the cache for the others.
  private func run(
    _ operands: [Tensor?], _ whole: Int, _ source: UnsafePointer<Float>,
    _ target: UnsafeMutablePointer<Float>, _ position: Int, _ inRow: Int, _ count: Int
  ) {
    var flow = unsafe source
    for (stage, operand) in zip(stages, operands) {
      switch stage {
      case .map(let kernel): unsafe kernel(flow, target, count)
      case .clip(let low, let high): unsafe ree_clip(flow, low, high, target, count)
      case .zip(let kernel, .scalar(var number, _), let isSecond):
        if isSecond {
          unsafe kernel(&number, 0, flow, 1, target, count)
        } else {
          unsafe kernel(flow, 1, &number, 0, target, count)
        }
      case .zip(let kernel, .value, let isSecond):
        guard let operand else { continue }
        unsafe operand.elements(Float.self).withPointer { base in
          let step = operand.count == 1 ? 0 : 1
          let offset = operand.count == 1 ? 0 : operand.count == whole ? position : inRow
          let other = unsafe base + offset
          if isSecond {
            unsafe kernel(other, step, flow, 1, target, count)
          } else {
            unsafe kernel(flow, 1, other, step, target, count)
          }
        }
      }
      unsafe flow = UnsafePointer(target)
    }
  }
}
