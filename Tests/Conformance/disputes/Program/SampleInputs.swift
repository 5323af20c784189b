internal import ModelFixtures
internal import REE

/// Inputs for a model, from what it declares.
enum SampleInputs {
  private static let lengthOfUnknown = 24

  static func make(_ model: Model) throws -> [String: Value] {
    var random = RandomNumbers(seed: 5)
    var values: [String: Value] = [:]
    for input in model.requiredInputs {
      guard case .tensor(let type, let dimensions) = model.type(of: input) else { continue }
      var isFirst = true
      let shape = (dimensions ?? []).map { dimension in
        defer { isFirst = false }
        if case .fixed(let size) = dimension { return size }
        return isFirst ? 1 : lengthOfUnknown
      }
      let count = shape.reduce(1, *)
      let type_ = type ?? .float32
      let bytes: [UInt8] = (0..<count).flatMap { index -> [UInt8] in
        switch type_ {
        case .float32: littleEndian(random.float().bitPattern)
        case .int64: littleEndian(UInt64(index % 2 == 0 ? 1 : random.next() % 2))
        case .int32: littleEndian(UInt32(random.next() % 2))
        default: [UInt8](repeating: 1, count: type_.sizeBytes)
        }
      }
      values[model.name(of: input)] = .tensor(try Tensor(type_, shape, bytes: bytes))
    }
    return values
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    stride(from: 0, to: value.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}

extension GraphCases {
  /// Products with weights and without, operands that repeat, rows, movements.
  static func smallGraph() -> [UInt8] {
    var random = RandomNumbers(seed: 9)
    func weight(_ name: String, _ shape: [Int]) -> Message {
      ONNX.floats(name, shape, (0..<shape.reduce(1, *)).map { _ in random.float() })
    }
    return ONNX.model(
      ONNX.graph(
        [
          ONNX.node("MatMul", ["x", "w"], ["h"]),
          ONNX.node("Add", ["h", "bias"], ["a"]),
          ONNX.node("Relu", ["a"], ["r"]),
          ONNX.node("Transpose", ["r"], ["t"], [ONNX.ints("perm", [0, 2, 1])]),
          ONNX.node("MatMul", ["r", "t"], ["scores"]),
          ONNX.node("Softmax", ["scores"], ["p"], [ONNX.int("axis", -1)]),
          ONNX.node("MatMul", ["p", "r"], ["mixed"]),
          ONNX.node("Mul", ["mixed", "r"], ["gated"]),
          ONNX.node("Sub", ["gated", "a"], ["rest"]),
          ONNX.node("LayerNormalization", ["rest", "gamma", "beta"], ["y"]),
        ], inputs: [ONNX.value("x", 1, [1, 6, 300])], outputs: [ONNX.value("y")],
        initializers: [
          weight("w", [300, 70]), weight("bias", [70]), weight("gamma", [70]),
          weight("beta", [70]),
        ]))
  }
}
