extension OperatorCatalogue {
  static let shapes: [Operator] = [
    Operator("Identity", .exact, values: { [try $0.value(0)] }),
    Operator("Reshape", opsets: 5...28, .exact) { call in
      let x = try call.tensor(0)
      return try x.reshaped(try call.reshapedShape(of: x.shape))
    },
    Operator("Flatten", .exact) { call in
      let x = try call.tensor(0)
      let axis = try call.int("axis", default: 1)
      guard axis >= -x.rank, axis <= x.rank else { throw OperatorError.axis(axis, rank: x.rank) }
      let split = axis < 0 ? axis + x.rank : axis
      return try x.reshaped([x.shape[..<split].reduce(1, *), x.shape[split...].reduce(1, *)])
    },
    Operator("Squeeze", .exact) { call in
      let x = try call.tensor(0)
      let given = try call.opset < 13 ? call.ints("axes") : call.optionalInts(1)
      let axes = try given?.axes(rank: x.rank) ?? x.shape.indices.filter { x.shape[$0] == 1 }
      for axis in axes where x.shape[axis] != 1 { throw OperatorError.shape(input: 0, x.shape) }
      let kept = x.shape.indices.filter { !axes.contains($0) }
      return try x.reshaped(kept.map { x.shape[$0] })
    },
    Operator("Unsqueeze", .exact) { call in
      let x = try call.tensor(0)
      guard let given = try call.opset < 13 ? call.ints("axes") : call.ints(1) else {
        throw OperatorError.missingAttribute("axes")
      }
      let (rank, overflow) = x.rank.addingReportingOverflow(given.count)
      guard !overflow, rank <= Tensor.rankMax else { throw OperatorError.shape(input: 1, [rank]) }
      let axes = Set(try given.axes(rank: rank))
      var sizes = x.shape[...]
      return try x.reshaped((0..<rank).map { axes.contains($0) ? 1 : sizes.removeFirst() })
    },
    Operator("Transpose", .exact) { call in
      let x = try call.tensor(0)
      let order = try call.ints("perm") ?? x.shape.indices.reversed()
      guard order.count == x.rank else { throw OperatorError.attributeValue("perm") }
      return try x.transposed(try order.axes(rank: x.rank), budget: call.budget)
    },
    Operator("Shape", .exact) { call in
      let shape: [Int]
      switch try call.value(0) {
      case .tensor(let tensor): shape = tensor.shape
      case .sequence(let values): shape = [values.count]
      case .optional: throw OperatorError.wrongKind(input: 0)
      }
      let start = clamp(try call.int("start", default: 0), rank: shape.count)
      let end = clamp(try call.int("end", default: shape.count), rank: shape.count)
      let part = start < end ? shape[start..<end].map { Int64($0) } : []
      return try call.make([part.count], part)
    },
    Operator("Size", .exact) { call in try call.make([], [Int64(try call.tensor(0).count)]) },
    Operator("Expand", opsets: 8...28, .exact) { call in
      let x = try call.tensor(0)
      return try x.broadcast(
        to: try Broadcast.shape([x.shape, try call.ints(1)]), budget: call.budget)
    },
    Operator("Tile", opsets: 6...28, .exact) { call in
      let (x, repeats) = (try call.tensor(0), try call.ints(1))
      guard repeats.count == x.rank else { throw OperatorError.shape(input: 1, [repeats.count]) }
      var shape: [Int] = []
      for (size, count) in Swift.zip(x.shape, repeats) {
        let (product, overflow) = size.multipliedReportingOverflow(by: count)
        guard !overflow, count >= 0 else { throw OperatorError.inputValue(1) }
        shape.append(product)
      }
      // Each dimension becomes two: which repetition, and where in it.
      _ = try Tensor.count(of: shape, x.elementType)
      let pairs = Swift.zip(repeats, x.shape).flatMap { [$0, $1] }
      return try x.strided(pairs, x.strides.flatMap { [0, $0] }, budget: call.budget)
        .reshaped(shape)
    },
    Operator("Concat", opsets: 4...28, .exact) { call in
      let tensors = try call.tensors()
      guard let first = tensors.first else { throw OperatorError.missingInput(0) }
      let axis = try call.required("axis").axis(rank: first.rank)
      return try call.concatenate(tensors, axis: axis)
    },
    Operator("Split", values: { try $0.split() }),
    Operator("Slice", .exact) { try $0.slice() },
    Operator(
      "Dropout", opsets: 7...28, .exact,
      values: { call in
        // Only inference: nothing is dropped, unless training is asked for.
        let isTraining = call.has(2) ? try call.flag(2) : false
        let x = try call.tensor(0)
        let ratio = isTraining ? (call.has(1) ? try call.number(1) : 0.5) : 0
        guard ratio == 0 else {
          throw OperatorError.unsupported("dropping elements")
        }
        guard call.wants(1) else { return [.tensor(x)] }
        let mask = try call.make(UInt8.self, x.shape, as: .bool)
        for index in 0..<mask.count { mask[index] = 1 }
        return [.tensor(x), .tensor(mask.tensor)]
      }),
    Operator("DepthToSpace", .exact) { call in
      let x = try call.tensor(0)
      let block = try call.required("blocksize")
      guard x.rank == 4 else { throw OperatorError.rank(input: 0, found: x.rank, accepted: 4...4) }
      let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
      guard block > 0, block <= c, c % (block * block) == 0 else {
        throw OperatorError.attributeValue("blocksize")
      }
      let depth = c / (block * block)
      let isDepthFirst = try call.string("mode", default: "DCR") == "DCR"
      let wide = try x.reshaped(
        isDepthFirst ? [n, block, block, depth, h, w] : [n, depth, block, block, h, w])
      return try wide.transposed(
        isDepthFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3], budget: call.budget
      ).reshaped([n, depth, h * block, w * block])
    },
    Operator("SpaceToDepth", .exact) { call in
      let x = try call.tensor(0)
      let block = try call.required("blocksize")
      guard x.rank == 4 else { throw OperatorError.rank(input: 0, found: x.rank, accepted: 4...4) }
      let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
      guard block > 0, block <= max(min(h, w), 1), h % block == 0, w % block == 0 else {
        throw OperatorError.attributeValue("blocksize")
      }
      let isDepthFirst = try call.string("mode", default: "DCR") == "DCR"
      let order = isDepthFirst ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]
      return try x.reshaped([n, c, h / block, block, w / block, block])
        .transposed(order, budget: call.budget)
        .reshaped([n, c * block * block, h / block, w / block])
    },
  ]

  private static func clamp(_ axis: Int, rank: Int) -> Int {
    min(max(axis < 0 ? axis &+ rank : axis, 0), rank)
  }
}

