/// A function of two numbers of one type.
protocol BinaryOperation {
  func apply<T: Number>(_ a: T, _ b: T) -> T
}

struct Addition: BinaryOperation { func apply<T: Number>(_ a: T, _ b: T) -> T { a.plus(b) } }
struct Subtraction: BinaryOperation { func apply<T: Number>(_ a: T, _ b: T) -> T { a.minus(b) } }
struct Multiplication: BinaryOperation {
  func apply<T: Number>(_ a: T, _ b: T) -> T { a.times(b) }
}
struct Division: BinaryOperation { func apply<T: Number>(_ a: T, _ b: T) -> T { a.over(b) } }
struct Maximum: BinaryOperation { func apply<T: Number>(_ a: T, _ b: T) -> T { a.largest(b) } }
struct Minimum: BinaryOperation { func apply<T: Number>(_ a: T, _ b: T) -> T { a.smallest(b) } }
struct TruncatingRemainder: BinaryOperation {
  func apply<T: Number>(_ a: T, _ b: T) -> T { a.remainder(truncating: b) }
}
struct FlooringRemainder: BinaryOperation {
  func apply<T: Number>(_ a: T, _ b: T) -> T { a.remainder(flooring: b) }
}

extension Call {
  /// Two tensors of one type, element by element.
  func combine(_ a: Tensor, _ b: Tensor, _ operation: some BinaryOperation) throws -> Tensor {
    guard a.elementType == b.elementType else {
      throw OperatorError.typesDiffer(a.elementType, b.elementType)
    }
    let combination = Combination(a: a, b: b, operation: operation, call: self)
    guard let result = try a.elementType.visit(combination) else {
      throw OperatorError.wrongType(input: 0, a.elementType)
    }
    return result
  }

  /// Pairs the elements of two tensors, the smaller one repeated.
  @inline(__always)
  func zip<A: Element, B: Element, C: Element>(
    _ a: Tensor, _ b: Tensor, _ types: (A.Type, B.Type, C.Type),
    as elementType: ElementType = C.elementType, _ body: (A, B) -> C
  ) throws -> Tensor {
    let shape = try Broadcast.shape([a.shape, b.shape])
    let result = try make(C.self, shape, as: elementType)
    let (x, y) = (a.elements(A.self), b.elements(B.self))
    if a.shape == b.shape {
      for index in 0..<result.count { result[index] = body(x[index], y[index]) }
    } else if b.count == 1, a.shape == shape {
      let second = y[0]
      for index in 0..<result.count { result[index] = body(x[index], second) }
    } else {
      guard result.count > 0 else { return result.tensor }
      // Inner rows without the odometer.
      let strides = [
        try Broadcast.strides(a.shape, in: shape), try Broadcast.strides(b.shape, in: shape),
      ]
      guard let width = shape.last, let stepA = strides[0].last, let stepB = strides[1].last else {
        result[0] = body(x[0], y[0])
        return result.tensor
      }
      var walk = Walk(Array(shape.dropLast()), strides.map { Array($0.dropLast()) })
      for row in 0..<walk.count {
        let (first, second) = (walk.positions[0], walk.positions[1])
        for column in 0..<width {
          result[row * width + column] = body(x[first + column * stepA], y[second + column * stepB])
        }
        walk.advance()
      }
    }
    return result.tensor
  }
}

private struct Combination<O: BinaryOperation>: NumberVisitor {
  let a: Tensor
  let b: Tensor
  let operation: O
  let call: Call

  func visit<T: Number>(_ type: T.Type) throws -> Tensor {
    try call.zip(a, b, (T.self, T.self, T.self)) { operation.apply($0, $1) }
  }
}

/// A question about two numbers of one type.
protocol Comparison {
  func holds<T: Number>(_ a: T, _ b: T) -> Bool
}

struct IsEqual: Comparison { func holds<T: Number>(_ a: T, _ b: T) -> Bool { a == b } }
struct IsLess: Comparison { func holds<T: Number>(_ a: T, _ b: T) -> Bool { a < b } }
struct IsLessOrEqual: Comparison { func holds<T: Number>(_ a: T, _ b: T) -> Bool { a <= b } }

