internal import Buffers
internal import HTTP
internal import Net
internal import RPC
internal import RPCWire
internal import Synchronization

/// One request that a connection received, and its answer: a call, or a plain HTTP page.
///
/// Belongs to its connection's event loop. The handler's task prefers that loop, so that its reads
/// and writes are plain calls; from elsewhere they hop.
@safe
final class ServerExchange: Exchange, ServerStream, TimerTarget, @unchecked Sendable {
  // Unchecked: everything below is touched on the loop only; what others may touch is in `extras`.
  let context: LoopContext
  let connection: Connection

  let started: ContinuousClock.Instant
  private let address: UnsafeMutablePointer<CallState>
  private let madeExtras = Mutex<CallExtras?>(nil)
  private let hasExtras = Atomic(false)
  private let parsedMetadata = Mutex<Metadata?>(nil)

  /// What the call has come to.
  var state: CallState {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(address) }
    @inline(__always) unsafeMutableAddress { unsafe address }
  }

  init(context: LoopContext, connection: Connection) {
    self.context = context
    self.connection = connection
    started = context.loop.now
    unsafe address = context.calls.take()
    let shared = unsafe withUnsafeMutablePointer(to: &address.pointee.shared) { unsafe $0 }
    unsafe super.init(stateAt: shared)
  }

  deinit {
    // The last to let go of a call may be a task of its handler, anywhere.
    if context.loop.isCurrent {
      unsafe context.calls.give(address)
    } else {
      unsafe CallSlab.free(address)
    }
  }

  var method: MethodDescriptor {
    guard let handler = state.handler else {
      preconditionFailure("a call has a method once it has a handler")
    }
    return handler.method
  }

  var codec: Codec { state.contentType.codec }
  var wire: WireProtocol { state.contentType.wireProtocol }
  var peer: Peer { connection.peer }
  var deadline: Deadline? { state.deadline }
  var requestWasCompressed: Bool { state.requestWasCompressed }
  /// Made when somebody asks: most handlers answer with a message and nothing more.
  var extras: CallExtras {
    madeExtras.withLock { made in
      if let made { return made }
      let extras = CallExtras()
      made = extras
      hasExtras.store(true, ordering: .releasing)
      return extras
    }
  }
  /// What the handler has changed about its call, if anything.
  var changedExtras: CallExtras? {
    guard hasExtras.load(ordering: .acquiring), extras.isChanged else { return nil }
    return extras
  }

  /// What came beside the messages, read when somebody asks. Headers do not change any more then,
  /// and what cannot be read was refused when they arrived.
  var metadata: Metadata {
    parsedMetadata.withLock { parsed in
      if let parsed { return parsed }
      let metadata = (try? Metadata(reading: headers)) ?? Metadata()
      parsed = metadata
      return metadata
    }
  }

  // MARK: What the connection tells

  override func receivedHeaders(isLast: Bool) {
    switch classify() {
    case .call(let type, let handler):
      state.contentType = type
      state.handler = handler
      beginCall()
    case .page(let page):
      state.page = page
    case .answered:
      state.isFinished = true
    }
  }

  override func received(_ body: RawSpan) {
    state.uncredited += body.byteCount
    guard !state.isFinished else {
      credit()
      return
    }
    state.counts.requestBytes += body.byteCount
    do {
      try state.append(body)
      try checkInput()
    } catch {
      if state.page == nil {
        finish(error)
      } else {
        state.isFinished = true
        respond(status: 413, "\(error.message)\n")
      }
      return
    }
    if unsafe state.readWaiter != nil || mustBeWhole { credit() }
    wakeReader()
  }

  override func receivedEnd() {
    state.inputEnded = true
    guard !state.isFinished else { return }
    if let page = state.page {
      answer(page)
    } else if !state.isRunning {
      start()
    } else {
      wakeReader()
    }
  }

  override func outputShrank() {
    state.departures &+= 1
    guard output.count <= context.limits.responseBufferMax / 2,
      let waiter = unsafe state.writeWaiter
    else {
      return
    }
    unsafe state.writeWaiter = nil
    unsafe waiter.resume()
  }

  override func ended(_ reason: EndReason) {
    state.inputEnded = true
    let wasFinished = state.isFinished
    state.isFinished = true
    if reason != .completed || !wasFinished {
      state.failure = state.failure ?? .cancelled
      state.task?.cancel()
    }
    if !wasFinished { record(state.failure?.code ?? .cancelled) }
    stopTimer()
    wakeReader()
    wakeWriter()
  }

  func fired(_ timer: LoopTimer) {
    finish(.deadlineExceeded)
    state.task?.cancel()
  }

  // MARK: Small change

  /// Whether the handler starts only when the request is complete.
  var mustBeWhole: Bool {
    guard let handler = state.handler else { return true }
    return !handler.streamsRequests
  }

  func credit() {
    guard state.uncredited > 0 else { return }
    carrier?.consumed(state.uncredited, by: self)
    state.uncredited = 0
  }

  func wakeReader() {
    guard let waiter = unsafe state.readWaiter else { return }
    unsafe state.readWaiter = nil
    unsafe waiter.resume()
  }

  func wakeWriter() {
    guard let waiter = unsafe state.writeWaiter else { return }
    unsafe state.writeWaiter = nil
    unsafe waiter.resume()
  }

  func stopTimer() {
    guard let timer = state.timer else { return }
    context.loop.cancel(timer)
    state.timer = nil
  }

  /// A body that no honest caller sends is refused before it fills the memory.
  private func checkInput() throws(RPCError) {
    if state.page != nil {
      guard state.input.count <= context.limits.pageBodyMax else {
        throw RPCError(.resourceExhausted, "the body is larger than \(context.limits.pageBodyMax)")
      }
    } else if wire == .connectUnary {
      guard state.input.count <= context.limits.requestSizeMax else {
        throw RPCError(
          .resourceExhausted,
          "the message has more than \(context.limits.requestSizeMax) bytes")
      }
    } else if mustBeWhole {
      let envelope = try state.deframer.next(in: state.input)
      // One more message shows that there are too many; its bytes are of no interest.
      if let envelope, state.input.count > envelope.totalCount + Self.surplusMax {
        throw RPCError(.unimplemented, "\(method.path) takes one request message, more came")
      }
    } else {
      _ = try state.deframer.next(in: state.input)
    }
  }

  private static let surplusMax = 64 << 10
}
