internal import RPC

/// What a benchmark found.
struct BenchResult: Sendable {
  var latencies = LatencyHistogram()
  var errors: [Status.Code: Int] = [:]
  var wallTime: Duration = .zero
  var processorTime: Duration = .zero

  mutating func merge(_ other: BenchResult) {
    latencies.merge(other.latencies)
    errors.merge(other.errors, uniquingKeysWith: +)
  }

  private static let shares: [(name: String, share: Double)] = [
    ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999),
  ]

  private var callCount: Int { Int(latencies.count) + errors.values.reduce(0, +) }

  private var rate: Double { Double(callCount) / max(wallTime / .seconds(1), 1e-9) }

  private var processorTimePerCall: Duration { processorTime / max(1, callCount) }

  private var sortedErrors: [(key: Status.Code, value: Int)] {
    errors.sorted { $0.key.rawValue < $1.key.rawValue }
  }

  var json: JSON {
    var latency: [(key: String, value: JSON)] = [
      ("mean", .number(latencies.mean / .microseconds(1)))
    ]
    for (name, share) in Self.shares {
      latency.append((name, .number(latencies.quantile(share) / .microseconds(1))))
    }
    latency.append(("max", .number(latencies.max / .microseconds(1))))
    return [
      "calls": .integer(callCount), "wallSeconds": .number(wallTime / .seconds(1)),
      "callsPerSecond": .number(rate), "latencyMicroseconds": .object(latency),
      "cpuMicrosecondsPerCall": .number(processorTimePerCall / .microseconds(1)),
      "errors": .object(sortedErrors.map { ("\($0.key)", .integer($0.value)) }),
    ]
  }

  var text: String {
    var lines = [
      "calls    \(callCount) in \(text(wallTime)), \(Int(rate)) a second",
      "client   \(text(processorTimePerCall)) of processor time a call",
      "mean     \(text(latencies.mean))",
    ]
    for (name, share) in Self.shares {
      let padding = String(repeating: " ", count: 9 - name.count)
      lines.append("\(name)\(padding)\(text(latencies.quantile(share)))")
    }
    lines.append("max      \(text(latencies.max))")
    for (code, count) in sortedErrors { lines.append("errors   \(count) \(code)") }
    return lines.joined(separator: "\n")
  }

  private func text(_ duration: Duration) -> String {
    let microseconds = duration / .microseconds(1)
    if microseconds < 1000 { return "\(ByteCount.oneDecimal(microseconds)) µs" }
    if microseconds < 1e6 { return "\(ByteCount.oneDecimal(microseconds / 1000)) ms" }
    return "\(ByteCount.oneDecimal(microseconds / 1e6)) s"
  }
}
