extension OperatorCatalogue {
  static let indexing: [Operator] = [
    Operator("Gather", .exact) { call in
      let (x, indices) = (try call.tensor(0), try call.tensor(1))
      let axis = try call.int("axis", default: 0).axis(rank: x.rank)
      let size = x.shape[axis]
      let positions = try call.ints(1).map { try $0.position(in: size) }
      let shape = x.shape[..<axis] + indices.shape + x.shape[(axis + 1)...]
      var result = try call.mover(x.elementType, Array(shape))
      let inner = x.shape[(axis + 1)...].reduce(1, *)
      for outer in 0..<x.shape[..<axis].reduce(1, *) {
        for (index, position) in positions.enumerated() {
          result.copy(
            x, from: (outer * size + position) * inner,
            to: (outer * positions.count + index) * inner, count: inner)
        }
      }
      return result.tensor
    },
    Operator("GatherElements", opsets: 11...28, .exact) { call in
      let (x, indices) = (try call.tensor(0), try call.tensor(1))
      let axis = try call.int("axis", default: 0).axis(rank: x.rank)
      let positions = try call.elementPositions(indices, try call.ints(1), axis, in: x.shape)
      var result = try call.mover(x.elementType, indices.shape)
      for (index, position) in positions.enumerated() { result.copy(x, from: position, to: index) }
      return result.tensor
    },
    Operator("GatherND", opsets: 11...28, .exact) { call in
      let (x, indices) = (try call.tensor(0), try call.tensor(1))
      let batch = try call.int("batch_dims", default: 0)
      guard batch >= 0, batch < indices.rank, batch <= x.rank,
        indices.shape[..<batch] == x.shape[..<batch]
      else { throw OperatorError.shapesDiffer(x.shape, indices.shape) }
      let places = try call.slicePositions(indices, in: x.shape, batch: batch)
      let shape = indices.shape.dropLast() + x.shape[(batch + places.depth)...]
      var result = try call.mover(x.elementType, Array(shape))
      for (index, position) in places.positions.enumerated() {
        result.copy(x, from: position, to: index * places.inner, count: places.inner)
      }
      return result.tensor
    },
    Operator("ScatterElements", opsets: 11...28) { try $0.scatterElements() },
    Operator("Scatter", opsets: 9...10) { try $0.scatterElements() },
    Operator("ScatterND", opsets: 11...28) { call in
      let (x, indices, updates) = (try call.tensor(0), try call.tensor(1), try call.tensor(2))
      let places = try call.slicePositions(indices, in: x.shape, batch: 0)
      guard updates.shape == indices.shape.dropLast() + x.shape[places.depth...] else {
        throw OperatorError.shapesDiffer(x.shape, updates.shape)
      }
      let positions = places.positions.flatMap { start in (0..<places.inner).map { start + $0 } }
      return try call.scatter(updates, into: x, at: positions)
    },
    Operator("Where", opsets: 9...28, .exact) { call in
      let (choice, a, b) = (try call.tensor(0), try call.tensor(1), try call.tensor(2))
      guard choice.elementType == .bool else {
        throw OperatorError.wrongType(input: 0, choice.elementType)
      }
      guard a.elementType == b.elementType else {
        throw OperatorError.typesDiffer(a.elementType, b.elementType)
      }
      let shape = try Broadcast.shape([choice.shape, a.shape, b.shape])
      var result = try call.mover(a.elementType, shape)
      let flags = choice.elements(UInt8.self)
      var walk = Walk(
        shape, try [choice, a, b].map { try Broadcast.strides($0.shape, in: shape) })
      for index in 0..<walk.count {
        if flags[walk.positions[0]] != 0 {
          result.copy(a, from: walk.positions[1], to: index)
        } else {
          result.copy(b, from: walk.positions[2], to: index)
        }
        walk.advance()
      }
      return result.tensor
    },
    Operator("Compress", opsets: 9...28, .exact) { call in
      var x = try call.tensor(0)
      let flags = try call.elements(1, asBool: ())
      if try call.int("axis") == nil { x = try x.reshaped([x.count]) }
      let axis = try call.int("axis", default: 0).axis(rank: x.rank)
      let chosen = (0..<min(flags.count, x.shape[axis])).filter { flags[$0] != 0 }
      let parts = try chosen.map { try call.part(x, axis: axis, from: $0, count: 1) }
      guard !parts.isEmpty else { return try call.part(x, axis: axis, from: 0, count: 0) }
      return try call.concatenate(parts, axis: axis)
    },
    Operator("NonZero", opsets: 9...28, .exact) { call in
      let x = try call.tensor(0)
      guard let values = x.doubles() else { throw OperatorError.wrongType(input: 0, x.elementType) }
      let found = values.indices.filter { values[$0] != 0 }
      let result = try call.make(Int64.self, [x.rank, found.count])
      for (column, position) in found.enumerated() {
        for axis in 0..<x.rank {
          result[axis * found.count + column] = Int64(position / x.strides[axis] % x.shape[axis])
        }
      }
      return result.tensor
    },
    Operator("TensorScatter", opsets: 24...28, .exact) { try $0.tensorScatter() },
    Operator("ReverseSequence", opsets: 10...28, .exact) { call in
      let (x, lengths) = (try call.tensor(0), try call.ints(1))
      let time = try call.int("time_axis", default: 0).axis(rank: x.rank)
      let batch = try call.int("batch_axis", default: 1).axis(rank: x.rank)
      guard time != batch, lengths.count == x.shape[batch],
        lengths.allSatisfy({ $0 >= 0 && $0 <= x.shape[time] })
      else { throw OperatorError.inputValue(1) }
      var result = try call.mover(x.elementType, x.shape)
      var walk = Walk(x.shape, [])
      for index in 0..<x.count {
        let step = index / x.strides[time] % x.shape[time]
        let length = lengths[index / x.strides[batch] % x.shape[batch]]
        let source = step < length ? length - 1 - step : step
        result.copy(x, from: index + (source - step) * x.strides[time], to: index)
        walk.advance()
      }
      return result.tensor
    },
  ]
}

