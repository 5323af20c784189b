internal import Buffers
internal import Synchronization

/// Both ends of a call that never leaves the process.
final class InProcessCall: ServerStream, ClientStream {
  let method: MethodDescriptor
  let metadata: Metadata
  let deadline: Deadline?
  let codec: Codec
  let extras = CallExtras()
  let requestWasCompressed = false
  let responseWasCompressed = false
  let peer = Peer(address: "in-process")
  private let responseSizeMax: Int
  private let limits: InProcessTransport.Limits
  private let state = Mutex(State())

  init(_ head: CallHead, limits: InProcessTransport.Limits) {
    method = head.method
    metadata = head.metadata
    deadline = head.deadline
    codec = head.codec
    responseSizeMax = head.responseSizeMax
    self.limits = limits
  }

  private struct State {
    var requests = MessagePipe()
    var responses = MessagePipe()
    var responseMetadata: Metadata?
    var metadataWaiter: CheckedContinuation<Void, Never>?
    /// How the call ended; a nil error is success.
    var outcome: Outcome?
    var trailers = Metadata()
    var endActions: [@Sendable () -> Void] = []
  }

  private struct Outcome {
    var error: RPCError?
  }

  /// Runs `action` when the call ends, or now if it has.
  func onEnd(_ action: @escaping @Sendable () -> Void) {
    let hasEnded = state.withLock { state in
      if state.outcome == nil { state.endActions.append(action) }
      return state.outcome != nil
    }
    if hasEnded { action() }
  }

  /// Ends the call with the handler's outcome: messages that were sent are still delivered.
  func finish(_ error: RPCError?) {
    end(error, discardingMessages: false)
  }

  func cancel(_ error: RPCError) {
    end(error, discardingMessages: true)
  }

  private func end(_ error: RPCError?, discardingMessages: Bool) {
    let (metadata, trailers) = extras.read { ($0.responseMetadata, $0.responseTrailers) }
    let wake = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard state.outcome == nil else {
        if discardingMessages { state.responses.messages.removeAll() }
        return []
      }
      var error = error
      error?.metadata.append(contentsOf: trailers)
      if error == nil, state.responseMetadata == nil { state.responseMetadata = metadata }
      state.outcome = Outcome(error: error)
      state.trailers = trailers
      if discardingMessages { state.responses.messages.removeAll() }
      var wake = state.requests.takeWaiters() + state.responses.takeWaiters()
      if let waiter = state.metadataWaiter { wake.append(waiter) }
      state.metadataWaiter = nil
      return wake
    }
    for waiter in wake { waiter.resume() }
    let actions = state.withLock { state in
      defer { state.endActions = [] }
      return state.endActions
    }
    for action in actions { action() }
  }
}

// MARK: - The server's end

extension InProcessCall {
  func receive(_ body: (RawSpan) throws -> Void) async throws -> Bool {
    while true {
      let step = state.withLock { state -> Step in
        if state.outcome != nil { return .ended(state.outcome?.error ?? .cancelled) }
        return state.requests.next()
      }
      switch step {
      case .message(let bytes, let sender):
        sender?.resume()
        guard bytes.count <= limits.requestSizeMax else {
          throw RPCError(
            .resourceExhausted,
            "the message has \(bytes.count) bytes, more than \(limits.requestSizeMax)")
        }
        unsafe try body(bytes.span.bytes)
        return true
      case .finished:
        return false
      case .ended(let error):
        throw error
      case .wait:
        try Task.checkCancellation()
        await wait(in: \.requests.receiver) { $0.outcome == nil && $0.requests.isEmptyAndOpen }
      }
    }
  }

  func send(compressed: Bool?, _ encode: (inout ByteQueue) throws -> Void) async throws {
    try await sendMetadata()
    var queue = ByteQueue()
    try encode(&queue)
    let bytes = queue.take(queue.count)
    try await put(bytes, into: \.responses, waitingIn: \.responses.sender)
  }

  func sendMetadata() async throws {
    let metadata = extras.read(\.responseMetadata)
    let waiter = state.withLock { state in
      if state.responseMetadata == nil { state.responseMetadata = metadata }
      defer { state.metadataWaiter = nil }
      return state.metadataWaiter
    }
    waiter?.resume()
  }
}

// MARK: - The client's end

extension InProcessCall {
  func send(_ message: [UInt8], last: Bool) async throws(RPCError) {
    try await put(message, into: \.requests, waitingIn: \.requests.sender)
    if last { await finishSending() }
  }

