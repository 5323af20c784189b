/// A function of one real number.
protocol RealFunction: Sendable {
  func apply<T: Real>(_ x: T) -> T
}

/// A function of one number of any type.
protocol NumberFunction: Sendable {
  func apply<T: Number>(_ x: T) -> T
}

extension Call {
  func map(_ function: some RealFunction, _ input: Int = 0) throws -> Tensor {
    let tensor = try tensor(input)
    guard
      let result = try tensor.elementType.visit(RealMap(x: tensor, function: function, call: self))
    else { throw OperatorError.wrongType(input: input, tensor.elementType) }
    return result
  }

  func map(_ function: some NumberFunction, _ input: Int = 0) throws -> Tensor {
    let tensor = try tensor(input)
    guard
      let result = try tensor.elementType.visit(
        NumberMap(x: tensor, function: function, call: self))
    else { throw OperatorError.wrongType(input: input, tensor.elementType) }
    return result
  }

  @inline(__always)
  func map<A: Element, B: Element>(
    _ x: Tensor, _ types: (A.Type, B.Type), as elementType: ElementType = B.elementType,
    _ body: (A) -> B
  ) throws -> Tensor {
    let result = try make(B.self, x.shape, as: elementType)
    let values = x.elements(A.self)
    for index in 0..<result.count { result[index] = body(values[index]) }
    return result.tensor
  }
}

private struct RealMap<F: RealFunction>: RealVisitor {
  let x: Tensor
  let function: F
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    try call.map(x, (T.self, T.self)) { function.apply($0) }
  }
}

private struct NumberMap<F: NumberFunction>: NumberVisitor {
  let x: Tensor
  let function: F
  let call: Call

  func visit<T: Number>(_ type: T.Type) throws -> Tensor {
    try call.map(x, (T.self, T.self)) { function.apply($0) }
  }
}

struct AbsoluteValue: NumberFunction { func apply<T: Number>(_ x: T) -> T { x.absolute } }
struct Negation: NumberFunction { func apply<T: Number>(_ x: T) -> T { x.negated } }
struct SignFunction: NumberFunction { func apply<T: Number>(_ x: T) -> T { x.signum } }
struct Rectifier: NumberFunction {
  func apply<T: Number>(_ x: T) -> T { x.largest(.zero) }
}

/// The functions of neural networks that are made of elementary ones, in the order written here.
enum Activation: RealFunction {
  case ceiling, floor, round, reciprocal, squareRoot
  case exp, log, tanh, erf, sin, cos, tan, asin, acos, atan, sinh, cosh, asinh, acosh, atanh
  case sigmoid, softplus, softsign, gelu, geluTanh, mish
  case leaky(Float)
  case elu(Float)
  case celu(Float)
  case selu(alpha: Float, gamma: Float)
  case hardSigmoid(alpha: Float, beta: Float)
  case hardSwish
  case swish(Float)
  case thresholded(Float)
  case shrink(bias: Float, lambd: Float)
  case affine(alpha: Float, beta: Float)
  case scaledTanh(alpha: Float, beta: Float)
  case rectifier

