import ModelFixtures
import REE
import Synchronization
import Testing

/// What is computed together has the bits of what is computed one by one, and counts as much.
@Suite
struct FusionTests {
  private static func numbers(_ count: Int, seed: UInt64 = 1) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / Float(1 << 29)
    }
  }

  private static func tensor(_ shape: [Int], seed: UInt64 = 1) throws -> Tensor {
    try Tensor(floats: numbers(shape.reduce(1, *), seed: seed), shape: shape)
  }

  /// Runs a model by kernels, by definitions and observed, and compares all three.
  @discardableResult
  private func same(
    _ nodes: [Message], _ inputs: [String: Tensor], initializers: [Message],
    outputs: [String] = ["y"]
  ) throws -> Executor.Outcome {
    let graph = ONNX.graph(
      nodes,
      inputs: inputs.keys.sorted().map {
        ONNX.value($0, Int(inputs[$0]?.elementType.rawValue ?? 1))
      }, outputs: outputs.map { ONNX.value($0, 0) }, initializers: initializers)
    let executor = try Executor(Model(onnx: ONNX.model(graph)))
    let values = inputs.mapValues { Value.tensor($0) }
    var reference = Executor.Options()
    reference.implementation = .reference
    var observed = Executor.Options()
    let seen = Mutex<[Int]>([])
    observed.observe = { node in seen.withLock { $0.append(node.number) } }

    let fast = try executor.run(values)

    for other in [try executor.run(values, reference), try executor.run(values, observed)] {
      #expect(other.multiplyAdds == fast.multiplyAdds)
      for (mine, theirs) in zip(fast.outputs, other.outputs) {
        #expect(mine.value.isIdentical(to: theirs.value), "\(mine.name)")
      }
    }
    #expect(seen.withLock { $0 } == Array(executor.model.graph.nodes.indices))
    if let planned = executor.plan(values).peakBytes { #expect(fast.peakBytes <= planned) }
    return fast
  }

  private static let weights = ONNX.floats("w", [300, 40], numbers(12_000, seed: 2))
  private static let bias = ONNX.floats("b", [40], numbers(40, seed: 3))

  @Test(arguments: ["Relu", "Sigmoid", "Tanh"])
  func `a product with bias, residual and activation`(activation: String) throws {
    try same(
      [
        ONNX.node("MatMul", ["x", "w"], ["p"]), ONNX.node("Add", ["b", "p"], ["q"]),
        ONNX.node("Add", ["q", "r"], ["s"]), ONNX.node(activation, ["s"], ["y"]),
      ], ["x": try Self.tensor([2, 7, 300]), "r": try Self.tensor([2, 7, 40], seed: 4)],
      initializers: [Self.weights, Self.bias])
  }

  @Test
  func `a residual that repeats is added by itself`() throws {
    try same(
      [
        ONNX.node("MatMul", ["x", "w"], ["p"]), ONNX.node("Add", ["p", "r"], ["y"]),
      ], ["x": try Self.tensor([2, 7, 300]), "r": try Self.tensor([2, 1, 40], seed: 4)],
      initializers: [Self.weights])
  }

  @Test
  func `a turned matrix of Gemm is packed once`() throws {
    let turned = ONNX.floats("w", [40, 300], Self.numbers(12_000, seed: 2))
    try same(
      [
        ONNX.node("Gemm", ["x", "w", "b"], ["p"], [ONNX.int("transB", 1)]),
        ONNX.node("Relu", ["p"], ["y"]),
      ], ["x": try Self.tensor([5, 300])], initializers: [turned, Self.bias])
  }

  @Test
  func `what others read is not passed over`() throws {
    try same(
      [
        ONNX.node("MatMul", ["x", "w"], ["p"]), ONNX.node("Add", ["p", "b"], ["q"]),
        ONNX.node("Neg", ["q"], ["y"]), ONNX.node("Abs", ["y"], ["z"]),
        ONNX.node("Exp", ["z"], ["u"]),
      ], ["x": try Self.tensor([3, 300])], initializers: [Self.weights, Self.bias],
      outputs: ["q", "y", "u"])
  }

  @Test(arguments: [[2, 3000], [7], [1, 5, 40]])
  func `the error function's gate as exporters write it`(shape: [Int]) throws {
    try same(
      [
        ONNX.node("Div", ["x", "root"], ["a"]), ONNX.node("Erf", ["a"], ["b"]),
        ONNX.node("Add", ["b", "one"], ["c"]), ONNX.node("Mul", ["half", "c"], ["d"]),
        ONNX.node("Mul", ["x", "d"], ["y"]),
      ], ["x": try Self.tensor(shape)],
      initializers: [
        ONNX.floats("root", [], [1.414_213_5]), ONNX.floats("one", [], [1]),
        ONNX.floats("half", [], [0.5]),
      ])
  }

  @Test
  func `a chain with rows, bounds and not a number`() throws {
    var values = Self.numbers(8200)
    values[3] = .nan
    values[4] = .infinity
    try same(
      [
        ONNX.node("Mul", ["x", "row"], ["a"]), ONNX.node("Clip", ["a", "low", "high"], ["b"]),
        ONNX.node("Sub", ["one", "b"], ["c"]), ONNX.node("Sqrt", ["c"], ["d"]),
        ONNX.node("Div", ["d", "x"], ["y"]),
      ], ["x": try Tensor(floats: values, shape: [2, 4100])],
      initializers: [
        ONNX.floats("row", [4100], Self.numbers(4100, seed: 5)), ONNX.floats("low", [], [-1]),
        ONNX.floats("high", [], [2]), ONNX.floats("one", [1], [1]),
      ])
  }

  @Test
  func `sums of 8-bit integers become numbers in one step`() throws {
    let bytes = Self.numbers(12_000, seed: 2).map {
      UInt8(bitPattern: Int8(clamping: Int($0 * 30)))
    }
    for (type, zero) in [(3, Int8(-3)), (2, 7)] {
      try same(
        [
          ONNX.node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
          ONNX.node("MatMulInteger", ["q", "w", "z", "wz"], ["i"]),
          ONNX.node("Cast", ["i"], ["f"], [ONNX.int("to", 1)]),
          ONNX.node("Mul", ["s", "ws"], ["t"]), ONNX.node("Mul", ["f", "t"], ["m"]),
          ONNX.node("Add", ["m", "b"], ["y"]),
        ], ["x": try Self.tensor([2, 9, 299])],
        initializers: [
          ONNX.tensor("w", type, [299, 40], raw: Array(bytes.prefix(299 * 40))),
          ONNX.tensor("wz", type, [], raw: [UInt8(bitPattern: zero)]),
          ONNX.floats("ws", [], [0.02]), Self.bias,
        ])
    }
  }

  @Test
  func `weights that are made from constants are made once`() throws {
    let bytes = (0..<12_000).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let outcome = try same(
      [
        ONNX.node("Cast", ["i"], ["f"], [ONNX.int("to", 1)]),
        ONNX.node("Mul", ["f", "scale"], ["w"]), ONNX.node("MatMul", ["x", "w"], ["y"]),
      ], ["x": try Self.tensor([4, 300])],
      initializers: [
        ONNX.tensor("i", 3, [300, 40], raw: bytes), ONNX.floats("scale", [], [0.5]),
      ])

    #expect(outcome.multiplyAdds == 12_000 + 4 * 300 * 40)
    #expect(outcome.peakBytes == 4 * 40 * 4)
  }

  @Test
  func `a constant that would be huge is not made beforehand`() throws {
    let graph = ONNX.graph(
      [ONNX.node("Add", ["tall", "wide"], ["y"])], outputs: [ONNX.value("y")],
      initializers: [
        ONNX.floats("tall", [8192, 1], Self.numbers(8192)),
        ONNX.floats("wide", [1, 8192], Self.numbers(8192)),
      ])
    let executor = try Executor(Model(onnx: ONNX.model(graph)))
    var options = Executor.Options()
    options.memoryMax = 1 << 20

    #expect(executor.plan([:]).weightsBytes < 1 << 20)
    #expect(throws: ExecutionError.self) { try executor.run([:], options) }
  }

  @Test
  func `axes change places, and choices are made, as defined`() throws {
    try same(
      [
        ONNX.node("Transpose", ["x"], ["t"], [ONNX.ints("perm", [0, 2, 1, 3])]),
        ONNX.node("Transpose", ["x"], ["u"], [ONNX.ints("perm", [3, 1, 0, 2])]),
        ONNX.node("IsNaN", ["x"], ["n"]), ONNX.node("Where", ["n", "zero", "x"], ["v"]),
        ONNX.node("Where", ["m", "x", "zero"], ["w"]),
      ],
      [
        "x": try Self.tensor([2, 3, 5, 7]),
        "m": try Tensor(bools: (0..<15).map { $0 % 3 == 0 }, shape: [3, 5, 1]),
      ], initializers: [ONNX.floats("zero", [], [0])], outputs: ["t", "u", "n", "v", "w"])
  }
}
