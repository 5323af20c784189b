internal import Buffers
internal import HTTP
internal import Net
internal import RPC
internal import RPCWire

extension ServerExchange {
  /// Reads what the headers say about the call, and starts the handler if it need not wait.
  func beginCall() {
    for observer in context.observers { observer.callStarted(state.handler?.method) }
    do {
      try readCallHeaders()
    } catch {
      finish(error)
      return
    }
    setTimer()
    if !mustBeWhole { start() }
  }

  private func readCallHeaders() throws(RPCError) {
    var failure: RPCError?
    var timeout: Duration?
    var saysWhatItAccepts = false
    let wire = wire
    let (timeoutField, encodingField) = (wire.timeoutField, wire.encodingField)
    let acceptEncodingField = wire.acceptEncodingField
    for index in 0..<headers.count {
      headers.withField(at: index) { name, value in
        do throws(RPCError) {
          if name.equals(timeoutField) {
            timeout = try wire.timeout(reading: value)
          } else if name.equals(encodingField), !state.isGet {
            guard let known = Compression(reading: value) else {
              state.compressionIsUnknown = true
              throw RPCError(
                .unimplemented,
                "\(value.string) is not supported; use \(AcceptedCompressions.all.list)")
            }
            state.requestCompression = known
          } else if name.equals(acceptEncodingField) {
            state.accepted.formUnion(AcceptedCompressions(reading: value))
            saysWhatItAccepts = true
          } else if name.ends(with: "-bin") {
            try Metadata.check(name, value)
          } else if wire.isConnect, name.equals("connect-protocol-version") {
            guard value.equals("1") else {
              throw RPCError(.invalidArgument, "connect-protocol-version must be 1")
            }
          }
        } catch {
          failure = failure ?? error
        }
      }
    }
    if let failure { throw failure }
    // A Connect client that says nothing accepts what it sends.
    if wire.isConnect, !saysWhatItAccepts {
      state.accepted = AcceptedCompressions(state.requestCompression)
    }
    if let timeout { state.deadline = .after(timeout) }
    state.deframer = Deframer(wire.requestFlags, lengthMax: context.limits.requestSizeMax)
    if wire == .grpcWebText { state.base64 = Base64StreamDecoder() }
    state.responseCompression = state.accepted.choose(context.compression.preferred)
    guard
      context.runningCalls < context.limits.runningCallsMax,
      connection.runningCalls < context.limits.runningCallsPerConnectionMax
    else {
      throw RPCError(
        .resourceExhausted, "the server is busy with other calls",
        details: [.retry(after: .seconds(1))])
    }
  }

  private func setTimer() {
    let limits = context.limits
    var end = state.deadline
    if end == nil, let callTimeout = limits.callTimeout { end = .after(callTimeout) }
    guard let end else { return }
    let timer = LoopTimer(target: self)
    state.timer = timer
    context.loop.set(timer, at: end.instant)
  }

  /// Runs the handler, at first on this very stack.
  func start() {
    guard let handler = state.handler else { return }
    if state.deadline?.hasPassed == true { return finish(.deadlineExceeded) }
    state.isRunning = true
    context.runningCalls += 1
    connection.runningCalls += 1
    let task = Task.immediate(executorPreference: context.loop) {
      let error = await self.context.router.serve(self, with: handler)
      self.handlerEnded(error)
    }
    // A handler that did not wait has ended by now.
    if state.isRunning { state.task = task }
  }

  private func handlerEnded(_ error: RPCError?) {
    state.isRunning = false
    state.task = nil
    context.runningCalls -= 1
    connection.runningCalls -= 1
    finish(error)
  }
}

// MARK: - What the handler asks for

extension ServerExchange {
  var requestIsWhole: Bool { context.loop.isCurrent && state.inputEnded }

  func receiveNow(_ body: (RawSpan) throws -> Void) throws -> Bool? {
    guard context.loop.isCurrent else { return nil }
    if let failure = state.failure { throw failure }
    return try takeMessage { try read($0, body) }
  }

  func sendNow(
    compressed: Bool?, _ encode: (inout ByteQueue) throws -> Void
  ) throws -> Bool {
    guard context.loop.isCurrent, !mustDrain else { return false }
    try put(compressed, encode)
    return true
  }

  /// Whether so much waits to be sent that the handler waits, too. Connect's unary response leaves
  /// when the handler has ended, not before.
  private var mustDrain: Bool {
    output.count > context.limits.responseBufferMax && wire != .connectUnary
  }

  func receive(_ body: (RawSpan) throws -> Void) async throws -> Bool {
    try await receiveAny { try read($0, body) }
  }

  /// Hands a message over. Connect keeps `internal` for broken invariants: what is no message is
  /// the caller's mistake.
  private func read(_ message: RawSpan, _ body: (RawSpan) throws -> Void) throws {
    do {
      try body(message)
    } catch let error as RPCError where error.code == .internal && wire.isConnect {
      throw RPCError(.invalidArgument, error.message)
    }
  }

