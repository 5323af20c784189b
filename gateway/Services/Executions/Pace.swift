internal import Synchronization

/// Lets something happen at most once in an interval.
final class Pace: Sendable {
  private let interval: Duration
  private let last = Mutex<ContinuousClock.Instant?>(nil)

  init(_ interval: Duration) {
    self.interval = interval
  }

  /// Whether enough time has passed since this last said so.
  func isDue() -> Bool {
    let now = ContinuousClock.now
    return last.withLock { last in
      if let last, now - last < interval { return false }
      last = now
      return true
    }
  }
}
