/// The moment after which nobody waits for a call any more.
public struct Deadline: Hashable, Comparable, Sendable {
  public let instant: ContinuousClock.Instant

  public init(_ instant: ContinuousClock.Instant) {
    self.instant = instant
  }

  /// The moment that lies `duration` ahead.
  public static func after(_ duration: Duration) -> Deadline {
    // A century is for ever here, and keeps what a peer sends from overflowing the clock.
    Deadline(.now.advanced(by: min(max(duration, .zero), .seconds(3_155_760_000))))
  }

  /// The time that is left, never negative.
  public var remaining: Duration {
    max(.zero, ContinuousClock.now.duration(to: instant))
  }

  public var hasPassed: Bool { ContinuousClock.now >= instant }

  public static func < (left: Deadline, right: Deadline) -> Bool { left.instant < right.instant }

  /// The earlier of two deadlines, where none means never.
  package static func earliest(_ left: Deadline?, _ right: Deadline?) -> Deadline? {
    guard let left else { return right }
    guard let right else { return left }
    return min(left, right)
  }
}
