import Testing

@testable import gensyn

@Suite
struct LossCurveTests {
  private static func curve(_ losses: [Float]) -> LossCurve {
    var curve = LossCurve()
    for (index, loss) in losses.enumerated() {
      curve.append(
        .init(
          step: UInt64(index + 1), loss: loss, validationLoss: index == 1 ? loss + 1 : nil,
          gradientNorm: 0.5, learningRate: 0.25))
    }
    return curve
  }

  @Test
  func `a table has a line for each step`() {
    #expect(
      Self.curve([4, 3]).csv == """
        step,loss,validation_loss,gradient_norm,learning_rate
        1,4.0,,0.5,0.25
        2,3.0,4.0,0.5,0.25

        """)
  }

  @Test(arguments: [[], [1], [2, 2, 2], [5, 4, 3], [.nan, .infinity, 1]] as [[Float]])
  func `a picture is drawn of whatever there is`(losses: [Float]) {
    let svg = Self.curve(losses).svg

    #expect(svg.hasPrefix("<svg") && svg.hasSuffix("</svg>\n"))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
  }

  @Test
  func `a range of steps is two numbers, the smaller first`() throws {
    #expect(try StepRange("200..210").range == 200..<210)
    for text in ["", "1", "..", "2..1", "3..3", "-1..2", "1..2..3", "a..b"] {
      #expect(throws: (any Error).self) { try StepRange(text) }
    }
  }

  @Test
  func `a bar of steps shows how long it takes`() {
    let line = StepBar.line(done: 50, total: 200, seconds: 10, facts: "loss 2.5", columns: 90)

    #expect(line.contains(" 50 of 200 steps  5.0/s  00:30  loss 2.5"))
    #expect(StepBar.line(done: 0, total: 0, seconds: 0, facts: "", columns: 10).contains("0 of 1"))
  }
}
