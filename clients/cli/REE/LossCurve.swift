internal import Schema

/// The loss of each step of a training run, as a table and as a picture.
struct LossCurve {
  struct Point: Hashable {
    /// Steps done.
    let step: UInt64
    let loss: Float
    let validationLoss: Float?
    let gradientNorm: Float
    let learningRate: Float
  }

  private(set) var points: [Point] = []

  mutating func append(_ step: Gensyn_Ree_V1.TrainingStep) {
    append(
      Point(
        step: step.step &+ 1, loss: step.loss,
        validationLoss: step.hasValidationLoss ? step.validationLoss : nil,
        gradientNorm: step.gradientNorm, learningRate: step.learningRate))
  }

  mutating func append(_ point: Point) {
    points.append(point)
  }

  var lastLoss: Float? { points.last?.loss }

  var lastValidationLoss: Float? { points.last { $0.validationLoss != nil }?.validationLoss }

  /// How it began and how it ended, in words.
  var summary: String {
    guard let first = points.first, let last = points.last else { return "no step" }
    let end = "\(first.loss) in step \(first.step), \(last.loss) in step \(last.step)"
    return end + (lastValidationLoss.map { "; validation \($0)" } ?? "")
  }

  /// A line for each step, and one with the names in front.
  var csv: String {
    let lines = points.map { point in
      let validation = point.validationLoss.map { "\($0)" } ?? ""
      return "\(point.step),\(point.loss),\(validation),\(point.gradientNorm),"
        + "\(point.learningRate)\n"
    }
    return "step,loss,validation_loss,gradient_norm,learning_rate\n" + lines.joined()
  }
}

// MARK: - The picture

extension LossCurve {
  private static let width = 800.0
  private static let height = 450.0
  private static let margin = (left: 60.0, right: 20.0, top: 20.0, bottom: 45.0)
  /// Beyond so many points a line is thinned: a screen shows no more.
  private static let pointsMax = 4000

  /// The loss over the steps: training thin, validation thick.
  var svg: String {
    let finite = points.filter(\.loss.isFinite)
    let losses =
      finite.map { Double($0.loss) } + finite.compactMap { $0.validationLoss.map(Double.init) }
    let values = losses.filter(\.isFinite)
    let low = values.min() ?? 0
    let high = max(values.max() ?? 1, low + 1e-6)
    let first = Double(finite.first?.step ?? 0)
    let last = max(Double(finite.last?.step ?? 1), first + 1)
    let frame = Frame(x: first...last, y: low...high)
    let stride = max(1, finite.count / Self.pointsMax)
    let training = finite.enumerated().filter { $0.offset.isMultiple(of: stride) }.map {
      frame.place(Double($0.element.step), Double($0.element.loss))
    }
    let validation = finite.compactMap { point in
      point.validationLoss.map { frame.place(Double(point.step), Double($0)) }
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Int(Self.width))" \
      height="\(Int(Self.height))" font-family="sans-serif" font-size="12">
      <rect width="100%" height="100%" fill="white"/>
      \(frame.grid)
      \(Self.line(training, color: "#7aa6d6", width: 1))
      \(Self.line(validation, color: "#c0392b", width: 2.5))
      <text x="\(Int(Self.width) - 200)" y="40" fill="#7aa6d6">training loss (nats)</text>
      <text x="\(Int(Self.width) - 200)" y="58" fill="#c0392b">validation loss (nats)</text>
      <text x="\(Int(Self.width) / 2)" y="\(Int(Self.height) - 8)" text-anchor="middle">step</text>
      </svg>

      """
  }

  private static func line(
    _ places: [(x: Double, y: Double)], color: String, width: Double
  ) -> String {
    guard !places.isEmpty else { return "" }
    let text = places.map { "\(round($0.x)),\(round($0.y))" }.joined(separator: " ")
    return
      "<polyline fill=\"none\" stroke=\"\(color)\" stroke-width=\"\(width)\" points=\"\(text)\"/>"
  }

  private static func round(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  private struct Frame {
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>

    func place(_ step: Double, _ loss: Double) -> (x: Double, y: Double) {
      let across = (step - x.lowerBound) / (x.upperBound - x.lowerBound)
      let up = (loss - y.lowerBound) / (y.upperBound - y.lowerBound)
      let (left, right, top, bottom) = margin
      return (
        left + across * (width - left - right), height - bottom - up * (height - top - bottom)
      )
    }

    /// Five lines across with their losses, and five steps below.
    var grid: String {
      let lines = (0...4).map { index -> String in
        let share = Double(index) / 4
        let loss = y.lowerBound + share * (y.upperBound - y.lowerBound)
        let step = x.lowerBound + share * (x.upperBound - x.lowerBound)
        let left = place(x.lowerBound, loss)
        let right = place(x.upperBound, loss)
        let below = place(step, y.lowerBound)
        return """
          <line x1="\(round(left.x))" y1="\(round(left.y))" x2="\(round(right.x))" \
          y2="\(round(left.y))" stroke="#dddddd"/>
          <text x="\(round(left.x) - 8)" y="\(round(left.y) + 4)" text-anchor="end">\
          \(Double(Int(loss * 100)) / 100)</text>
          <text x="\(round(below.x))" y="\(round(below.y) + 18)" text-anchor="middle">\
          \(UInt64(step.rounded()))</text>
          """
      }
      return lines.joined(separator: "\n")
    }
  }
}
