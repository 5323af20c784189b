/// Metrics in Prometheus' text format, version 0.0.4.
struct PrometheusText {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  enum Kind: String {
    case counter, gauge, histogram
  }

  typealias Labels = [(name: String, value: String)]

  private(set) var text = ""

  mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  mutating func sample(_ name: String, _ value: Int, _ labels: Labels = []) {
    text += "\(name)\(Self.written(labels)) \(value)\n"
  }

  mutating func sample(_ name: String, _ value: Double, _ labels: Labels = []) {
    text += "\(name)\(Self.written(labels)) \(Self.written(value))\n"
  }

  /// A histogram's buckets, each with all that is below it, then sum and count.
  mutating func sample(_ name: String, _ histogram: Histogram, _ labels: Labels) {
    var total = 0
    for (bound, count) in zip(histogram.bounds, histogram.counts) {
      total += count
      sample("\(name)_bucket", total, labels + [("le", Self.written(bound))])
    }
    sample("\(name)_bucket", histogram.count, labels + [("le", "+Inf")])
    sample("\(name)_sum", histogram.sum, labels)
    sample("\(name)_count", histogram.count, labels)
  }

  private static func written(_ value: Double) -> String {
    guard value == value.rounded(), abs(value) < 1e15 else { return "\(value)" }
    return "\(Int(value))"
  }

  private static func written(_ labels: Labels) -> String {
    guard !labels.isEmpty else { return "" }
    let pairs = labels.map { label in
      let value = label.value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        .replacing("\n", with: "\\n")
      return "\(label.name)=\"\(value)\""
    }
    return "{\(pairs.joined(separator: ","))}"
  }
}