  private func receiveAny(_ body: (RawSpan) throws -> Void) async throws -> Bool {
    if context.loop.isCurrent { return try await receiveHere(body) }
    return try await receiveElsewhere(body)
  }

  private func receiveElsewhere(_ body: (RawSpan) throws -> Void) async throws -> Bool {
    var message: [UInt8] = []
    let arrived = try await withTaskExecutorPreference(context.loop) {
      try await onLoop { try await self.receiveBytes() }
    }
    guard let arrived else { return false }
    message = arrived
    unsafe try hand(message.span.bytes, to: body)
    return true
  }

  private func receiveBytes() async throws -> [UInt8]? {
    var message: [UInt8] = []
    let arrived = try await receiveHere { bytes in
      message = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
    }
    return arrived ? message : nil
  }

  private func receiveHere(_ body: (RawSpan) throws -> Void) async throws -> Bool {
    while true {
      if let failure = state.failure { throw failure }
      if let arrived = try takeMessage(body) { return arrived }
      credit()
      try await waitForInput()
    }
  }

  /// Waits for more of the request, for the end, or until the task that waits is cancelled: a
  /// handler may read in a child task.
  private func waitForInput() async throws {
    await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { continuation in
        if Task.isCancelled {
          unsafe continuation.resume()
        } else {
          unsafe state.readWaiter = unsafe continuation
        }
      }
    } onCancel: {
      context.loop.execute { self.wakeReader() }
    }
    if state.failure == nil { try Task.checkCancellation() }
  }

  /// Hands the next message to `body`; false at the end, nil while it is not here.
  private func takeMessage(_ body: (RawSpan) throws -> Void) throws -> Bool? {
    if wire == .connectUnary { return try takeBareMessage(body) }
    guard let envelope = try state.deframer.next(in: state.input) else {
      guard state.inputEnded else { return nil }
      try state.base64?.finish()
      try state.deframer.finish(state.input)
      return false
    }
    let compression = try envelope.compression(declared: state.requestCompression)
    state.counts.requests += 1
    defer {
      state.input.drop(envelope.totalCount)
      credit()
    }
    try state.input.withBytes { all in
      let message = all.extracting(Envelope.byteCount..<envelope.totalCount)
      try withDecompressed(message, compression, body)
    }
    return true
  }

  private func takeBareMessage(_ body: (RawSpan) throws -> Void) throws -> Bool? {
    guard state.inputEnded else { return nil }
    guard !state.bareMessageWasRead else { return false }
    state.bareMessageWasRead = true
    state.counts.requests += 1
    try state.input.withBytes { try withDecompressed($0, state.requestCompression, body) }
    state.input.removeAll()
    return true
  }

  private func withDecompressed(
    _ message: RawSpan, _ compression: Compression, _ body: (RawSpan) throws -> Void
  ) throws {
    state.requestWasCompressed = compression != .identity
    guard state.requestWasCompressed else { return try hand(message, to: body) }
    var plain = ByteQueue()
    try context.decompressor.decompress(
      message, into: &plain, compression, limit: context.limits.requestSizeMax)
    try plain.withBytes { try hand($0, to: body) }
  }

  /// Connect keeps `internal` for broken invariants: what is no message is the caller's mistake.
  private func hand(_ message: RawSpan, to body: (RawSpan) throws -> Void) throws {
    do {
      try body(message)
    } catch let error as RPCError where wire.isConnect && error.code == .internal {
      throw RPCError(.invalidArgument, error.message)
    }
  }

  func send(compressed: Bool?, _ encode: (inout ByteQueue) throws -> Void) async throws {
    if context.loop.isCurrent {
      if mustDrain { try await waitUntilSent() }
      try put(compressed, encode)
    } else {
      var message = ByteQueue()
      try encode(&message)
      let bytes = message.take(message.count)
      let isFull = try await context.loop.run {
        try self.put(compressed) { $0.append(bytes) }
        return self.mustDrain
      }
      if isFull { try await waitUntilSent() }
    }
  }

  private func waitUntilSent() async throws {
    if context.loop.isCurrent {
      await waitHere()
    } else {
      await withTaskExecutorPreference(context.loop) {
        await onLoop { await self.waitHere() }
      }
    }
    if let failure = state.failure { throw failure }
    try Task.checkCancellation()
  }

  private func waitHere() async {
    guard !state.isFinished, output.count > context.limits.responseBufferMax / 2 else { return }
    unsafe await withUnsafeContinuation { unsafe state.writeWaiter = unsafe $0 }
  }

  func sendMetadata() async throws {
    try await context.loop.run {
      if let failure = self.state.failure { throw failure }
      if self.wire != .connectUnary { self.startResponse() }
    }
  }
}

/// Runs `body` where the task prefers to run, whatever actor the caller is on.
@concurrent
private func onLoop<T: Sendable>(_ body: @Sendable () async throws -> T) async rethrows -> T {
  try await body()
}
