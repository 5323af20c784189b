internal import StandardSchema
internal import Synchronization

/// Which services answer, and who wants to know when that changes.
public final class HealthStatus: Sendable {
  typealias ServingStatus = Grpc_Health_V1_HealthCheckResponse.ServingStatus

  private let state: Mutex<State>

  private struct State {
    var statuses: [String: ServingStatus]
    var watchers: [Int: Watcher] = [:]
    var nextWatcher = 0
    var isStopping = false
  }

  private struct Watcher {
    let service: String
    let continuation: AsyncStream<ServingStatus>.Continuation
  }

  /// All services, and the server as a whole, begin as serving.
  public init(services: [String]) {
    var statuses: [String: ServingStatus] = ["": .serving]
    for service in services { statuses[service] = .serving }
    state = Mutex(State(statuses: statuses))
  }

  /// Says whether a service answers.
  public func set(_ service: String, isServing: Bool) {
    state.withLock { state in
      let status: ServingStatus = isServing ? .serving : .notServing
      guard !state.isStopping, state.statuses[service] != status else { return }
      state.statuses[service] = status
      for watcher in state.watchers.values where watcher.service == service {
        watcher.continuation.yield(status)
      }
    }
  }

  /// Whether the server as a whole answers.
  public var isServing: Bool { status(of: "") == .serving }

  /// Says for good that nothing answers any more, and ends every watch.
  public func stop() {
    state.withLock { state in
      state.isStopping = true
      for service in state.statuses.keys { state.statuses[service] = .notServing }
      for watcher in state.watchers.values {
        if state.statuses[watcher.service] != nil { watcher.continuation.yield(.notServing) }
        watcher.continuation.finish()
      }
      state.watchers.removeAll()
    }
  }
}

extension HealthStatus {
  func status(of service: String) -> ServingStatus? {
    state.withLock { $0.statuses[service] }
  }

  var all: [String: ServingStatus] { state.withLock { $0.statuses } }

  /// The status now, and the newest one whenever it has changed. Ends when the server stops.
  func watch(_ service: String) -> AsyncStream<ServingStatus> {
    let (statuses, continuation) = AsyncStream.makeStream(
      of: ServingStatus.self, bufferingPolicy: .bufferingNewest(1))
    state.withLock { state in
      continuation.yield(state.statuses[service] ?? .serviceUnknown)
      guard !state.isStopping else { return continuation.finish() }
      let number = state.nextWatcher
      state.nextWatcher += 1
      state.watchers[number] = Watcher(service: service, continuation: continuation)
      continuation.onTermination = { [weak self] reason in
        // Whoever finishes it has removed it, and holds the lock.
        guard case .cancelled = reason else { return }
        self?.forget(number)
      }
    }
    return statuses
  }

  private func forget(_ number: Int) {
    _ = state.withLock { $0.watchers.removeValue(forKey: number) }
  }
}
