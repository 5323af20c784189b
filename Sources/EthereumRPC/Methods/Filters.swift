internal import Primitives
internal import Synchronization

/// Filters that were asked for and wait until somebody asks what they found.
final class Filters: Sendable {
  enum Filter: Sendable {
    case blocks(nextBlock: UInt64)
    case logs(LogQuery, nextBlock: UInt64)
    case pending(position: UInt64, full: Bool)
  }

  private struct Entry {
    var filter: Filter
    var lastAsked: UnixTime
  }

  private struct State {
    var entries: [String: Entry] = [:]
  }

  private let limits: RPCLimits
  private let state = Mutex(State())

  init(limits: RPCLimits) {
    self.limits = limits
  }

  /// A number that nobody guesses: whoever knows it may read and remove the filter.
  func add(_ filter: Filter, now: UnixTime) throws(RPCFailure) -> String {
    let id = U256(
      .random(in: .min ... .max), .random(in: .min ... .max), 0, 0
    ).quantity
    try state.withLock { (state) throws(RPCFailure) in
      let lifetime = limits.filterLifetime
      state.entries = state.entries.filter { $0.value.lastAsked.advanced(by: lifetime) >= now }
      guard state.entries.count < limits.filtersMax else {
        throw .limit("more than \(limits.filtersMax) filters")
      }
      state.entries[id] = Entry(filter: filter, lastAsked: now)
    }
    return id
  }

  func find(_ id: String, now: UnixTime) -> Filter? {
    state.withLock { state in
      guard var entry = state.entries[id] else { return nil }
      entry.lastAsked = now
      state.entries[id] = entry
      return entry.filter
    }
  }

  func advance(_ id: String, _ filter: Filter) {
    state.withLock { $0.entries[id]?.filter = filter }
  }

  func remove(_ id: String) -> Bool {
    state.withLock { $0.entries.removeValue(forKey: id) } != nil
  }
}