  func apply<T: Real>(_ x: T) -> T {
    switch self {
    case .ceiling: x.rounded(.up)
    case .floor: x.rounded(.down)
    case .round: x.rounded(.toNearestOrEven)
    case .reciprocal: 1 / x
    case .squareRoot: x.squareRoot()
    case .exp: T.exp(x)
    case .log: T.log(x)
    case .tanh: T.tanh(x)
    case .erf: T.erf(x)
    case .sin: T.sin(x)
    case .cos: T.cos(x)
    case .tan: T.tan(x)
    case .asin: T.asin(x)
    case .acos: T.acos(x)
    case .atan: T.atan(x)
    case .sinh: T.sinh(x)
    case .cosh: T.cosh(x)
    case .asinh: T.asinh(x)
    case .acosh: T.acosh(x)
    case .atanh: T.atanh(x)
    case .sigmoid: T.sigmoid(x)
    case .softplus: T.softplus(x)
    case .softsign: x / (1 + x.magnitude)
    case .gelu: T.gelu(x)
    case .geluTanh:
      (x * 0.5) * (1 + T.tanh(T(0.7978845608028654) * (x + T(0.044715) * (x * x * x))))
    case .mish: x * T.tanh(T.softplus(x))
    case .leaky(let alpha): x > 0 ? x : T(alpha) * x
    case .elu(let alpha): x < 0 ? T(alpha) * (T.exp(x) - 1) : x
    case .celu(let alpha): x < 0 ? T(alpha) * (T.exp(x / T(alpha)) - 1) : x
    case .selu(let alpha, let gamma):
      x > 0 ? T(gamma) * x : T(gamma) * (T(alpha) * T.exp(x) - T(alpha))
    case .hardSigmoid(let alpha, let beta): T(0).largest(T(1).smallest(T(alpha) * x + T(beta)))
    case .hardSwish: x * T.clamp(x * T(1.0 / 6.0) + 0.5, 0, 1)
    case .swish(let alpha): x * T.sigmoid(T(alpha) * x)
    case .thresholded(let alpha): x > T(alpha) ? x : 0
    case .shrink(let bias, let lambd):
      x < -T(lambd) ? x + T(bias) : x > T(lambd) ? x - T(bias) : 0
    case .affine(let alpha, let beta): T(alpha) * x + T(beta)
    case .scaledTanh(let alpha, let beta): T(alpha) * T.tanh(T(beta) * x)
    case .rectifier: x < 0 ? 0 : x
    }
  }
}

extension Real {
  static func clamp(_ x: Self, _ low: Self, _ high: Self) -> Self {
    x < low ? low : x > high ? high : x
  }
}

extension OperatorCatalogue {
  private static func activation(
    _ name: String, _ opsets: ClosedRange<Int>, _ function: Activation
  ) -> Operator {
    Operator(name, opsets: opsets) { try $0.map(function) }
  }

