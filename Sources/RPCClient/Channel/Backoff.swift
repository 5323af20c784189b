/// How long to wait before a failed connection is tried again
/// (grpc/grpc doc/connection-backoff.md).
struct Backoff: Sendable {
  var initial: Duration = .seconds(1)
  var multiplier = 1.6
  var jitter = 0.2
  var limit: Duration = .seconds(120)
  private var current: Duration?

  init() {}

  mutating func next(random: Double) -> Duration {
    let base = current ?? initial
    current = min(base * multiplier, limit)
    return base * (1 - jitter + 2 * jitter * random)
  }

  mutating func reset() {
    current = nil
  }
}
