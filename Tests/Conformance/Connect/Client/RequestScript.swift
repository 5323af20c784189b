internal import ConnectConformanceSchema

/// The requests of a call that streams them, at the pace that the script sets.
struct RequestScript<Request: Sendable>: AsyncSequence, Sendable {
  typealias Element = Request

  /// Ends when all requests were taken.
  let ending: AsyncStream<Void>
  private let end: AsyncStream<Void>.Continuation
  private let messages: [Request]
  private let delay: Duration
  private let staysOpen: Bool
  private let turns: AsyncStream<Void>?

  /// - Parameter turns: For each response an element, where requests and responses alternate.
  init(
    _ messages: [Request], _ request: Connectrpc_Conformance_V1.ClientCompatRequest,
    turns: AsyncStream<Void>?
  ) {
    self.messages = messages
    self.turns = turns
    delay = .milliseconds(Int64(request.requestDelayMs))
    staysOpen =
      if case .beforeCloseSend = request.cancel.cancelTiming { true } else { false }
    (ending, end) = AsyncStream.makeStream(of: Void.self)
  }

  func makeAsyncIterator() -> Iterator {
    Iterator(script: self, turns: turns?.makeAsyncIterator())
  }

  struct Iterator: AsyncIteratorProtocol {
    let script: RequestScript
    var turns: AsyncStream<Void>.Iterator?
    var index = 0

    mutating func next() async throws -> Request? {
      // The answer to the request before this one; without it the call has ended.
      if index > 0, turns != nil, await turns?.next(isolation: #isolation) == nil { return nil }
      guard index < script.messages.count else {
        script.end.finish()
        // The call is cancelled while it is open, and this sleep with it.
        if script.staysOpen { try await Task.sleep(for: .seconds(60)) }
        return nil
      }
      if script.delay > .zero { try await Task.sleep(for: script.delay) }
      defer { index += 1 }
      return script.messages[index]
    }
  }
}
