import GraphRuns
import ModelFixtures
import REE
import Testing

@Suite
struct ModelIdentityTests {
  private func identity(
    weight: Float = 2, operation: String = "Mul", nodeName: String = "n",
    attributes: [Message] = [], output: String = "y"
  ) throws -> ModelIdentity {
    let graph = ONNX.graph(
      [
        ONNX.node(operation, ["x", "w"], ["h"], name: nodeName),
        ONNX.node("LeakyRelu", ["h"], [output], attributes),
      ], inputs: [ONNX.value("x")], outputs: [ONNX.value(output)],
      initializers: [ONNX.floats("w", [1], [weight])])
    return ModelIdentity(try Executor(try Model(onnx: ONNX.model(graph))))
  }

  @Test
  func `the same file has the same roots`() throws {
    #expect(try identity() == identity())
    #expect(try identity().nodes.count == 2)
    #expect(try identity().weightCount == 1)
  }

  @Test
  func `a weight changes the weights' root alone`() throws {
    let (first, second) = (try identity(), try identity(weight: 3))

    #expect(first.graphHash == second.graphHash)
    #expect(first.weightsRoot != second.weightsRoot)
    #expect(first.root != second.root)
  }

  @Test
  func `operator, attribute and output change the graph's hash`() throws {
    let plain = try identity()

    let others = [
      try identity(operation: "Add"), try identity(attributes: [ONNX.float("alpha", 0.5)]),
      try identity(output: "z"),
    ]

    for other in others {
      #expect(other.graphHash != plain.graphHash)
      #expect(other.weightsRoot == plain.weightsRoot)
    }
  }

  @Test
  func `the names of nodes change nothing`() throws {
    #expect(try identity(nodeName: "other") == identity())
  }
}