extension Call {
  func compare(_ a: Tensor, _ b: Tensor, _ comparison: some Comparison) throws -> Tensor {
    guard a.elementType == b.elementType else {
      throw OperatorError.typesDiffer(a.elementType, b.elementType)
    }
    let visitor = Question(a: a, b: b, comparison: comparison, call: self)
    guard let result = try a.elementType.visit(visitor) else {
      throw OperatorError.wrongType(input: 0, a.elementType)
    }
    return result
  }
}

private struct Question<C: Comparison>: NumberVisitor {
  let a: Tensor
  let b: Tensor
  let comparison: C
  let call: Call

  func visit<T: Number>(_ type: T.Type) throws -> Tensor {
    try call.zip(a, b, (T.self, T.self, UInt8.self), as: .bool) {
      comparison.holds($0, $1) ? 1 : 0
    }
  }
}

extension OperatorCatalogue {
  static let binary: [Operator] = [
    Operator("Add", opsets: 7...28) { try $0.combine($0.tensor(0), $0.tensor(1), Addition()) },
    Operator("Sub", opsets: 7...28) { try $0.combine($0.tensor(0), $0.tensor(1), Subtraction()) },
    Operator("Mul", opsets: 7...28) {
      try $0.combine($0.tensor(0), $0.tensor(1), Multiplication())
    },
    Operator("Div", opsets: 7...28) { try $0.combine($0.tensor(0), $0.tensor(1), Division()) },
    Operator("Mod", opsets: 10...28) { call in
      let (a, b) = (try call.tensor(0), try call.tensor(1))
      if try call.flag("fmod") { return try call.combine(a, b, TruncatingRemainder()) }
      return try call.combine(a, b, FlooringRemainder())
    },
    Operator("Max", opsets: 6...28) { try $0.fold(Maximum()) },
    Operator("Min", opsets: 6...28) { try $0.fold(Minimum()) },
    Operator("Sum", opsets: 6...28) { try $0.fold(Addition()) },
    Operator("Mean", opsets: 6...28) { call in
      let sum = try call.fold(Addition())
      let count = try Tensor([], [Double(call.inputs.count)]).cast(to: sum.elementType)
      guard let count else { throw OperatorError.wrongType(input: 0, sum.elementType) }
      return try call.combine(sum, count, Division())
    },
    Operator("Equal", opsets: 7...28) { call in
      let (a, b) = (try call.tensor(0), try call.tensor(1))
      if a.elementType == .string, b.elementType == .string {
        return try call.pairText(a, b)
      }
      if a.elementType == .bool, b.elementType == .bool {
        return try call.compare(a.relabeled(.uint8), b.relabeled(.uint8), IsEqual())
      }
      return try call.compare(a, b, IsEqual())
    },
    Operator("Less", opsets: 7...28) { try $0.compare($0.tensor(0), $0.tensor(1), IsLess()) },
    Operator("Greater", opsets: 7...28) { try $0.compare($0.tensor(1), $0.tensor(0), IsLess()) },
    Operator("LessOrEqual", opsets: 12...28) {
      try $0.compare($0.tensor(0), $0.tensor(1), IsLessOrEqual())
    },
    Operator("GreaterOrEqual", opsets: 12...28) {
      try $0.compare($0.tensor(1), $0.tensor(0), IsLessOrEqual())
    },
    Operator("And", opsets: 7...28, .exact) { try $0.bools { $0 & $1 } },
    Operator("Or", opsets: 7...28, .exact) { try $0.bools { $0 | $1 } },
    Operator("Xor", opsets: 7...28, .exact) { try $0.bools { $0 ^ $1 } },
    Operator("BitwiseAnd", opsets: 18...28, .exact) { try $0.bits { $0 & $1 } },
    Operator("BitwiseOr", opsets: 18...28, .exact) { try $0.bits { $0 | $1 } },
    Operator("BitwiseXor", opsets: 18...28, .exact) { try $0.bits { $0 ^ $1 } },
    Operator("BitShift", opsets: 11...28, .exact) { call in
      switch try call.string("direction") {
      case "LEFT": try call.bits { $1 > 63 ? 0 : $0 << $1 }
      case "RIGHT":
        // The sign fills what becomes free, where there is one.
        try call.tensor(0).elementType == .uint64
          ? try call.bits { $1 > 63 ? 0 : $0 >> $1 }
          : try call.bits { UInt64(bitPattern: Int64(bitPattern: $0) >> Int64(min($1, 63))) }
      default: throw OperatorError.attributeValue("direction")
      }
    },
    Operator("Pow", opsets: 7...28) { try $0.power() },
    Operator("PRelu", opsets: 7...28) { call in
      try call.combine(try call.tensor(0), try call.tensor(1), ParametricRectifier())
    },
  ]
}