  static let unary: [Operator] = [
    Operator("Abs", opsets: 6...28) { try $0.map(AbsoluteValue()) },
    Operator("Neg", opsets: 6...28) { try $0.map(Negation()) },
    Operator("Sign", opsets: 9...28) { try $0.map(SignFunction()) },
    Operator("Relu", opsets: 6...28) { try $0.map(Rectifier()) },
    activation("Ceil", 6...28, .ceiling),
    activation("Floor", 6...28, .floor),
    activation("Round", 11...28, .round),
    activation("Reciprocal", 6...28, .reciprocal),
    activation("Sqrt", 6...28, .squareRoot),
    activation("Exp", 6...28, .exp),
    activation("Log", 6...28, .log),
    activation("Tanh", 6...28, .tanh),
    activation("Erf", 9...28, .erf),
    activation("Sin", 7...28, .sin),
    activation("Cos", 7...28, .cos),
    activation("Tan", 7...28, .tan),
    activation("Asin", 7...28, .asin),
    activation("Acos", 7...28, .acos),
    activation("Atan", 7...28, .atan),
    activation("Sinh", 9...28, .sinh),
    activation("Cosh", 9...28, .cosh),
    activation("Asinh", 9...28, .asinh),
    activation("Acosh", 9...28, .acosh),
    activation("Atanh", 9...28, .atanh),
    activation("Sigmoid", 6...28, .sigmoid),
    activation("Softplus", 1...28, .softplus),
    activation("Softsign", 1...28, .softsign),
    activation("Mish", 18...28, .mish),
    activation("HardSwish", 14...28, .hardSwish),
    Operator("LeakyRelu", opsets: 6...28) {
      try $0.map(Activation.leaky($0.float("alpha", default: 0.01)))
    },
    Operator("Elu", opsets: 6...28) { try $0.map(Activation.elu($0.float("alpha", default: 1))) },
    Operator("Celu", opsets: 12...28) {
      try $0.map(Activation.celu($0.float("alpha", default: 1)))
    },
    Operator("Selu", opsets: 6...28) {
      try $0.map(
        Activation.selu(
          alpha: $0.float("alpha", default: 1.67326319217681884765625),
          gamma: $0.float("gamma", default: 1.05070102214813232421875)))
    },
    Operator("HardSigmoid", opsets: 6...28) {
      try $0.map(
        Activation.hardSigmoid(
          alpha: $0.float("alpha", default: 0.2), beta: $0.float("beta", default: 0.5)))
    },
    Operator("Swish", opsets: 24...28) {
      try $0.map(Activation.swish($0.float("alpha", default: 1)))
    },
    Operator("ThresholdedRelu", opsets: 10...28) {
      try $0.map(Activation.thresholded($0.float("alpha", default: 1)))
    },
    Operator("Gelu", opsets: 20...28) { call in
      switch try call.string("approximate", default: "none") {
      case "none": try call.map(Activation.gelu)
      case "tanh": try call.map(Activation.geluTanh)
      default: throw OperatorError.attributeValue("approximate")
      }
    },
    Operator("Shrink", opsets: 9...28) { call in
      let (bias, lambd) = (
        try call.float("bias", default: 0), try call.float("lambd", default: 0.5)
      )
      let x = try call.tensor(0)
      let function = Activation.shrink(bias: bias, lambd: lambd)
      guard x.elementType.isInteger, let wide = try x.cast(to: .float64) else {
        return try call.map(function)
      }
      let result = try call.map(wide, (Double.self, Double.self)) { function.apply($0) }
      guard let narrow = try result.cast(to: x.elementType) else {
        throw OperatorError.wrongType(input: 0, x.elementType)
      }
      return narrow
    },
    Operator("Not", opsets: 1...28, .exact) { call in
      let x = try call.tensor(0)
      guard x.elementType == .bool else { throw OperatorError.wrongType(input: 0, x.elementType) }
      return try call.map(x, (UInt8.self, UInt8.self), as: .bool) { 1 - $0 }
    },
    Operator("BitwiseNot", opsets: 18...28, .exact) { call in
      let x = try call.tensor(0)
      guard let values = x.integers(), x.elementType != .bool,
        let result = try Tensor.make(
          x.shape, integers: values.map { ~$0 }, x.elementType, .init(budget: call.budget))
      else { throw OperatorError.wrongType(input: 0, x.elementType) }
      return result
    },
    Operator("IsNaN", opsets: 9...28, .exact) { call in
      let x = try call.tensor(0)
      guard let values = x.doubles() else { throw OperatorError.wrongType(input: 0, x.elementType) }
      return try Tensor(
        x.shape, values.map { $0.isNaN ? 1 : 0 as UInt8 }, as: .bool, budget: call.budget)
    },
    Operator("IsInf", opsets: 10...28, .exact) { call in
      let x = try call.tensor(0)
      let positive = try call.flag("detect_positive", default: true)
      let negative = try call.flag("detect_negative", default: true)
      guard let values = x.doubles() else { throw OperatorError.wrongType(input: 0, x.elementType) }
      return try Tensor(
        x.shape,
        values.map { $0.isInfinite && ($0 > 0 ? positive : negative) ? 1 : 0 as UInt8 },
        as: .bool, budget: call.budget)
    },
    Operator("Clip", opsets: 6...28) { try $0.clip() },
  ]
}

extension Call {
  // The bounds were attributes until version 11, and are inputs since.
  fileprivate func clip() throws -> Tensor {
    let x = try tensor(0)
    var result = x
    let low: Tensor?
    let high: Tensor?
    if opset < 11 {
      low = try float("min").map { try Tensor([], [$0]) }
      high = try float("max").map { try Tensor([], [$0]) }
    } else {
      (low, high) = (try optionalTensor(1), try optionalTensor(2))
    }
    if let low {
      guard let low = try low.cast(to: x.elementType) else {
        throw OperatorError.wrongType(input: 1, low.elementType)
      }
      guard low.count == 1 else { throw OperatorError.shape(input: 1, low.shape) }
      result = try combine(result, try low.reshaped([]), Maximum())
    }
    if let high {
      guard let high = try high.cast(to: x.elementType) else {
        throw OperatorError.wrongType(input: 2, high.elementType)
      }
      guard high.count == 1 else { throw OperatorError.shape(input: 2, high.shape) }
      result = try combine(result, try high.reshaped([]), Minimum())
    }
    return result
  }
}
