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
    let trailers = extras.state.withLock { $0.responseTrailers }
    let wake = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard state.outcome == nil else {
        if discardingMessages { state.responses.messages.removeAll() }
        return []
      }
      var error = error
      error?.metadata.append(contentsOf: trailers)
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
        await wait { state, waiter in
          guard state.outcome == nil, state.requests.isEmptyAndOpen else { return false }
          state.requests.receiver = waiter
          return true
        }
      }
    }
  }

  func send(compressed: Bool?, _ encode: (inout ByteQueue) throws -> Void) async throws {
    try await sendMetadata()
    var queue = ByteQueue()
    try encode(&queue)
    let bytes = queue.take(queue.count)
    try await put(bytes, into: \.responses)
  }

  func sendMetadata() async throws {
    let metadata = extras.state.withLock { $0.responseMetadata }
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
    try await put(message, into: \.requests)
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
      await wait { state, waiter in
        guard state.outcome == nil, state.responseMetadata == nil else { return false }
        state.metadataWaiter = waiter
        return true
      }
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
        await wait { state, waiter in
          guard state.outcome == nil, state.responses.isEmptyAndOpen else { return false }
          state.responses.receiver = waiter
          return true
        }
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

    mutating func next() -> Step {
      guard !messages.isEmpty else { return isFinished ? .finished : .wait }
      let message = messages.removeFirst()
      byteCount -= message.count
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

  private func put(
    _ bytes: [UInt8], into pipe: any WritableKeyPath<State, MessagePipe> & Sendable
  ) async throws(RPCError) {
    let (receiver, error) = state.withLock {
      state -> (CheckedContinuation<Void, Never>?, RPCError?) in
      if let outcome = state.outcome { return (nil, outcome.error ?? .cancelled) }
      state[keyPath: pipe].messages.append(bytes)
      state[keyPath: pipe].byteCount += bytes.count
      return (state[keyPath: pipe].takeReceiver(), nil)
    }
    if let error { throw error }
    receiver?.resume()
    let limit = limits.bufferSizeMax
    await wait { state, waiter in
      guard state.outcome == nil, state[keyPath: pipe].byteCount > limit else { return false }
      state[keyPath: pipe].sender = waiter
      return true
    }
  }

  /// Suspends if `register` stores the continuation; it decides under the lock.
  private func wait(
    _ register: (inout State, CheckedContinuation<Void, Never>) -> Bool
  ) async {
    await withCheckedContinuation { continuation in
      if !state.withLock({ register(&$0, continuation) }) { continuation.resume() }
    }
  }
}