extension Call {
  func elements(_ index: Int, asBool: Void) throws -> Elements<UInt8> {
    let tensor = try tensor(index)
    guard tensor.elementType == .bool else {
      throw OperatorError.wrongType(input: index, tensor.elementType)
    }
    return tensor.elements(UInt8.self)
  }

  /// Where each index points to: it replaces the coordinate along `axis`.
  fileprivate func elementPositions(
    _ indices: Tensor, _ numbers: [Int], _ axis: Int, in shape: [Int]
  ) throws -> [Int] {
    guard indices.rank == shape.count else {
      throw OperatorError.shapesDiffer(shape, indices.shape)
    }
    for other in shape.indices where other != axis && indices.shape[other] > shape[other] {
      throw OperatorError.shapesDiffer(shape, indices.shape)
    }
    var strides = Tensor.strides(of: shape)
    let stride = strides[axis]
    strides[axis] = 0
    var walk = Walk(indices.shape, [strides])
    return try numbers.map { number in
      defer { walk.advance() }
      return walk.positions[0] + (try number.position(in: shape[axis])) * stride
    }
  }

  /// Where the slices begin that the last dimension of `indices` names.
  fileprivate func slicePositions(
    _ indices: Tensor, in shape: [Int], batch: Int
  ) throws -> (positions: [Int], depth: Int, inner: Int) {
    guard let depth = indices.shape.last, batch + depth <= shape.count,
      let numbers = indices.integers()
    else { throw OperatorError.shapesDiffer(shape, indices.shape) }
    let strides = Tensor.strides(of: shape)
    let inner = shape[(batch + depth)...].reduce(1, *)
    let count = indices.shape.dropLast().reduce(1, *)
    let batchCount = shape[..<batch].reduce(1, *)
    let batchSize = shape[batch...].reduce(1, *)
    let perBatch = batchCount == 0 ? 0 : count / max(batchCount, 1)
    let positions = try (0..<count).map { row in
      var position = batch == 0 ? 0 : row / max(perBatch, 1) * batchSize
      for level in 0..<depth {
        let axis = batch + level
        let number = Int(numbers[row * depth + level])
        position += try number.position(in: shape[axis]) * strides[axis]
      }
      return position
    }
    return (positions, depth, inner)
  }