  func finishSending() async {
    let waiter = state.withLock { state in
      state.requests.isFinished = true
      return state.requests.takeReceiver()
    }
    waiter?.resume()
  }

  func receiveMetadata() async throws(RPCError) -> Metadata {
    while true {
      let (metadata, outcome) = state.withLock { ($0.responseMetadata, $0.outcome) }
      if let metadata { return metadata }
      if let outcome {
        if let error = outcome.error { throw error }
        return [:]
      }
      if Task.isCancelled { throw .cancelled }
      await wait(in: \.metadataWaiter) { $0.outcome == nil && $0.responseMetadata == nil }
    }
  }

  func receive() async throws(RPCError) -> [UInt8]? {
    while true {
      let step = state.withLock { state -> Step in
        if state.outcome != nil { state.responses.isFinished = true }
        let step = state.responses.next()
        if case .finished = step, let error = state.outcome?.error { return .ended(error) }
        return step
      }
      switch step {
      case .message(let bytes, let sender):
        sender?.resume()
        guard bytes.count <= responseSizeMax else {
          let error = RPCError(
            .resourceExhausted,
            "the message has \(bytes.count) bytes, more than \(responseSizeMax)")
          cancel(error)
          throw error
        }
        return bytes
      case .finished:
        return nil
      case .ended(let error):
        throw error
      case .wait:
        if Task.isCancelled { throw .cancelled }
        await wait(in: \.responses.receiver) { $0.outcome == nil && $0.responses.isEmptyAndOpen }
      }
    }
  }

  var trailers: Metadata { state.withLock { $0.trailers } }
}

// MARK: - Waiting

extension InProcessCall {
  fileprivate enum Step {
    case message([UInt8], sender: CheckedContinuation<Void, Never>?)
    case finished
    case ended(RPCError)
    case wait
  }

  /// Messages in one direction, and who waits for them or for room.
  fileprivate struct MessagePipe {
    var messages: [[UInt8]] = []
    var byteCount = 0
    var isFinished = false
    var receiver: CheckedContinuation<Void, Never>?
    var sender: CheckedContinuation<Void, Never>?

    var isEmptyAndOpen: Bool { messages.isEmpty && !isFinished }

    /// Empty messages fill a buffer as well.
    private static func weight(of message: [UInt8]) -> Int { message.count + 5 }

    mutating func append(_ message: [UInt8]) {
      messages.append(message)
      byteCount += Self.weight(of: message)
    }

    mutating func next() -> Step {
      guard !messages.isEmpty else { return isFinished ? .finished : .wait }
      let message = messages.removeFirst()
      byteCount -= Self.weight(of: message)
      defer { sender = nil }
      return .message(message, sender: sender)
    }

    mutating func takeReceiver() -> CheckedContinuation<Void, Never>? {
      defer { receiver = nil }
      return receiver
    }

    mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
      defer {
        receiver = nil
        sender = nil
      }
      return [receiver, sender].compactMap { $0 }
    }
  }

  /// Where the state keeps somebody who waits.
  private typealias Slot = WritableKeyPath<State, CheckedContinuation<Void, Never>?> & Sendable

  private func put(
    _ bytes: [UInt8], into pipe: any WritableKeyPath<State, MessagePipe> & Sendable,
    waitingIn slot: any Slot
  ) async throws(RPCError) {
    let (receiver, error) = state.withLock {
      state -> (CheckedContinuation<Void, Never>?, RPCError?) in
      if let outcome = state.outcome { return (nil, outcome.error ?? .cancelled) }
      state[keyPath: pipe].append(bytes)
      return (state[keyPath: pipe].takeReceiver(), nil)
    }
    if let error { throw error }
    receiver?.resume()
    let limit = limits.bufferSizeMax
    await wait(in: slot) {
      $0.outcome == nil && $0[keyPath: pipe].byteCount > limit
    }
    // A handler may cancel the task of one direction while the call goes on.
    if Task.isCancelled { throw .cancelled }
  }

  /// Suspends while `condition` holds, until somebody takes the continuation out of `slot` or the
  /// task is cancelled.
  private func wait(
    in slot: any Slot,
    while condition: (State) -> Bool
  ) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let waits = state.withLock { state in
          // The handler below runs after the flag is set, and then finds what is stored here.
          guard !Task.isCancelled, condition(state) else { return false }
          state[keyPath: slot] = continuation
          return true
        }
        if !waits { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        defer { state[keyPath: slot] = nil }
        return state[keyPath: slot]
      }
      waiter?.resume()
    }
  }
}
