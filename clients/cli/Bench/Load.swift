internal import RPC
internal import Synchronization

/// How many calls may still begin, and until when.
final class CallBudget: Sendable {
  private let left: Mutex<Int>
  private let end: ContinuousClock.Instant

  init(calls: Int?, duration: Duration) {
    left = Mutex(calls ?? .max)
    end = .now + duration
  }

  func take() -> Bool {
    guard ContinuousClock.now < end else { return false }
    return left.withLock { left in
      guard left > 0 else { return false }
      left -= 1
      return true
    }
  }
}

/// What the workers of a benchmark do.
struct Load: Sendable {
  let method: MethodDescriptor
  let requests: [[UInt8]]

  /// Calls until the budget is used up, or the task is cancelled.
  @concurrent
  func run(_ client: Client, within budget: CallBudget) async -> BenchResult {
    var result = BenchResult()
    while !Task.isCancelled, budget.take() {
      let start = ContinuousClock.now
      do throws(RPCError) {
        try await once(client)
        result.latencies.record(.now - start)
      } catch {
        result.errors[error.code, default: 0] += 1
      }
    }
    return result
  }

  /// One call, read to its end.
  func once(_ client: Client) async throws(RPCError) {
    let options = CallOptions(codec: .proto, retry: .never, responseSizeMax: 64 << 20)
    let response: ClientResponse
    if method.streamsRequests {
      response = try await client.start(
        method, messages: Messages(messages: requests), options: options)
    } else {
      response = try await client.start(method, message: requests.first ?? [], options: options)
    }
    while try await response.next() != nil {}
  }
}

/// The same messages for every call.
private struct Messages: AsyncSequence, Sendable {
  let messages: [[UInt8]]

  func makeAsyncIterator() -> Iterator {
    Iterator(left: messages[...])
  }

  struct Iterator: AsyncIteratorProtocol {
    var left: ArraySlice<[UInt8]>

    mutating func next() async -> [UInt8]? { left.popFirst() }
  }
}