extension Call {
  func concatenate(_ tensors: [Tensor], axis: Int) throws -> Tensor {
    guard let first = tensors.first else { throw OperatorError.missingInput(0) }
    var shape = first.shape
    shape[axis] = 0
    for tensor in tensors {
      guard tensor.elementType == first.elementType else {
        throw OperatorError.typesDiffer(first.elementType, tensor.elementType)
      }
      guard tensor.rank == first.rank else {
        throw OperatorError.shapesDiffer(first.shape, tensor.shape)
      }
      for other in shape.indices where other != axis && tensor.shape[other] != shape[other] {
        throw OperatorError.shapesDiffer(first.shape, tensor.shape)
      }
      shape[axis] += tensor.shape[axis]
    }
    var result = try mover(first.elementType, shape)
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    var offset = 0
    for tensor in tensors {
      let width = tensor.shape[axis] * inner
      for row in 0..<outer {
        result.copy(
          tensor, from: row * width, to: row * shape[axis] * inner + offset, count: width)
      }
      offset += width
    }
    return result.tensor
  }

  /// The part of a tensor from `start` on along one axis.
  func part(_ x: Tensor, axis: Int, from start: Int, count: Int) throws -> Tensor {
    var shape = x.shape
    shape[axis] = count
    return try x.strided(shape, x.strides, offset: start * x.strides[axis], budget: budget)
  }

