internal import Synchronization

/// Wakes whoever waits for news. Nothing is queued: who wakes looks for itself what is new.
final class Bell: Sendable {
  private struct State {
    var rings: UInt64 = 0
    var isClosed = false
    var nextID: UInt64 = 0
    var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  var rings: UInt64 { state.withLock { $0.rings } }
  var isClosed: Bool { state.withLock { $0.isClosed } }

  func ring() {
    wake { $0.rings &+= 1 }
  }

  /// Wakes everybody, now and always.
  func close() {
    wake { $0.isClosed = true }
  }

  private func wake(_ change: (inout State) -> Void) {
    let waiting = state.withLock { state in
      change(&state)
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Returns once there were more rings than `seen`, when the task is cancelled, or when all is over.
  func wait(past seen: UInt64) async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let isDue = state.withLock { state in
          if state.rings != seen || state.isClosed || Task.isCancelled { return true }
          state.waiting[id] = continuation
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
    }
  }
}
