internal import Glibc

/// A moment, in whole milliseconds since 1970 began.
public struct UnixTime: Hashable, Sendable {
  public let milliseconds: Int64

  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// What the system's clock says.
  public static func now() -> UnixTime {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return UnixTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// The time from `earlier` to this moment, as far as milliseconds in 64 bits reach.
  public func elapsed(since earlier: UnixTime) -> Duration {
    let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
    guard overflow else { return .milliseconds(difference) }
    return .milliseconds(milliseconds < 0 ? Int64.min : Int64.max)
  }

  /// The moment `duration` later, as far as milliseconds in 64 bits reach.
  public func advanced(by duration: Duration) -> UnixTime {
    let (seconds, attoseconds) = duration.components
    let (scaled, isTooLarge) = seconds.multipliedReportingOverflow(by: 1000)
    let limit = UnixTime(milliseconds: seconds < 0 ? .min : .max)
    guard !isTooLarge else { return limit }
    let (sum, overflow) = milliseconds.addingReportingOverflow(scaled)
    guard !overflow else { return limit }
    let (total, spills) = sum.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
    return spills ? limit : UnixTime(milliseconds: total)
  }
}

extension UnixTime: Comparable {
  public static func < (left: UnixTime, right: UnixTime) -> Bool {
    left.milliseconds < right.milliseconds
  }
}