struct ParametricRectifier: BinaryOperation {
  func apply<T: Number>(_ a: T, _ b: T) -> T { a < .zero ? a.times(b) : a }
}

extension Call {
  /// All inputs from left to right.
  fileprivate func fold(_ operation: some BinaryOperation) throws -> Tensor {
    var result = try tensor(0)
    for index in inputs.indices.dropFirst() {
      result = try combine(result, try tensor(index), operation)
    }
    return result
  }

  fileprivate func bools(_ body: (UInt8, UInt8) -> UInt8) throws -> Tensor {
    let (a, b) = (try tensor(0), try tensor(1))
    for (index, input) in [a, b].enumerated() where input.elementType != .bool {
      throw OperatorError.wrongType(input: index, input.elementType)
    }
    return try zip(a, b, (UInt8.self, UInt8.self, UInt8.self), as: .bool, body)
  }

  // Integers by their bits; what is shifted out of a narrow type is cut off at the end.
  fileprivate func bits(_ body: (UInt64, UInt64) -> UInt64) throws -> Tensor {
    let (a, b) = (try tensor(0), try tensor(1))
    guard a.elementType == b.elementType else {
      throw OperatorError.typesDiffer(a.elementType, b.elementType)
    }
    guard let x = a.integers(), let y = b.integers() else {
      throw OperatorError.wrongType(input: 0, a.elementType)
    }
    let wide = try zip(
      try make(a.shape, x), try make(b.shape, y), (Int64.self, Int64.self, Int64.self)
    ) { Int64(bitPattern: body(UInt64(bitPattern: $0), UInt64(bitPattern: $1))) }
    guard let result = try wide.cast(to: a.elementType, .init(budget: budget)) else {
      throw OperatorError.wrongType(input: 0, a.elementType)
    }
    return result
  }

  fileprivate func pairText(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let shape = try Broadcast.shape([a.shape, b.shape])
    let (x, y) = (
      try a.broadcast(to: shape, budget: budget).text,
      try b.broadcast(to: shape, budget: budget).text
    )
    return try Tensor(
      shape, Swift.zip(x, y).map { $0 == $1 ? 1 : 0 as UInt8 }, as: .bool, budget: budget)
  }

  /// The base's type is the result's; the exponent may be of another.
  fileprivate func power() throws -> Tensor {
    let (base, exponent) = (try tensor(0), try tensor(1))
    let type = base.elementType
    switch type {
    case .float32, .float64:
      guard let exponent = try exponent.cast(to: type, .init(budget: budget)) else {
        throw OperatorError.wrongType(input: 1, exponent.elementType)
      }
      return type == .float32
        ? try zip(base, exponent, (Float.self, Float.self, Float.self), Float.pow)
        : try zip(base, exponent, (Double.self, Double.self, Double.self), Double.pow)
    case .int32, .int64:
      guard let x = base.integers() else { throw OperatorError.wrongType(input: 0, type) }
      let wide = try make(base.shape, x)
      let powers: Tensor
      if let y = exponent.integers() {
        powers = try zip(
          wide, try make(exponent.shape, y), (Int64.self, Int64.self, Int64.self)
        ) { $0.power($1) }
      } else {
        guard let y = exponent.doubles() else {
          throw OperatorError.wrongType(input: 1, exponent.elementType)
        }
        powers = try zip(
          wide, try make(exponent.shape, y), (Int64.self, Double.self, Int64.self)
        ) { Int64(nearest: Double.pow(Double($0), $1)) }
      }
      guard let result = try powers.cast(to: type, .init(budget: budget)) else {
        throw OperatorError.wrongType(input: 0, type)
      }
      return result
    default: throw OperatorError.wrongType(input: 0, type)
    }
  }
}

extension Int64 {
  /// Wraps around. A negative exponent gives what dividing 1 gives.
  func power(_ exponent: Int64) -> Int64 {
    guard exponent >= 0 else {
      return self == 1 ? 1 : self == -1 ? (exponent & 1 == 0 ? 1 : -1) : 0
    }
    var (result, base, rest) = (Int64(1), self, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result &*= base }
      base &*= base
      rest >>= 1
    }
    return result
  }
}