  fileprivate func scatterElements() throws -> Tensor {
    let (x, indices, updates) = (try tensor(0), try tensor(1), try tensor(2))
    let axis = try int("axis", default: 0).axis(rank: x.rank)
    guard updates.shape == indices.shape else {
      throw OperatorError.shapesDiffer(indices.shape, updates.shape)
    }
    return try scatter(
      updates, into: x, at: try elementPositions(indices, try ints(1), axis, in: x.shape))
  }

  /// Puts each update where it belongs, in their order; later ones meet what earlier ones left.
  fileprivate func scatter(_ updates: Tensor, into x: Tensor, at positions: [Int]) throws -> Tensor
  {
    guard updates.elementType == x.elementType else {
      throw OperatorError.typesDiffer(x.elementType, updates.elementType)
    }
    switch try string("reduction", default: "none") {
    case "none":
      var result = try ElementMover(x, budget: budget)
      for (index, position) in positions.enumerated() {
        result.copy(updates, from: index, to: position)
      }
      return result.tensor
    case "add": return try scatter(updates, x, positions, Addition())
    case "mul": return try scatter(updates, x, positions, Multiplication())
    case "max": return try scatter(updates, x, positions, Maximum())
    case "min": return try scatter(updates, x, positions, Minimum())
    default: throw OperatorError.attributeValue("reduction")
    }
  }

  private func scatter(
    _ updates: Tensor, _ x: Tensor, _ positions: [Int], _ operation: some BinaryOperation
  ) throws -> Tensor {
    let visitor = Scatter(
      x: x, updates: updates, positions: positions, operation: operation, call: self)
    guard let result = try x.elementType.visit(visitor) else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    return result
  }

  // Writes new rows into a cache, one place for each batch.
  fileprivate func tensorScatter() throws -> Tensor {
    let (past, update) = (try tensor(0), try tensor(1))
    let axis = try int("axis", default: -2).axis(rank: past.rank)
    guard update.rank == past.rank, axis > 0, past.elementType == update.elementType else {
      throw OperatorError.shapesDiffer(past.shape, update.shape)
    }
    for other in past.shape.indices where other != axis && past.shape[other] != update.shape[other]
    {
      throw OperatorError.shapesDiffer(past.shape, update.shape)
    }
    let batches = past.shape[0]
    let starts = try optionalInts(2) ?? [Int](repeating: 0, count: batches)
    guard starts.count == batches else { throw OperatorError.shape(input: 2, [starts.count]) }
    let isCircular = try string("mode", default: "linear") == "circular"
    let (size, rows) = (past.shape[axis], update.shape[axis])
    let inner = past.shape[(axis + 1)...].reduce(1, *)
    let middle = past.shape[1..<axis].reduce(1, *)
    var result = try ElementMover(past, budget: budget)
    for batch in 0..<batches {
      for outer in 0..<middle {
        for row in 0..<rows {
          var target = starts[batch] &+ row
          if isCircular, size > 0 { target = (target % size + size) % size }
          let block = batch * middle + outer
          result.copy(
            update, from: (block * rows + row) * inner,
            to: (block * size + (try target.position(in: size))) * inner, count: inner)
        }
      }
    }
    return result.tensor
  }
}

private struct Scatter<O: BinaryOperation>: NumberVisitor {
  let x: Tensor
  let updates: Tensor
  let positions: [Int]
  let operation: O
  let call: Call

  func visit<T: Number>(_ type: T.Type) throws -> Tensor {
    let result = try call.make(T.self, x.shape)
    let (old, new) = (x.elements(T.self), updates.elements(T.self))
    for index in 0..<result.count { result[index] = old[index] }
    for (index, position) in positions.enumerated() {
      result[position] = operation.apply(result[position], new[index])
    }
    return result.tensor
  }
}
