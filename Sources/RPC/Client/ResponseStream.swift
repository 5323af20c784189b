internal import Synchronization
public import SwiftProtobuf

/// The messages of a streamed response. One loop reads them; the call starts with the first read.
///
/// Leaving the loop early, cancelling the task, or letting go of the stream cancels the call.
public struct ResponseStream<Response: Message>: AsyncSequence, Sendable {
  public typealias Element = Response
  public typealias Failure = RPCError

  private let call: LazyCall
  private let codec: Codec

  init(codec: Codec, start: @escaping @Sendable () async throws(RPCError) -> ClientResponse) {
    self.codec = codec
    call = LazyCall(start: start)
  }

  /// Waits for what comes before the first message.
  public func metadata() async throws(RPCError) -> Metadata {
    try await call.response().metadata
  }

  /// Whether the message that was received last had been compressed on its way.
  public var responseWasCompressed: Bool { call.answered?.responseWasCompressed ?? false }

  /// What came with the status; empty before the end.
  public var trailers: Metadata { call.answered?.trailers ?? [:] }

  public func cancel() {
    call.cancel()
  }

  public func makeAsyncIterator() -> Iterator {
    Iterator(reader: Reader(call: call), codec: codec)
  }

  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let reader: Reader
    fileprivate let codec: Codec

    public mutating func next() async throws(RPCError) -> Response? {
      try await next(isolation: #isolation)
    }

    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(RPCError) -> Response? {
      guard let bytes = try await reader.call.response().next() else { return nil }
      return unsafe try codec.decode(Response.self, from: bytes.span.bytes)
    }
  }

  /// Lives as long as the loop does, and takes the call with it.
  fileprivate final class Reader: Sendable {
    let call: LazyCall

    init(call: LazyCall) {
      self.call = call
    }

    deinit {
      call.cancel()
    }
  }
}

/// A call that starts when somebody asks for its response.
private final class LazyCall: Sendable {
  private enum State {
    case idle
    case started(Task<Result<ClientResponse, RPCError>, Never>)
    case answered(ClientResponse)
    case cancelled
  }

  private let state = Mutex(State.idle)
  private let start: @Sendable () async throws(RPCError) -> ClientResponse

  init(start: @escaping @Sendable () async throws(RPCError) -> ClientResponse) {
    self.start = start
  }

  func response() async throws(RPCError) -> ClientResponse {
    let task: Task<Result<ClientResponse, RPCError>, Never>
    switch state.withLock({ begin(&$0) }) {
    case .answered(let response): return response
    case .cancelled, .idle: throw .cancelled
    case .started(let running): task = running
    }
    let result = await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
    let response = try result.get()
    state.withLock { state in
      if case .started = state { state = .answered(response) }
    }
    return response
  }

  /// Starts the call unless that has happened, in one step: two may ask at once.
  private func begin(_ state: inout State) -> State {
    guard case .idle = state else { return state }
    let start = start
    state = .started(
      Task {
        do throws(RPCError) {
          return .success(try await start())
        } catch {
          return .failure(error)
        }
      })
    return state
  }

  var answered: ClientResponse? {
    guard case .answered(let response) = state.withLock({ $0 }) else { return nil }
    return response
  }

  func cancel() {
    let previous = state.withLock { state in
      let previous = state
      // An answered call stays readable: its trailers are of interest after the loop.
      if case .answered = previous { return previous }
      state = .cancelled
      return previous
    }
    switch previous {
    case .started(let task): task.cancel()
    case .answered(let response): response.cancel()
    case .idle, .cancelled: break
    }
  }
}
