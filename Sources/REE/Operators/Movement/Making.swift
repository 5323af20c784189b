extension OperatorCatalogue {
  static let making: [Operator] = [
    Operator("ConstantOfShape", opsets: 9...28, .exact) { call in
      let value = try call.tensor("value") ?? call.make([1], [0 as Float])
      guard value.count == 1 else { throw OperatorError.attributeValue("value") }
      let shape = try call.ints(0)
      return try value.reshaped([]).strided(
        shape, shape.map { _ in 0 }, budget: call.budget)
    },
    Operator("Range", opsets: 11...28) { call in
      let (start, limit, step) = (try call.tensor(0), try call.tensor(1), try call.tensor(2))
      for (index, tensor) in [start, limit, step].enumerated() where tensor.count != 1 {
        throw OperatorError.shape(input: index, tensor.shape)
      }
      guard limit.elementType == start.elementType, step.elementType == start.elementType else {
        throw OperatorError.typesDiffer(start.elementType, step.elementType)
      }
      let visitor = Progression(start: start, limit: limit, step: step, call: call)
      guard let result = try start.elementType.visit(visitor) else {
        throw OperatorError.wrongType(input: 0, start.elementType)
      }
      return result
    },
    Operator("OneHot", opsets: 9...28, .exact) { call in
      let (indices, depth, values) = (try call.tensor(0), try call.number(1), try call.tensor(2))
      let axis = try call.int("axis", default: -1).axis(rank: indices.rank + 1)
      guard depth >= 1, depth <= Double(Tensor.dimensionMax) else {
        throw OperatorError.inputValue(1)
      }
      guard values.count == 2 else { throw OperatorError.shape(input: 2, values.shape) }
      guard let numbers = indices.doubles() else {
        throw OperatorError.wrongType(input: 0, indices.elementType)
      }
      let size = Int(depth)
      let shape = indices.shape[..<axis] + [size] + indices.shape[axis...]
      var result = try call.mover(values.elementType, Array(shape))
      let inner = indices.shape[axis...].reduce(1, *)
      for index in 0..<result.count { result.copy(values, from: 0, to: index) }
      for (index, number) in numbers.enumerated() {
        var position = Int(nearest: number)
        if position < 0 { position += size }
        guard position >= 0, position < size else { continue }
        let (outer, rest) = (index / inner, index % inner)
        result.copy(values, from: 1, to: (outer * size + position) * inner + rest)
      }
      return result.tensor
    },
    Operator("EyeLike", opsets: 9...28, .exact) { call in
      let x = try call.tensor(0)
      guard x.rank == 2 else { throw OperatorError.rank(input: 0, found: x.rank, accepted: 2...2) }
      let type = try call.elementType("dtype") ?? x.elementType
      let shift = try call.int("k", default: 0)
      guard let one = try Tensor([], [1.0]).cast(to: type) else {
        throw OperatorError.wrongType(input: 0, type)
      }
      var result = try call.mover(type, x.shape)
      for row in 0..<x.shape[0] {
        let (column, overflow) = row.addingReportingOverflow(shift)
        if !overflow, column >= 0, column < x.shape[1] {
          result.copy(one, from: 0, to: row * x.shape[1] + column)
        }
      }
      return result.tensor
    },
    Operator("Trilu", opsets: 14...28, .exact) { call in
      let x = try call.tensor(0)
      guard x.rank >= 2 else { throw OperatorError.rank(input: 0, found: x.rank, accepted: 2...32) }
      let isUpper = try call.flag("upper", default: true)
      let shift = call.has(1) ? min(max(try call.int(1), -(1 << 40)), 1 << 40) : 0
      let (rows, columns) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
      var result = try call.mover(x.elementType, x.shape)
      for index in 0..<x.count {
        let (row, column) = (index / columns % rows, index % columns)
        let keeps = isUpper ? column >= row + shift : column <= row + shift
        if keeps { result.copy(x, from: index, to: index) }
      }
      return result.tensor
    },
    Operator("Cast", opsets: 6...28, .exact) { call in
      guard let type = try call.elementType("to") else {
        throw OperatorError.missingAttribute("to")
      }
      return try call.cast(try call.tensor(0), to: type)
    },
    Operator("CastLike", opsets: 15...28, .exact) { call in
      try call.cast(try call.tensor(0), to: try call.tensor(1).elementType)
    },
    Operator("BitCast", opsets: 26...28, .exact) { call in
      let x = try call.tensor(0)
      guard let type = try call.elementType("to") else {
        throw OperatorError.missingAttribute("to")
      }
      guard type.sizeBits == x.elementType.sizeBits, type != .string, x.elementType != .string
      else {
        throw OperatorError.typesDiffer(x.elementType, type)
      }
      guard type.sizeBits < 8, type.isSigned != x.elementType.isSigned else {
        return x.relabeled(type)
      }
      // The bits above the element are its sign in a signed type and zero in the others.
      guard let values = x.relabeled(.uint8).integers(),
        let result = try Tensor.make(
          x.shape, integers: values, type.isSigned ? type : (type.sizeBits == 4 ? .uint4 : .uint2),
          .init(budget: call.budget))
      else { throw OperatorError.wrongType(input: 0, x.elementType) }
      return result.relabeled(type)
    },
    Operator("Pad", .exact) { try $0.pad() },
    Operator("CenterCropPad", opsets: 18...28, .exact) { call in
      let (x, wanted) = (try call.tensor(0), try call.ints(1))
      let axes = try (call.ints("axes") ?? Array(0..<x.rank)).axes(rank: x.rank)
      guard wanted.count == axes.count else { throw OperatorError.shape(input: 1, [wanted.count]) }
      var pads = [(before: Int, after: Int)](repeating: (0, 0), count: x.rank)
      for (axis, size) in Swift.zip(axes, wanted) {
        guard size >= 0, size <= Tensor.dimensionMax else { throw OperatorError.inputValue(1) }
        let missing = size - x.shape[axis]
        let before = missing >= 0 ? missing / 2 : -(-missing / 2)
        pads[axis] = (before, missing - before)
      }
      return try call.padded(x, pads) { _, _ in nil }
    },
    // Constants whose attributes make sense are part of the graph already.
    Operator(
      "Constant", .exact,
      values: { call in
        throw OperatorError.attributeType(call.node.attributes.keys.sorted().first ?? "value")
      }),
  ]
}

