internal import Synchronization

/// The way up of a stream that may break: what is said between two streams is not sent, and whoever
/// said it says it again.
final class StreamFeed<Message: Sendable>: Sendable {
  private let current = Mutex<AsyncStream<Message>.Continuation?>(nil)

  /// Begins a new stream's requests.
  func begin() -> AsyncStream<Message> {
    let (stream, continuation) = AsyncStream.makeStream(of: Message.self)
    let older = current.withLock { current in
      defer { current = continuation }
      return current
    }
    older?.finish()
    return stream
  }

  func send(_ message: Message) {
    _ = current.withLock { $0?.yield(message) }
  }

  func end() {
    current.withLock { current in
      current?.finish()
      current = nil
    }
  }
}

/// Waits between attempts: twice as long each time, up to half a minute.
struct Backoff {
  private var delay = Duration.milliseconds(250)

  mutating func reset() { delay = .milliseconds(250) }

  mutating func wait() async throws {
    try await Task.sleep(for: delay)
    delay = min(delay + delay, .seconds(30))
  }
}
