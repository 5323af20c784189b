internal import Glibc
internal import Synchronization

/// Where a node's processor time goes. The numbers only grow.
public struct WorkTimes: Hashable, Sendable {
  /// Finding out who signed.
  public internal(set) var recovery = Duration.zero
  /// Reading transactions and finding their place in the pool.
  public internal(set) var admission = Duration.zero
  /// Running transactions, with the block's receipts.
  public internal(set) var execution = Duration.zero
  /// The state's new root.
  public internal(set) var root = Duration.zero
  /// Writing the log of blocks.
  public internal(set) var log = Duration.zero
  /// Writing state and indices into LMDB, on a thread of its own.
  public internal(set) var commit = Duration.zero
}

/// Measures the processor time of threads.
final class WorkMeter: Sendable {
  private let times = Mutex(WorkTimes())

  var now: WorkTimes { times.withLock { $0 } }

  func measure<Result, Failure: Error>(
    _ stage: any WritableKeyPath<WorkTimes, Duration> & Sendable,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = Self.threadTime()
    defer {
      let spent = Self.threadTime() - start
      times.withLock { $0[keyPath: stage] += spent }
    }
    return try body()
  }

  private static func threadTime() -> Duration {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
