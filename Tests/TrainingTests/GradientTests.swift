import CKernels
import Testing

@testable import Training

/// Every operation's gradient against differences, and its bits on every instruction set.
@Suite(.serialized)
struct GradientTests {
  /// A graph around one operation.
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let run: @Sendable () -> GraphRun
  }

  private static let rows = 6

  private static func around(
    _ name: String, classes: Int = 5,
    _ build: @escaping @Sendable (inout TrainingGraph) -> TrainingGraph.ValueID
  ) -> Case {
    Case(testDescription: name) {
      var graph = TrainingGraph()
      let logits = build(&graph)
      _ = graph.apply(.crossEntropy, logits, graph.targets(graph[logits].rows))
      return GraphRun(
        graph, classes: graph[logits].width, rows: graph[logits].rows, tableRows: 4)
    }
  }

  static let cases: [Case] = [
    around("cross-entropy") { $0.parameter([rows, 5]) },
    around("matmul") { $0.apply(.matmul(), $0.parameter([rows, 7]), $0.parameter([7, 5])) },
    around("matmul with a transposed matrix, bias and residual") { graph in
      graph.apply(
        .matmul(transposesB: true, hasBias: true, hasResidual: true), graph.parameter([rows, 7]),
        graph.parameter([5, 7]), graph.parameter([5]), graph.parameter([rows, 5]))
    },
    around("add of equal shapes") {
      $0.apply(.add, $0.parameter([rows, 5]), $0.parameter([rows, 5]))
    },
    around("add of a row") { $0.apply(.add, $0.parameter([rows, 5]), $0.parameter([5])) },
    around("multiply") { $0.apply(.multiply, $0.parameter([rows, 5]), $0.parameter([rows, 5])) },
    around("multiply by a row") {
      $0.apply(.multiply, $0.parameter([rows, 5]), $0.parameter([5]))
    },
    around("scale") { $0.apply(.scale(-2.5), $0.parameter([rows, 5])) },
    around("gelu") { $0.apply(.gelu, $0.parameter([rows, 5])) },
    around("softmax") { $0.apply(.softmax, $0.parameter([rows, 5])) },
    around("layer norm") { graph in
      graph.apply(
        .layerNorm(epsilon: 1e-5), graph.parameter([rows, 5]), graph.parameter([5]),
        graph.parameter([5]))
    },
    around("attention") { graph in
      graph.apply(.attention(heads: 2, sequence: 3), graph.parameter([rows, 12]))
    },
    around("embedding with repeated rows") {
      $0.apply(.gather, $0.parameter([4, 5]), $0.indices(rows))
    },
    around("first rows") { graph in
      let table = graph.apply(.firstRows(3), graph.parameter([5, 5]))
      return graph.apply(.add, graph.parameter([rows, 5]), table)
    },
    around("a value used three times") { graph in
      let x = graph.apply(.gelu, graph.parameter([rows, 5]))
      let y = graph.apply(.multiply, x, x)
      return graph.apply(.add, graph.apply(.matmul(), y, graph.parameter([5, 5])), x)
    },
    Case(testDescription: "a whole GPT") {
      let gpt = GPTConfiguration(
        layerCount: 2, width: 8, headCount: 2, hiddenWidth: 12, contextLength: 5,
        vocabularySize: 7)
      return GraphRun(
        TrainingGraph(gpt, batch: 2, sequence: 3), classes: 7, rows: 6, tableRows: 7)
    },
  ]

  @Test(arguments: cases)
  func `agree with differences in binary64`(_ testCase: Case) {
    let run = testCase.run()

    let (loss, gradients) = run.gradients()
    let (expectedLoss, expected) = run.differences()

    #expect(abs(Double(loss) - expectedLoss) < 1e-5 * max(1, abs(expectedLoss)))
    #expect(expected.joined().contains { abs($0) > 1e-4 })
    for (gradient, difference) in zip(gradients.joined(), expected.joined()) {
      #expect(abs(Double(gradient) - difference) < 2e-5 * max(1, abs(difference)))
    }
  }

  @Test(arguments: cases)
  func `have the same bits on every instruction set and number of threads`(_ testCase: Case) {
    let run = testCase.run()
    defer { ree_select(nil) }

    unsafe ree_select("soft")
    let expected = run.gradients()
    for index in 0..<ree_isa_count() {
      guard let name = unsafe ree_isa_name(index), unsafe ree_select(name) == REE_OK else {
        continue
      }
      for threadCount in 1...3 {
        let found = run.gradients(threadCount: threadCount)
        #expect(found.loss.bitPattern == expected.loss.bitPattern)
        #expect(
          found.gradients.joined().map(\.bitPattern)
            == expected.gradients.joined().map(\.bitPattern))
      }
    }
  }

  @Test
  func `a parameter that the loss does not see has gradient zero`() {
    var graph = TrainingGraph()
    let logits = graph.parameter([2, 3])
    _ = graph.parameter([4])
    _ = graph.apply(.crossEntropy, logits, graph.targets(2))

    let gradients = GraphRun(graph, classes: 3, rows: 2).gradients().gradients

    #expect(gradients[1] == [0, 0, 0, 0])
  }
}
