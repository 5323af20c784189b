/// How shapes of different sizes go together: dimensions are aligned at the end, and one of length 1
/// repeats.
enum Broadcast {
  static func shape(_ shapes: [[Int]]) throws -> [Int] {
    let rank = shapes.map(\.count).max() ?? 0
    var result = [Int](repeating: 1, count: rank)
    for shape in shapes {
      for (index, size) in shape.enumerated() where size != 1 {
        let axis = rank - shape.count + index
        guard result[axis] == 1 || result[axis] == size else {
          throw OperatorError.shapesDiffer(shapes[0], shape)
        }
        result[axis] = size
      }
    }
    return result
  }

  /// The strides of a tensor that repeats to fill `shape`.
  static func strides(_ shape: [Int], in target: [Int]) throws -> [Int] {
    guard shape.count <= target.count else { throw OperatorError.shapesDiffer(target, shape) }
    let own = Tensor.strides(of: shape)
    var strides = [Int](repeating: 0, count: target.count)
    for (index, size) in shape.enumerated() {
      let axis = target.count - shape.count + index
      guard size == target[axis] || size == 1 else {
        throw OperatorError.shapesDiffer(target, shape)
      }
      strides[axis] = size == 1 ? 0 : own[index]
    }
    return strides
  }
}

/// Visits the elements of a shape in order, with the position of each in tensors of other strides.
struct Walk {
  let shape: [Int]
  let strides: [[Int]]
  let count: Int
  private var index: [Int]
  private(set) var positions: [Int]

  init(_ shape: [Int], _ strides: [[Int]], from start: [Int]? = nil) {
    self.shape = shape
    self.strides = strides
    count = shape.contains(0) ? 0 : shape.reduce(1, *)
    index = [Int](repeating: 0, count: shape.count)
    positions = start ?? [Int](repeating: 0, count: strides.count)
  }

  mutating func advance() {
    var axis = shape.count - 1
    while axis >= 0 {
      index[axis] += 1
      for operand in strides.indices { positions[operand] += strides[operand][axis] }
      guard index[axis] == shape[axis] else { return }
      for operand in strides.indices {
        positions[operand] -= strides[operand][axis] * shape[axis]
      }
      index[axis] = 0
      axis -= 1
    }
  }
}

extension Tensor {
  /// The elements at `offset` plus multiples of the strides, as a tensor of `shape`.
  func strided(
    _ shape: [Int], _ strides: [Int], offset: Int = 0, budget: MemoryBudget?
  ) throws -> Tensor {
    var result = try ElementMover(elementType, shape, budget: budget)
    guard result.count > 0 else { return result.tensor }
    // Neighbours that stay neighbours are copied together.
    var run = 1
    var axis = shape.count - 1
    while axis >= 0, strides[axis] == run || shape[axis] == 1 {
      run *= shape[axis]
      axis -= 1
    }
    var walk = Walk(
      Array(shape[..<(axis + 1)]), [Array(strides[..<(axis + 1)])], from: [offset])
    for step in 0..<walk.count {
      result.copy(self, from: walk.positions[0], to: step * run, count: run)
      walk.advance()
    }
    return result.tensor
  }

  /// Repeated to fill `shape`.
  func broadcast(to target: [Int], budget: MemoryBudget?) throws -> Tensor {
    if target == shape { return self }
    return try strided(target, try Broadcast.strides(shape, in: target), budget: budget)
  }

  func transposed(_ order: [Int], budget: MemoryBudget?) throws -> Tensor {
    if order == Array(0..<rank) { return self }
    let strides = strides
    return try strided(order.map { shape[$0] }, order.map { strides[$0] }, budget: budget)
  }
}
