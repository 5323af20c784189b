import Synchronization

/// What happened, in order, noted from anywhere.
final class Collected<Element: Sendable>: Sendable {
  private let state = Mutex<[Element]>([])

  var all: [Element] { state.withLock { $0 } }
  var count: Int { state.withLock { $0.count } }

  @discardableResult
  func append(_ element: Element) -> Int {
    state.withLock { elements in
      elements.append(element)
      return elements.count
    }
  }
}

/// Something that happens once, and that tests wait for instead of sleeping.
final class Event: Sendable {
  private let stream: AsyncStream<Void>
  private let source: AsyncStream<Void>.Continuation

  init() {
    (stream, source) = AsyncStream.makeStream()
  }

  func happen() {
    source.finish()
  }

  func wait() async {
    for await _ in stream {}
  }
}

/// Waits until the task is cancelled, and no longer.
func untilCancelled() async throws {
  try await Task.sleep(for: .seconds(3600))
}
