internal import CKernels

/// Weights of rows as attention makes them: a mask is added, each row becomes weights, and a row that
/// has none, because everything in it is masked, becomes a constant.
struct GuardedSoftmax: FusedNodes {
  let places: [Int]
  let output: ValueID
  private let scores: ValueID
  private let mask: ValueID?
  /// What stands for weights that are not a number; `nil`: they stay.
  private let fallback: Float?

  /// Add, where it comes before; Softmax over the last axis; IsNaN and Where, where they follow.
  init?(
    from first: Int, _ graph: Graph, _ readers: NodeReaders, _ weights: PreparedWeights,
    isTaken: (Int) -> Bool
  ) {
    var places = [first]
    var softmax = first
    let scores = graph.nodes[first].inputs.first ?? nil
    var mask: ValueID?
    if graph.nodes[first].operation.name == "Add", graph.nodes[first].inputs.count == 2 {
      guard let sum = graph.nodes[first].onlyOutput, let next = readers.only(sum), !isTaken(next)
      else { return nil }
      mask = graph.nodes[first].inputs[1]
      softmax = next
      places.append(next)
    }
    let node = graph.nodes[softmax]
    guard node.operation.name == "Softmax", node.operation.opset >= 13,
      let weightsValue = node.onlyOutput, let found = scores
    else { return nil }
    if case .int(let axis) = node.attributes["axis"], axis != -1 { return nil }
    var flow = weightsValue
    var fallback: Float?
    if let (test, choice) = readers.pair(flow), !isTaken(test), !isTaken(choice),
      graph.nodes[test].operation.name == "IsNaN", let isMissing = graph.nodes[test].onlyOutput,
      readers.only(isMissing) == choice, graph.nodes[choice].operation.name == "Where",
      graph.nodes[choice].inputs.count == 3, graph.nodes[choice].inputs[0] == isMissing,
      let constant = graph.nodes[choice].inputs[1], let number = weights.scalar(constant),
      weights.constant(constant)?.rank == 0, graph.nodes[choice].inputs[2] == flow,
      let chosen = graph.nodes[choice].onlyOutput
    {
      places += [test, choice]
      fallback = number
      flow = chosen
    }
    guard places.count > 1, places == places.sorted() else { return nil }
    self.places = places
    self.scores = found
    self.mask = mask
    self.fallback = fallback
    output = flow
  }

  func compute(_ values: FusedInputs) throws -> Tensor? {
    guard let x = values.floats(scores), x.rank > 0, x.count > 0, let width = x.shape.last else {
      return nil
    }
    var added: Tensor?
    if let mask {
      guard let tensor = values.floats(mask), tensor.rank > 0, tensor.rank <= x.rank,
        tensor.shape.last == width
      else { return nil }
      added = tensor
    }
    let leading = Array(x.shape.dropLast())
    guard let strides = try? Broadcast.strides(added?.shape ?? [], in: x.shape) else { return nil }
    let result = try values.make(x.shape)
    var walk = Walk(leading, [Array(strides.dropLast())])
    unsafe x.elements(Float.self).withPointer { source in
      unsafe result.withPointer { target in
        for row in 0..<walk.count {
          var from = unsafe source + row * width
          let to = unsafe target + row * width
          if let added {
            unsafe added.elements(Float.self).withPointer {
              unsafe ree_add(from, 1, $0 + walk.positions[0], 1, to, width)
            }
            unsafe from = UnsafePointer(to)
          }
          unsafe ree_softmax_rows(from, 1, width, to)
          // A row is not a number in whole or not at all: its sum is in every element.
          if let fallback, unsafe to[0].isNaN {
            for index in 0..<width { unsafe to[index] = fallback }
          }
          walk.advance()
        }
      }
    }
    return result.tensor
  }
}
