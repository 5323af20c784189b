/// Counts durations in buckets whose width is about one per cent of their value, so that any number
/// of them takes the same memory.
struct LatencyHistogram: Sendable {
  private(set) var count: UInt64 = 0
  private(set) var max: Duration = .zero
  private var sum: Duration = .zero
  private var buckets: [UInt64]

  // Each power of two is cut into this many buckets.
  private static let stepBits = 6
  private static let steps = 1 << stepBits

  init() {
    buckets = [UInt64](repeating: 0, count: (64 - Self.stepBits) * Self.steps + Self.steps)
  }

  mutating func record(_ duration: Duration) {
    let nanoseconds = UInt64(Swift.max(0, min(duration / .nanoseconds(1), 1e18)))
    buckets[Self.bucket(of: nanoseconds)] += 1
    count += 1
    sum += duration
    max = Swift.max(max, duration)
  }

  mutating func merge(_ other: LatencyHistogram) {
    for index in buckets.indices { buckets[index] += other.buckets[index] }
    count += other.count
    sum += other.sum
    max = Swift.max(max, other.max)
  }

  var mean: Duration { count == 0 ? .zero : sum / Int(clamping: count) }

  /// The duration that this share of all durations does not pass.
  func quantile(_ share: Double) -> Duration {
    guard count > 0 else { return .zero }
    let rank = Swift.max(1, UInt64((share * Double(count)).rounded(.up)))
    var seen: UInt64 = 0
    for (index, amount) in buckets.enumerated() {
      seen += amount
      if seen >= rank { return min(max, .nanoseconds(Int64(clamping: Self.upperBound(of: index)))) }
    }
    return max
  }

  private static func bucket(of value: UInt64) -> Int {
    guard value >= UInt64(steps) else { return Int(value) }
    let shift = 63 - value.leadingZeroBitCount - stepBits
    return (shift + 1) << stepBits + Int(value >> UInt64(shift)) - steps
  }

  private static func upperBound(of bucket: Int) -> UInt64 {
    guard bucket >= 2 * steps else { return UInt64(bucket) }
    let shift = UInt64(bucket >> stepBits - 1)
    let step = UInt64(bucket & (steps - 1) + steps)
    return (step + 1) << shift - 1
  }
}
