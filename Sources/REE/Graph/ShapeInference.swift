/// What is known about a value once the inputs' shapes are.
struct KnownValue: Sendable {
  var elementType: ElementType
  var shape: [Int]
  /// The elements, if they are few and known already.
  var constant: Tensor?

  var sizeBytes: Int {
    (try? Tensor.count(of: shape, elementType)).map { $0 * elementType.sizeBytes } ?? 0
  }
}

/// Finds the shapes of a node's outputs without computing them.
///
/// Small results that depend on shapes and constants alone are computed, since they are the shapes of
/// what follows.
enum ShapeInference {
  static let constantCountMax = 4096

  /// `nil`: nothing is known.
  static func infer(
    _ node: Node, _ operation: Operator, _ inputs: [KnownValue?]
  ) -> [KnownValue?]? {
    let call = Call(
      node: node, inputs: inputs.map { $0?.constant.map { .tensor($0) } },
      budget: MemoryBudget(limit: constantCountMax * 8), implementation: .reference
    ) { name, _ in throw OperatorError.missingAttribute(name) }
    if let known = compute(call, operation, inputs) { return known }
    guard node.operation.domain.isEmpty, let rule = rules[node.operation.name] else { return nil }
    return try? rule(call, inputs)
  }

  private static func compute(
    _ call: Call, _ operation: Operator, _ inputs: [KnownValue?]
  ) -> [KnownValue?]? {
    let name = call.node.operation.name
    if name == "Shape" || name == "Size", let x = inputs.first ?? nil {
      var call = call
      let isShape = name == "Shape"
      let sizes = x.shape.map { Int64($0) }
      guard let shape = try? Tensor([sizes.count], sizes) else { return nil }
      guard isShape else {
        let count = (try? Tensor([], [sizes.reduce(1, *)])) ?? shape
        return [KnownValue(elementType: .int64, shape: [], constant: count)]
      }
      // A vector of as many elements as there are dimensions has the wanted slice.
      let rank = sizes.count
      let start = clamp((try? call.int("start", default: 0)) ?? 0, rank)
      let end = clamp((try? call.int("end", default: rank)) ?? rank, rank)
      call.inputs = []
      let part = start < end ? Array(sizes[start..<end]) : []
      guard let constant = try? Tensor([part.count], part) else { return nil }
      return [KnownValue(elementType: .int64, shape: [part.count], constant: constant)]
    }
    guard call.node.captures.isEmpty,
      !call.node.attributes.values.contains(where: { if case .graph = $0 { true } else { false } }),
      zip(call.node.inputs, inputs).allSatisfy({ $0 == nil || $1?.constant != nil }),
      inputs.reduce(0, { $0 + ($1?.constant?.count ?? 0) }) <= constantCountMax,
      !call.node.inputs.isEmpty, let outputs = try? operation.apply(call)
    else { return nil }
    return outputs.map { value in
      value?.tensor.map {
        KnownValue(elementType: $0.elementType, shape: $0.shape, constant: $0)
      }
    }
  }

  private static func clamp(_ axis: Int, _ rank: Int) -> Int {
    min(max(axis < 0 ? axis &+ rank : axis, 0), rank)
  }
}

extension ShapeInference {
  typealias Rule = @Sendable (Call, [KnownValue?]) throws -> [KnownValue?]

  private static let rules: [String: Rule] = {
    var rules: [String: Rule] = [:]
    for name in sameAsFirst { rules[name] = { _, inputs in [try known(inputs, 0).bare] } }
    for name in broadcast {
      rules[name] = { _, inputs in
        let all = try inputs.indices.map { try known(inputs, $0) }
        return [
          KnownValue(
            elementType: try known(inputs, 0).elementType,
            shape: try Broadcast.shape(all.map(\.shape)))
        ]
      }
    }
    for name in questions {
      rules[name] = { _, inputs in
        let all = try inputs.indices.map { try known(inputs, $0) }
        return [KnownValue(elementType: .bool, shape: try Broadcast.shape(all.map(\.shape)))]
      }
    }
    for (name, version) in reductions {
      rules[name] = { call, inputs in [try reduced(call, inputs, version)] }
    }
    return rules.merging(special) { first, _ in first }
  }()

  static func known(_ inputs: [KnownValue?], _ index: Int) throws -> KnownValue {
    guard index < inputs.count, let value = inputs[index] else {
      throw OperatorError.missingInput(index)
    }
    return value
  }

  private static let sameAsFirst = [
    "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BatchNormalization", "Ceil", "Celu",
    "Clip", "Cos", "Cosh", "CumSum", "Dropout", "Elu", "Erf", "Exp", "Floor", "Gelu",
    "GroupNormalization", "HardSigmoid", "HardSwish", "Hardmax", "Identity",
    "InstanceNormalization", "LRN", "LayerNormalization", "LeakyRelu", "Log", "LogSoftmax",
    "LpNormalization", "Mish", "Neg", "RMSNormalization", "Reciprocal", "Relu", "RotaryEmbedding",
    "Round", "ScatterElements", "ScatterND", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh",
    "Softmax", "Softplus", "Softsign", "Sqrt", "SwiGLU", "Swish", "Tan", "Tanh",
    "ThresholdedRelu", "Trilu",
  ]
  private static let broadcast = [
    "Add", "Sub", "Mul", "Div", "Mod", "Pow", "Max", "Min", "Sum", "Mean", "PRelu", "And", "Or",
    "Xor", "BitwiseAnd", "BitwiseOr", "BitwiseXor",
  ]
  private static let questions = [
    "Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "Not", "IsNaN", "IsInf",
  ]
  /// Since which version the axes are an input.
  private static let reductions = [
    "ReduceSum": 13, "ReduceMean": 18, "ReduceMax": 18, "ReduceMin": 18, "ReduceProd": 18,
    "ReduceL1": 18, "ReduceL2": 18, "ReduceSumSquare": 18, "ReduceLogSum": 18,
    "ReduceLogSumExp": 18,
  ]

  private static func reduced(
    _ call: Call, _ inputs: [KnownValue?], _ version: Int
  ) throws -> KnownValue {
    let x = try known(inputs, 0)
    if call.opset >= version, call.node.inputs.count > 1, call.node.inputs[1] != nil, !call.has(1) {
      throw OperatorError.missingInput(1)
    }
    let given = try call.opset < version ? call.ints("axes") : call.optionalInts(1)
    let keeps = try call.flag("keepdims", default: true)
    if given?.isEmpty ?? true, try call.opset >= version && call.flag("noop_with_empty_axes") {
      return x.bare
    }
    let axes =
      try given.flatMap { $0.isEmpty ? nil : try $0.axes(rank: x.shape.count) }
      ?? Array(x.shape.indices)
    return KnownValue(
      elementType: x.elementType,
      shape: x.shape.indices.compactMap {
        axes.contains($0) ? (keeps ? 1 : nil) : x.shape[$0]
      })
  }
}

extension KnownValue {
  /// What a constant is; its elements too if they are few.
  init(constant tensor: Tensor) {
    self.init(
      elementType: tensor.elementType, shape: tensor.shape,
      constant: tensor.count <= ShapeInference.constantCountMax ? tensor : nil)
  }

  /// Without its elements.
  var bare: KnownValue { KnownValue(elementType: elementType, shape: shape) }

  func reshaped(_ shape: [Int]) -> KnownValue { KnownValue(elementType: elementType, shape: shape) }
}
