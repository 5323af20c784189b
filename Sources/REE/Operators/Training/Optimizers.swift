extension OperatorCatalogue {
  private static let domain = "ai.onnx.preview.training"

  static let optimizers: [Operator] = [
    Operator("Momentum", domain: domain, values: { try $0.optimize(.momentum($0)) }),
    Operator("Adagrad", domain: domain, values: { try $0.optimize(.adagrad($0)) }),
    Operator("Adam", domain: domain, values: { try $0.optimize(.adam($0)) }),
  ]
}

/// How a parameter and its state move along a gradient; each operation is rounded on its own.
private enum Optimizer {
  case momentumRule(norm: Float, alpha: Float, beta: Float, isNesterov: Bool)
  case adagradRule(norm: Float, epsilon: Float, decay: Float)
  case adamRule(norm: Float, normAfter: Float, alpha: Float, beta: Float, epsilon: Float)

  static func momentum(_ call: Call) throws -> Optimizer {
    let mode = try call.string("mode", default: "")
    guard mode == "standard" || mode == "nesterov" else {
      throw OperatorError.attributeValue("mode")
    }
    return .momentumRule(
      norm: try call.float("norm_coefficient", default: 0),
      alpha: try call.float("alpha", default: 0), beta: try call.float("beta", default: 0),
      isNesterov: mode == "nesterov")
  }

  static func adagrad(_ call: Call) throws -> Optimizer {
    .adagradRule(
      norm: try call.float("norm_coefficient", default: 0),
      epsilon: try call.float("epsilon", default: 1e-6),
      decay: try call.float("decay_factor", default: 0))
  }

  static func adam(_ call: Call) throws -> Optimizer {
    .adamRule(
      norm: try call.float("norm_coefficient", default: 0),
      normAfter: try call.float("norm_coefficient_post", default: 0),
      alpha: try call.float("alpha", default: 0.9), beta: try call.float("beta", default: 0.999),
      epsilon: try call.float("epsilon", default: 1e-6))
  }

  var stateCount: Int {
    if case .adamRule = self { 2 } else { 1 }
  }

  /// - Parameter state: One element of each state tensor; replaced by the new ones.
  func step<T: Real>(_ x: T, _ gradient: T, _ state: inout [T], rate: T, time: Int64) -> T {
    switch self {
    case .momentumRule(let norm, let alpha, let beta, let isNesterov):
      let g = T(norm) * x + gradient
      state[0] = T(alpha) * state[0] + (time > 0 ? T(beta) : 1) * g
      return x - rate * (isNesterov ? g + T(alpha) * state[0] : state[0])
    case .adagradRule(let norm, let epsilon, let decay):
      let g = T(norm) * x + gradient
      state[0] = state[0] + g * g
      let slowed = rate / (1 + T(time) * T(decay))
      return x - slowed * g / (state[0].squareRoot() + T(epsilon))
    case .adamRule(let norm, let normAfter, let alpha, let beta, let epsilon):
      let g = T(norm) * x + gradient
      state[0] = T(alpha) * state[0] + (1 - T(alpha)) * g
      state[1] = T(beta) * state[1] + (1 - T(beta)) * (g * g)
      var adjusted = rate
      if time > 0 {
        adjusted =
          rate * (1 - T.pow(T(beta), T(time))).squareRoot() / (1 - T.pow(T(alpha), T(time)))
      }
      let moved = x - adjusted * (state[0] / (state[1].squareRoot() + T(epsilon)))
      return (1 - T(normAfter)) * moved
    }
  }
}

private struct OptimizerStep: RealVisitor {
  let x: Tensor
  let gradient: Tensor
  let states: [Tensor]
  let rate: Double
  let time: Int64
  let optimizer: Optimizer
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> [Tensor] {
    let results = try (0...states.count).map { _ in try call.make(T.self, x.shape) }
    let (values, gradients) = (x.elements(T.self), gradient.elements(T.self))
    let old = states.map { $0.elements(T.self) }
    for index in 0..<x.count {
      var state = old.map { $0[index] }
      results[0][index] = optimizer.step(
        values[index], gradients[index], &state, rate: T(rate), time: time)
      for (place, value) in state.enumerated() { results[place + 1][index] = value }
    }
    return results.map(\.tensor)
  }
}

extension Call {
  // Rate and time, then all parameters, all gradients and all states; the outputs likewise.
  fileprivate func optimize(_ optimizer: Optimizer) throws -> [Value?] {
    let kinds = 2 + optimizer.stateCount
    guard inputs.count > 2, (inputs.count - 2) % kinds == 0 else {
      throw OperatorError.missingInput(inputs.count)
    }
    let count = (inputs.count - 2) / kinds
    var outputs = [Value?](repeating: nil, count: count * (kinds - 1))
    for index in 0..<count {
      let parts = try (0..<kinds).map { try tensor(2 + $0 * count + index) }
      for part in parts
      where part.shape != parts[0].shape || part.elementType != parts[0].elementType {
        throw OperatorError.shapesDiffer(parts[0].shape, part.shape)
      }
      let visitor = OptimizerStep(
        x: parts[0], gradient: parts[1], states: Array(parts[2...]), rate: try number(0),
        time: Int64(try int(1)), optimizer: optimizer, call: self)
      guard let results = try parts[0].elementType.visit(visitor) else {
        throw OperatorError.wrongType(input: 2, parts[0].elementType)
      }
      for (place, result) in results.enumerated() {
        outputs[place * count + index] = .tensor(result)
      }
    }
    return outputs
  }
}