private struct Progression: NumberVisitor {
  let start: Tensor
  let limit: Tensor
  let step: Tensor
  let call: Call

  func visit<T: Number>(_ type: T.Type) throws -> Tensor {
    let (first, last, step) = (
      start.elements(T.self)[0], limit.elements(T.self)[0], step.elements(T.self)[0]
    )
    let distance = last.asDouble - first.asDouble
    let count = (distance / step.asDouble).rounded(.up)
    guard step != .zero, count.isFinite, count <= Double(Tensor.dimensionMax) else {
      throw OperatorError.inputValue(2)
    }
    let result = try call.make(T.self, [max(Int(count), 0)])
    for index in 0..<result.count {
      result[index] = first.plus(T(rounding: Double(index)).times(step))
    }
    return result.tensor
  }
}

extension Call {
  func cast(_ x: Tensor, to type: ElementType) throws -> Tensor {
    var casting = Tensor.Casting(budget: budget)
    casting.saturates = try flag("saturate", default: true)
    if let mode = try string("round_mode") {
      guard let rounding = ScaleRounding(rawValue: mode) else {
        throw OperatorError.attributeValue("round_mode")
      }
      casting.scaleRounding = rounding
    }
    guard let result = try x.cast(to: type, casting) else {
      throw x.elementType == .string
        ? OperatorError.inputValue(0) : OperatorError.typesDiffer(x.elementType, type)
    }
    return result.withCanonicalNaNs()
  }

  /// Adds elements around a tensor, or takes them away.
  ///
  /// - Parameter source: Where an element outside of an axis comes from; `nil`: from `fill`.
  func padded(
    _ x: Tensor, _ pads: [(before: Int, after: Int)], fill: Tensor? = nil,
    _ source: (_ index: Int, _ size: Int) -> Int?
  ) throws -> Tensor {
    var shape: [Int] = []
    for (size, pad) in Swift.zip(x.shape, pads) { shape.append(size &+ pad.before &+ pad.after) }
    var result = try mover(x.elementType, shape)
    let strides = x.strides
    // For each axis, where each place of the result comes from.
    let maps = shape.indices.map { axis in
      (0..<shape[axis]).map { place -> Int? in
        let index = place - pads[axis].before
        if index >= 0, index < x.shape[axis] { return index * strides[axis] }
        return source(index, x.shape[axis]).map { $0 * strides[axis] }
      }
    }
    var index = [Int](repeating: 0, count: shape.count)
    for position in 0..<result.count {
      var from: Int? = 0
      for axis in shape.indices {
        guard let sum = from, let part = maps[axis][index[axis]] else {
          from = nil
          break
        }
        from = sum + part
      }
      if let from {
        result.copy(x, from: from, to: position)
      } else if let fill {
        result.copy(fill, from: 0, to: position)
      }
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
        axis -= 1
      }
    }
    return result.tensor
  }

  fileprivate func pad() throws -> Tensor {
    let x = try tensor(0)
    guard let numbers = try opset < 11 ? ints("pads") : ints(1) else {
      throw OperatorError.missingAttribute("pads")
    }
    let axes = try optionalInts(3)?.axes(rank: x.rank) ?? Array(0..<x.rank)
    guard numbers.count == axes.count * 2,
      numbers.allSatisfy({ $0.magnitude <= Tensor.dimensionMax })
    else { throw OperatorError.inputValue(1) }
    var pads = [(before: Int, after: Int)](repeating: (0, 0), count: x.rank)
    for (index, axis) in axes.enumerated() {
      pads[axis] = (numbers[index], numbers[axes.count + index])
    }
    switch try string("mode", default: "constant") {
    case "constant":
      let value =
        try opset < 11
        ? Tensor([], [float("value", default: 0)]).cast(to: x.elementType) : optionalTensor(2)
      if let value, value.count != 1 || value.elementType != x.elementType {
        throw OperatorError.shape(input: 2, value.shape)
      }
      return try padded(x, pads, fill: value) { _, _ in nil }
    case "edge": return try padded(x, pads) { $1 == 0 ? nil : min(max($0, 0), $1 - 1) }
    case "wrap": return try padded(x, pads) { $1 == 0 ? nil : ($0 % $1 + $1) % $1 }
    case "reflect":
      return try padded(x, pads) { index, size in
        guard size > 1 else { return size == 0 ? nil : 0 }
        let period = 2 * (size - 1)
        let place = (index % period + period) % period
        return place < size ? place : period - place
      }
    default: throw OperatorError.attributeValue("mode")
    }
  }
}
