/// Products of matrices, in the canonical order of ``BlockSum``.
struct MatrixProduct<Input: Element, Output: Number> {
  let call: Call
  let widen: (Input) -> Output

  /// Rows times columns of the last two dimensions; those before are batches that may repeat.
  func multiply(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    guard a.rank > 0, b.rank > 0 else { throw OperatorError.shapesDiffer(a.shape, b.shape) }
    let left = a.rank == 1 ? [1] + a.shape : a.shape
    let right = b.rank == 1 ? b.shape + [1] : b.shape
    let (m, k, n) = (left[left.count - 2], left[left.count - 1], right[right.count - 1])
    guard right[right.count - 2] == k else { throw OperatorError.shapesDiffer(a.shape, b.shape) }
    let (leftBatch, rightBatch) = (Array(left.dropLast(2)), Array(right.dropLast(2)))
    let batch = try Broadcast.shape([leftBatch, rightBatch])
    let shape = batch + (a.rank == 1 ? [] : [m]) + (b.rank == 1 ? [] : [n])
    let result = try call.make(Output.self, shape)
    let strides = [
      try Broadcast.strides(leftBatch, in: batch).map { $0 * m * k },
      try Broadcast.strides(rightBatch, in: batch).map { $0 * k * n },
    ]
    let (x, y) = (a.elements(Input.self), b.elements(Input.self))
    var walk = Walk(batch, strides)
    for index in 0..<walk.count {
      let (first, second) = (walk.positions[0], walk.positions[1])
      for row in 0..<m {
        for column in 0..<n {
          result[(index * m + row) * n + column] = BlockSum.dot(
            k, { widen(x[first + row * k + $0]) }, { widen(y[second + $0 * n + column]) })
        }
      }
      walk.advance()
    }
    return result.tensor
  }
}

struct MatMulVisitor: NumberVisitor {
  let a: Tensor
  let b: Tensor
  let call: Call

  func visit<T: Number>(_ type: T.Type) throws -> Tensor {
    try MatrixProduct<T, T>(call: call) { $0 }.multiply(a, b)
  }
}

extension Call {
  func matMul(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    guard a.elementType == b.elementType else {
      throw OperatorError.typesDiffer(a.elementType, b.elementType)
    }
    guard let result = try a.elementType.visit(MatMulVisitor(a: a, b: b, call: self)) else {
      throw OperatorError.wrongType(input: 0, a.elementType)
    }
    return result
  }

  /// One number as a tensor of a type.
  func scalar(_ value: Double, _ type: ElementType) throws -> Tensor {
    guard let tensor = try Tensor([], [value]).cast(to: type) else {
      throw OperatorError.wrongType(input: 0, type)
    }
    return tensor
  }

  func scale(_ x: Tensor, by factor: Float) throws -> Tensor {
    factor == 1
      ? x : try combine(x, try scalar(Double(factor), x.elementType), Multiplication())
  }

  fileprivate func gemm() throws -> Tensor {
    var (a, b) = (try tensor(0), try tensor(1))
    guard a.rank == 2, b.rank == 2 else { throw OperatorError.shapesDiffer(a.shape, b.shape) }
    if try flag("transA") { a = try a.transposed([1, 0], budget: budget) }
    if try flag("transB") { b = try b.transposed([1, 0], budget: budget) }
    let product = try scale(try matMul(a, b), by: try float("alpha", default: 1))
    guard let c = try optionalTensor(2) else { return product }
    let sum = try combine(product, try scale(c, by: try float("beta", default: 1)), Addition())
    guard sum.shape == product.shape else {
      throw OperatorError.shapesDiffer(product.shape, c.shape)
    }
    return sum
  }

  /// The elements of an 8-bit tensor less its zero point, which may be one number or one for each
  /// row of `axis`, as int32.
  func centered(_ x: Tensor, _ zeroPoint: Tensor?, axis: Int, input: Int) throws -> Tensor {
    guard x.elementType == .uint8 || x.elementType == .int8 else {
      throw OperatorError.wrongType(input: input, x.elementType)
    }
    guard let wide = try x.cast(to: .int32, .init(budget: budget)) else { return x }
    guard let zeroPoint, let offset = try zeroPoint.cast(to: .int32) else { return wide }
    if offset.count == 1 { return try combine(wide, try offset.reshaped([]), Subtraction()) }
    var shape = [Int](repeating: 1, count: x.rank)
    if offset.rank > 1 { return try combine(wide, offset, Subtraction()) }
    guard axis < x.rank, offset.count == x.shape[axis] else {
      throw OperatorError.shapesDiffer(x.shape, offset.shape)
    }
    shape[axis] = offset.count
    return try combine(wide, try offset.reshaped(shape), Subtraction())
  }
}

extension OperatorCatalogue {
  static let products: [Operator] = [
    Operator("MatMul") { try $0.matMul(try $0.tensor(0), try $0.tensor(1)) },
    Operator("Gemm", opsets: 7...28) { try $0.gemm() },
    Operator("MatMulInteger", opsets: 10...28) { call in
      let (a, b) = (try call.tensor(0), try call.tensor(1))
      return try call.matMul(
        try call.centered(a, call.optionalTensor(2), axis: max(a.rank - 2, 0), input: 0),
        try call.centered(b, call.optionalTensor(3), axis: max(b.rank - 1, 0), input: 1))
    },
    Operator("QLinearMatMul", opsets: 10...28) { call in
      let (a, b) = (try call.tensor(0), try call.tensor(3))
      let product = try call.matMul(
        try call.centered(a, call.tensor(2), axis: max(a.rank - 2, 0), input: 0),
        try call.centered(b, call.tensor(5), axis: max(b.rank - 1, 0), input: 3))
      let scale = try call.combine(
        try call.scaleTensor(1, a.rank, axis: a.rank - 2),
        try call.scaleTensor(4, b.rank, axis: b.rank - 1), Multiplication())
      return try call.requantized(product, scale, call.tensor(6), zeroPoint: call.tensor(7))
    },
    Operator("Einsum", opsets: 12...28) { try $0.einsum() },
    Operator("Det", opsets: 11...28) { call in
      let x = try call.tensor(0)
      guard x.rank >= 2, x.shape[x.rank - 1] == x.shape[x.rank - 2] else {
        throw OperatorError.shape(input: 0, x.shape)
      }
      guard let result = try x.elementType.visit(Determinant(x: x, call: call)) else {
        throw OperatorError.wrongType(input: 0, x.elementType)
      }
      return result
    },
  ]
}

/// By elimination; the pivot is the largest of its column, the first of equals.
private struct Determinant: RealVisitor {
  let x: Tensor
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    let n = x.shape[x.rank - 1]
    let result = try call.make(T.self, Array(x.shape.dropLast(2)))
    let values = x.elements(T.self)
    for index in 0..<result.count {
      var rows = (0..<n).map { row in (0..<n).map { values[(index * n + row) * n + $0] } }
      var determinant: T = 1
      for column in 0..<n {
        var pivot = column
        for row in column..<n where rows[row][column].magnitude > rows[pivot][column].magnitude {
          pivot = row
        }
        if pivot != column {
          rows.swapAt(pivot, column)
          determinant = -determinant
        }
        determinant *= rows[column][column]
        guard rows[column][column] != 0 else { break }
        for row in column + 1..<max(n, column + 1) {
          let factor = rows[row][column] / rows[column][column]
          for other in column..<n { rows[row][other] -= factor * rows[column][other] }
        }
      }
      result[index] = determinant
    }
    return result.tensor
  }
}
