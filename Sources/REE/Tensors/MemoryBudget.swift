internal import Synchronization

/// What the tensors of one run may take, counted as they come and go.
public final class MemoryBudget: Sendable {
  public let limit: Int
  private let counters: Mutex<Counters>

  private struct Counters {
    var used = 0
    var peak = 0
  }

  public init(limit: Int) {
    self.limit = limit
    counters = Mutex(Counters())
  }

  public var used: Int { counters.withLock { $0.used } }

  /// The most that was in use at one time.
  public var peak: Int { counters.withLock { $0.peak } }

  func take(_ count: Int) throws(TensorError) {
    try counters.withLock { (counters) throws(TensorError) in
      let (used, overflow) = counters.used.addingReportingOverflow(count)
      guard !overflow, used <= limit else {
        throw .memory(needed: count, used: counters.used, limit: limit)
      }
      counters.used = used
      counters.peak = max(counters.peak, used)
    }
  }

  func giveBack(_ count: Int) {
    counters.withLock { $0.used -= count }
  }
}
