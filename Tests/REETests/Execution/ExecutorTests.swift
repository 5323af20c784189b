import ModelFixtures
import REE
import Synchronization
import Testing

@Suite
struct ExecutorTests {
  private func chain(_ length: Int) throws -> Executor {
    let nodes = (0..<length).map { ONNX.node("Neg", ["v\($0)"], ["v\($0 + 1)"]) }
    return try Executor(
      Model(
        onnx: ONNX.model(
          ONNX.graph(nodes, inputs: [ONNX.value("v0")], outputs: [ONNX.value("v\(length)")]))))
  }

  @Test
  func `values are forgotten once nothing reads them`() throws {
    let x = try Tensor(floats: [Float](repeating: 1, count: 1000), shape: [1000])

    var options = Executor.Options()
    options.implementation = .reference

    let outcome = try chain(50).run(["v0": .tensor(x)], options)

    #expect(outcome.peakBytes == 2 * 4000)
    #expect(outcome.outputs[0].value.tensor?.numbers.first == 1)
  }

  @Test
  func `a run that needs too much memory is refused`() throws {
    let x = try Tensor(floats: [Float](repeating: 1, count: 1000), shape: [1000])
    var options = Executor.Options()
    options.memoryMax = 7999

    let executor = try chain(3)

    #expect(throws: ExecutionError.memory(planned: 8000, limit: 7999)) {
      try executor.run(["v0": .tensor(x)], options)
    }
  }

  @Test
  func `the plan is what the run takes`() throws {
    let executor = try Executor(
      Model(
        onnx: ONNX.model(
          ONNX.graph(
            [
              ONNX.node("Conv", ["x", "w"], ["h"], [ONNX.ints("pads", [1, 1, 1, 1])]),
              ONNX.node("Relu", ["h"], ["r"]),
              ONNX.node("MaxPool", ["r"], ["p"], [ONNX.ints("kernel_shape", [2, 2])]),
              ONNX.node("Shape", ["p"], ["s"]), ONNX.node("Gather", ["s", "zero"], ["n"]),
              ONNX.node("Concat", ["n", "rest"], ["t"], [ONNX.int("axis", 0)]),
              ONNX.node("Reshape", ["p", "t"], ["f"]),
              ONNX.node("Gemm", ["f", "v"], ["y"], [ONNX.int("transB", 1)]),
            ], inputs: [ONNX.value("x")], outputs: [ONNX.value("y")],
            initializers: [
              ONNX.floats("w", [4, 1, 3, 3], [Float](repeating: 1, count: 36)),
              ONNX.floats("v", [5, 196], [Float](repeating: 1, count: 980)),
              ONNX.int64s("zero", [1], [0]), ONNX.int64s("rest", [1], [-1]),
            ]))))
    let x = try Tensor(floats: [Float](repeating: 1, count: 128), shape: [2, 1, 8, 8])

    let plan = executor.plan(["x": .tensor(x)])
    let outcome = try executor.run(["x": .tensor(x)])

    // Two images of 4 x 8 x 8 before and after Relu.
    #expect(plan.peakBytes == 2 * 2 * 4 * 64 * 4)
    #expect(outcome.peakBytes == plan.peakBytes)
    #expect(plan.weightsBytes == (36 + 980) * 4 + 16)
    #expect(plan.unknownNode == nil)
    #expect(outcome.outputs[0].value.tensor?.shape == [2, 5])
  }

  @Test
  func `a run that cannot be planned stops at the limit`() throws {
    let executor = try Executor(
      Model(
        onnx: ONNX.model(
          ONNX.graph(
            [
              ONNX.node("NonZero", ["x"], ["n"]), ONNX.node("Tile", ["n", "many"], ["y"]),
            ], inputs: [ONNX.value("x")], outputs: [ONNX.value("y")],
            initializers: [ONNX.int64s("many", [2], [1, 1 << 20])]))))
    let x = try Tensor(floats: [1, 2], shape: [2])
    var options = Executor.Options()
    options.memoryMax = 1 << 20

    let plan = executor.plan(["x": .tensor(x)])

    #expect(plan.peakBytes == nil)
    #expect(plan.unknownNode == .node(name: "", operator: "NonZero"))
    #expect(
      throws: ExecutionError.node(
        .node(name: "", operator: "Tile"),
        .tensor(.memory(needed: 1 << 24, used: 16, limit: 1 << 20)))
    ) { try executor.run(["x": .tensor(x)], options) }
  }

  @Test
  func `a constant cannot grow past the limit`() throws {
    let shape = try Tensor(int64s: [1 << 20, 1 << 14], shape: [2])

    #expect(throws: ExecutionError.self) { try Executor.apply("ConstantOfShape", [shape]) }
  }

  @Test
  func `progress names every node`() throws {
    let seen = Mutex<[Executor.Progress]>([])
    var options = Executor.Options()
    options.progress = { progress in seen.withLock { $0.append(progress) } }

    _ = try chain(3).run(["v0": .tensor(try Tensor(floats: [1], shape: [1]))], options)

    let steps = seen.withLock { $0 }
    #expect(steps.map(\.nodesDone) == [0, 1, 2])
    #expect(steps.allSatisfy { $0.nodeCount == 3 && $0.operation == "Neg" })
  }

  @Test
  func `a loop without end can be cancelled`() throws {
    let body = ONNX.graph(
      [ONNX.node("Identity", ["go"], ["on"]), ONNX.node("Neg", ["state"], ["next"])],
      inputs: [ONNX.value("i", 7), ONNX.value("go", 9), ONNX.value("state")],
      outputs: [ONNX.value("on", 9), ONNX.value("next")])
    let executor = try Executor(
      Model(
        onnx: ONNX.model(
          ONNX.graph(
            [ONNX.node("Loop", ["", "", "x"], ["y"], [ONNX.graph("body", body)])],
            inputs: [ONNX.value("x")], outputs: [ONNX.value("y")]))))
    let asked = Mutex(0)
    var options = Executor.Options()
    options.isCancelled = {
      asked.withLock {
        $0 += 1; return $0 > 100
      }
    }
    let x = try Tensor(floats: [1], shape: [1])

    #expect(throws: ExecutionError.cancelled) { try executor.run(["x": .tensor(x)], options) }
  }

  @Test
  func `graphs in nodes see what is around them`() throws {
    let branch = { (name: String, operation: String) in
      ONNX.graph(
        name,
        ONNX.graph([ONNX.node(operation, ["outer"], [name])], outputs: [ONNX.value(name)]))
    }
    let executor = try Executor(
      Model(
        onnx: ONNX.model(
          ONNX.graph(
            [
              ONNX.node("Add", ["x", "x"], ["outer"]),
              ONNX.node(
                "If", ["flag"], ["y"],
                [branch("then_branch", "Neg"), branch("else_branch", "Relu")]),
            ], inputs: [ONNX.value("x"), ONNX.value("flag", 9)], outputs: [ONNX.value("y")]))))
    let x = try Tensor(floats: [3], shape: [1])

    let results = try [true, false].map { flag in
      try executor.run(["x": .tensor(x), "flag": .tensor(try Tensor(bools: [flag], shape: []))])
        .outputs[0].value.tensor?.numbers
    }

    #expect(results == [[-6], [6]])
  }

  @Test
  func `inputs must be there and of the declared type`() throws {
    let executor = try chain(1)
    let wrong = try Tensor(int64s: [1], shape: [1])

    #expect(throws: ExecutionError.missingInput("v0")) { try executor.run([:]) }
    #expect(throws: ExecutionError.inputType("v0", expected: .tensor(.float32, nil))) {
      try executor.run(["v0": .tensor(wrong)])
    }
    #expect(throws: ExecutionError.unknownInput("w")) {
      try executor.run([
        "v0": .tensor(try Tensor(floats: [1], shape: [1])), "w": .tensor(wrong),
      ])
    }
  }
}
