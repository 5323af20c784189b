extension Client {
  /// Runs the request through the interceptors, then over the transport, as often as its policy
  /// allows.
  func start(_ request: ClientRequest) async throws(RPCError) -> ClientResponse {
    do {
      try request.metadata.validate()
    } catch {
      throw RPCError(.internal, "the call's metadata cannot be sent: \(error)")
    }
    return try await intercepted(request, from: 0)
  }

  @Sendable
  private func intercepted(
    _ request: ClientRequest, from index: Int
  ) async throws(RPCError) -> ClientResponse {
    guard index < interceptors.count else { return try await attempts(request) }
    return try await interceptors[index].intercept(request) { (request) throws(RPCError) in
      try await intercepted(request, from: index + 1)
    }
  }

  private func attempts(_ request: ClientRequest) async throws(RPCError) -> ClientResponse {
    switch request.options.retry ?? .standard(for: request.method) {
    case .hedge(let policy) where request.message != nil:
      return try await hedged(request, policy)
    case .retry(let policy) where request.message != nil:
      return try await retried(request, policy)
    default:
      return try await retried(request, RetryPolicy.Retry(attemptsMax: 1, codes: []))
    }
  }

  /// How often a call is sent again although its policy does not ask for it: the transport knows
  /// that it never reached a handler.
  private static let transparentRetriesMax = 5

  private func retried(
    _ request: ClientRequest, _ policy: RetryPolicy.Retry
  ) async throws(RPCError) -> ClientResponse {
    var failures: [Status] = []
    var attempt = 1
    var transparent = 0
    while true {
      var current = request
      if attempt > 1 { current.metadata["grpc-previous-rpc-attempts"] = String(attempt - 1) }
      do {
        let response = try await once(current)
        throttle.succeeded()
        return response
      } catch {
        var error = error
        error.attempts = failures
        failures.append(error.status)
        guard request.deadline?.hasPassed != true, !Task.isCancelled else { throw error }
        if error.isUnprocessed, request.message != nil, transparent < Self.transparentRetriesMax {
          transparent += 1
          continue
        }
        // Neither a success nor a failure in the throttle's eyes.
        guard policy.codes.contains(error.code) else { throw error }
        let allowed = throttle.failed()
        let pushback = Pushback(error.metadata)
        let attemptsMax = min(policy.attemptsMax, RetryPolicy.attemptsLimit)
        guard allowed, pushback != .stop, attempt < attemptsMax else { throw error }
        attempt += 1
        let delay =
          pushback.delay ?? policy.backoff(before: attempt, random: .random(in: 0..<1))
        if let deadline = request.deadline, deadline.remaining < delay { throw error }
        do { try await Task.sleep(for: delay) } catch { throw RPCError.cancelled }
      }
    }
  }

  private func hedged(
    _ request: ClientRequest, _ policy: RetryPolicy.Hedge
  ) async throws(RPCError) -> ClientResponse {
    let result = await withTaskGroup(of: HedgeEvent.self) { group in
      let attemptsMax = max(1, min(policy.attemptsMax, RetryPolicy.attemptsLimit))
      var started = 0
      var running = 0
      var failures: [Status] = []

      func startNext() {
        guard started < attemptsMax else { return }
        var current = request
        if started > 0 { current.metadata["grpc-previous-rpc-attempts"] = String(started) }
        started += 1
        running += 1
        group.addTask { [current] in
          do throws(RPCError) {
            return .answered(.success(try await once(current)))
          } catch {
            return .answered(.failure(error))
          }
        }
        if started < attemptsMax {
          group.addTask {
            // Cancelled with the group; the event is then of no interest.
            try? await Task.sleep(for: policy.delay)
            return .delayPassed
          }
        }
      }

      startNext()
      var last = RPCError.cancelled
      while let event = await group.next() {
        switch event {
        case .delayPassed:
          if throttle.allowsAttempts { startNext() }
        case .answered(.success(let response)):
          throttle.succeeded()
          group.cancelAll()
          return Result<ClientResponse, RPCError>.success(response)
        case .answered(.failure(var error)):
          running -= 1
          error.attempts = failures
          failures.append(error.status)
          last = error
          let mayGoOn = policy.nonFatalCodes.contains(error.code) && throttle.failed()
          guard mayGoOn, Pushback(error.metadata) != .stop, running > 0 || started < attemptsMax
          else {
            group.cancelAll()
            return .failure(error)
          }
          if running == 0 { startNext() }
        }
      }
      return .failure(last)
    }
    return try result.get()
  }

  private enum HedgeEvent: Sendable {
    case delayPassed
    case answered(Result<ClientResponse, RPCError>)
  }

  /// One attempt: opens the stream, sends, and waits until the response begins.
  private func once(_ request: ClientRequest) async throws(RPCError) -> ClientResponse {
    if request.deadline?.hasPassed == true { throw .deadlineExceeded }
    if Task.isCancelled { throw .cancelled }
    let stream = try await transport.open(
      CallHead(
        method: request.method, metadata: request.metadata, deadline: request.deadline,
        codec: request.codec, compression: request.options.compression ?? .identity,
        compresses: request.options.compresses,
        waitForReady: request.options.waitForReady ?? false,
        responseSizeMax: request.options.responseSizeMax ?? Self.responseSizeMaxDefault))
    var sender: Task<Void, Never>?
    switch request.body {
    case .message(let message):
      try await stream.cancelling { (stream) throws(RPCError) in
        // The server may answer before it has read everything: what it said counts, not this.
        try? await stream.send(message, last: true)
      }
    case .stream(let produce):
      sender = Task {
        do {
          try await produce(RequestSink(stream: stream))
          await stream.finishSending()
        } catch let error as RPCError {
          stream.cancel(error)
        } catch {
          stream.cancel(
            RPCError(.cancelled, "the sequence of request messages failed", cause: error))
        }
      }
    }
    do {
      let metadata = try await stream.cancelling { (stream) throws(RPCError) in
        try await stream.receiveMetadata()
      }
      return ClientResponse(metadata: metadata, stream: stream, sender: sender)
    } catch {
      sender?.cancel()
      throw error
    }
  }
}

extension RetryPolicy {
  /// What happens where nobody chose: methods that declare themselves repeatable are repeated.
  static func standard(for method: MethodDescriptor) -> RetryPolicy {
    method.idempotency == .unknown ? .never : .retry(Retry())
  }
}

/// What a server says about when to try again (`grpc-retry-pushback-ms`, gRFC A6).
private enum Pushback: Equatable {
  case none
  case stop
  case after(Duration)

  init(_ metadata: Metadata) {
    guard let text = metadata["grpc-retry-pushback-ms"] else {
      self = .none
      return
    }
    if let milliseconds = Int32(text), milliseconds >= 0 {
      self = .after(.milliseconds(Int64(milliseconds)))
    } else {
      self = .stop
    }
  }

  var delay: Duration? {
    guard case .after(let delay) = self else { return nil }
    return delay
  }
}
