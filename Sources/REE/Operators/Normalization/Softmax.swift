/// One row becomes weights that add up to 1, or their logarithms.
enum Softmax {
  /// m = max; e = exp(x - m); s = sum over lanes; e * (1 / s). A row of -inf has no maximum to
  /// subtract and becomes NaN.
  static func weights<T: Real>(_ row: [T]) -> [T] {
    let largest = row.reduce(-T.infinity) { $0.largest($1) }
    let powers = row.map { T.exp($0 - largest) }
    let scale = 1 / LaneSum.sum(powers)
    return powers.map { $0 * scale }
  }

  /// (x - m) - log(s), with m and s as above.
  static func logarithms<T: Real>(_ row: [T]) -> [T] {
    let largest = row.reduce(-T.infinity) { $0.largest($1) }
    let sum = T.log(LaneSum.sum(row.count) { $0 + T.exp(row[$1] - largest) })
    return row.map { ($0 - largest) - sum }
  }
}

/// A function of whole rows.
struct RowMap: RealVisitor {
  enum Function {
    case softmax, logSoftmax, hardmax
    case lpNormalization(p: Int)
  }

  let x: Tensor
  let reduction: Reduction
  let function: Function
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    let result = try call.make(T.self, x.shape)
    let values = x.elements(T.self)
    for start in reduction.starts {
      let row = apply(reduction.offsets.map { values[start + $0] })
      for (value, offset) in Swift.zip(row, reduction.offsets) { result[start + offset] = value }
    }
    return result.tensor
  }

  private func apply<T: Real>(_ row: [T]) -> [T] {
    switch function {
    case .softmax: return Softmax.weights(row)
    case .logSoftmax: return Softmax.logarithms(row)
    case .hardmax:
      var best = 0
      for index in row.indices where row[index] > row[best] { best = index }
      return row.indices.map { $0 == best ? 1 : 0 }
    case .lpNormalization(let p):
      let norm: T =
        p == 1
        ? LaneSum.sum(row.count) { (sum: T, index) in sum + row[index].magnitude }
        : LaneSum.sum(row.count) { (sum: T, index) in sum.addingProduct(row[index], row[index]) }
          .squareRoot()
      return row.map { norm == 0 ? 0 : $0 / norm }
    }
  }
}

extension Call {
  func rows(_ x: Tensor, _ axes: [Int], _ function: RowMap.Function) throws -> Tensor {
    let visitor = RowMap(
      x: x, reduction: Reduction(x.shape, axes: axes), function: function, call: self)
    guard let result = try x.elementType.visit(visitor) else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    return result
  }

  // Until version 13 a row was everything from the axis on.
  fileprivate func softmax(_ function: RowMap.Function) throws -> Tensor {
    let x = try tensor(0)
    guard x.rank > 0 else { return try rows(x.reshaped([1]), [0], function).reshaped([]) }
    let axis = try int("axis", default: opset < 13 ? 1 : -1).axis(rank: x.rank)
    return try rows(x, opset < 13 ? Array(axis..<x.rank) : [axis], function)
  }
}

extension OperatorCatalogue {
  static let softmax: [Operator] = [
    Operator("Softmax") { try $0.softmax(.softmax) },
    Operator("LogSoftmax") { try $0.softmax(.logSoftmax) },
    Operator("Hardmax") { try $0.softmax(.hardmax) },
    Operator("LpNormalization") { call in
      let x = try call.tensor(0)
      let p = try call.int("p", default: 2)
      guard p == 1 || p == 2 else { throw OperatorError.attributeValue("p") }
      return try call.rows(
        x, [try call.int("axis", default: -1).axis(rank: x.rank)], .lpNormalization(p: p))
    },
  ]
}