  fileprivate func split() throws -> [Value?] {
    let x = try tensor(0)
    let axis = try int("axis", default: 0).axis(rank: x.rank)
    let size = x.shape[axis]
    let sizes: [Int]
    if let given = try opset < 13 ? ints("split") : optionalInts(1) {
      sizes = given
    } else {
      let count = try opset >= 18 ? int("num_outputs") ?? outputCount : outputCount
      guard count > 0, count <= outputCount else {
        throw OperatorError.attributeValue("num_outputs")
      }
      let step = (size + count - 1) / count
      sizes = (0..<count).map { min(step, max(size - $0 * step, 0)) }
    }
    guard sizes.allSatisfy({ $0 >= 0 && $0 <= size }), sizes.reduce(0, &+) == size else {
      throw OperatorError.inputValue(1)
    }
    var start = 0
    return try sizes.map { count in
      defer { start += count }
      return .tensor(try part(x, axis: axis, from: start, count: count))
    }
  }

  /// The shape that a Reshape gives: 0 keeps a dimension, -1 stands for what is left.
  func reshapedShape(of old: [Int]) throws -> [Int] {
    let wanted = try ints(1)
    let keepsZero = try flag("allowzero")
    var shape = wanted
    for (axis, size) in wanted.enumerated() where size == 0 && !keepsZero {
      guard axis < old.count else { throw OperatorError.axis(axis, rank: old.count) }
      shape[axis] = old[axis]
    }
    if let free = shape.firstIndex(of: -1) {
      shape[free] = 1
      let count = old.reduce(1, *)
      guard let rest = shape.product, rest > 0, count % rest == 0 else {
        throw OperatorError.shapesDiffer(old, wanted)
      }
      shape[free] = count / rest
    }
    return shape
  }

  fileprivate func slice() throws -> Tensor {
    let x = try tensor(0)
    let (shape, strides, offset) = try sliceGeometry(of: x.shape)
    return try x.strided(shape, strides, offset: offset, budget: budget)
  }

  /// What a Slice looks at in a tensor of a shape.
  func sliceGeometry(
    of old: [Int]
  ) throws -> (shape: [Int], strides: [Int], offset: Int) {
    let starts: [Int]
    let ends: [Int]
    let axes: [Int]
    var steps: [Int]
    if opset < 10 {
      guard let first = try ints("starts"), let last = try ints("ends") else {
        throw OperatorError.missingAttribute("starts")
      }
      (starts, ends) = (first, last)
      axes = try ints("axes") ?? Array(first.indices)
      steps = first.map { _ in 1 }
    } else {
      (starts, ends) = (try ints(1), try ints(2))
      axes = try optionalInts(3) ?? Array(starts.indices)
      steps = try optionalInts(4) ?? starts.map { _ in 1 }
    }
    guard starts.count == ends.count, starts.count == axes.count, starts.count == steps.count else {
      throw OperatorError.shapesDiffer([starts.count], [ends.count])
    }
    var (shape, strides, offset) = (old, Tensor.strides(of: old), 0)
    for (index, axis) in try axes.axes(rank: old.count).enumerated() {
      let (size, step) = (old[axis], steps[index])
      guard step != 0, step != .min else { throw OperatorError.inputValue(4) }
      func place(_ number: Int, _ low: Int, _ high: Int) -> Int {
        let position = number < 0 ? number &+ size : number
        return min(max(position, low), high)
      }
      let first = step > 0 ? place(starts[index], 0, size) : place(starts[index], 0, size - 1)
      let last = step > 0 ? place(ends[index], 0, size) : place(ends[index], -1, size - 1)
      let span = step > 0 ? last - first : first - last
      shape[axis] = span <= 0 ? 0 : (span - 1) / Int(step.magnitude) + 1
      offset += shape[axis] == 0 ? 0 : first * strides[axis]
      strides[axis] = shape[axis] <= 1 ? 0 : strides[axis] * step
    }
    return (shape, strides, offset)
  }
}
