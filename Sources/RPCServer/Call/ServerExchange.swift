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
  let extras = CallExtras()

  // What the request says, known once its headers are here.
  var contentType = ContentType(.grpc, .proto)
  private(set) var handler: MethodHandler?
  private(set) var page: Page?
  var pageMethod = ""
  var pageTarget = ""
  var deadline: Deadline?
  var requestCompression = Compression.identity
  var accepted = AcceptedCompressions()
  /// Whether the request names a compression that is not ours, so that the answer says which are.
  var compressionIsUnknown = false
  var isGet = false
  /// Whether nothing is served at the path.
  var isUnrouted = false
  var origin: String?

  // What arrived of the body.
  var input = ByteQueue()
  var inputEnded = false
  var deframer = Deframer([], lengthMax: 0)
  var base64: Base64StreamDecoder?
  /// Received bytes that the peer has not been credited for.
  var uncredited = 0
  /// A message that is not framed: Connect's unary request.
  var bareMessageWasRead = false
  var requestWasCompressed = false

  // What was answered.
  var responseStarted = false
  var responseCompression = Compression.identity
  var isFinished = false

  // The handler.
  var task: Task<Void, Never>?
  var isRunning = false
  var failure: RPCError?
  var readWaiter: UnsafeContinuation<Void, Never>?
  var writeWaiter: UnsafeContinuation<Void, Never>?
  var timer: LoopTimer?
  let started: ContinuousClock.Instant
  var arrival = Progress()
  var departure = Progress()
  var departures = 0
  var counts = Counts()

  struct Counts {
    var requests = 0
    var responses = 0
    var requestBytes = 0
    var responseBytes = 0
  }

  init(context: LoopContext, connection: Connection) {
    self.context = context
    self.connection = connection
    started = context.loop.now
  }

  var method: MethodDescriptor {
    guard let handler else { preconditionFailure("a call has a method once it has a handler") }
    return handler.method
  }

  var codec: Codec { contentType.codec }
  var wire: WireProtocol { contentType.wireProtocol }
  var peer: Peer { connection.peer }

  private let parsedMetadata = Mutex<Metadata?>(nil)

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
      contentType = type
      self.handler = handler
      beginCall()
    case .page(let page):
      self.page = page
    case .answered:
      isFinished = true
    }
  }

  override func received(_ body: RawSpan) {
    uncredited += body.byteCount
    guard !isFinished else {
      credit()
      return
    }
    counts.requestBytes += body.byteCount
    do {
      if base64 != nil {
        try base64?.decode(body, into: &input)
      } else {
        input.append(body)
      }
      try checkInput()
    } catch {
      finish(error)
      return
    }
    if unsafe readWaiter != nil || mustBeWhole { credit() }
    wakeReader()
  }

  override func receivedEnd() {
    inputEnded = true
    guard !isFinished else { return }
    if let page {
      answer(page)
    } else if !isRunning {
      start()
    } else {
      wakeReader()
    }
  }

  override func outputShrank() {
    departures &+= 1
    guard output.count <= context.limits.responseBufferMax / 2, let waiter = unsafe writeWaiter
    else {
      return
    }
    unsafe writeWaiter = nil
    unsafe waiter.resume()
  }

  override func ended(_ reason: EndReason) {
    inputEnded = true
    let wasFinished = isFinished
    isFinished = true
    if reason != .completed || !wasFinished {
      failure = failure ?? .cancelled
      task?.cancel()
    }
    if !wasFinished { record(failure?.code ?? .cancelled) }
    stopTimer()
    wakeReader()
    wakeWriter()
  }

  func fired(_ timer: LoopTimer) {
    finish(.deadlineExceeded)
    task?.cancel()
  }

  // MARK: Small change

  /// Whether the handler starts only when the request is complete.
  var mustBeWhole: Bool { handler.map { !$0.method.streamsRequests } ?? true }

  func credit() {
    guard uncredited > 0 else { return }
    carrier?.consumed(uncredited, by: self)
    uncredited = 0
  }

  func wakeReader() {
    guard let waiter = unsafe readWaiter else { return }
    unsafe readWaiter = nil
    unsafe waiter.resume()
  }

  func wakeWriter() {
    guard let waiter = unsafe writeWaiter else { return }
    unsafe writeWaiter = nil
    unsafe waiter.resume()
  }

  func stopTimer() {
    guard let timer else { return }
    context.loop.cancel(timer)
    self.timer = nil
  }

  /// A body that no honest caller sends is refused before it fills the memory.
  private func checkInput() throws(RPCError) {
    if page != nil {
      guard input.count <= context.limits.pageBodyMax else {
        throw RPCError(.resourceExhausted, "the body is larger than \(context.limits.pageBodyMax)")
      }
    } else if wire == .connectUnary {
      guard input.count <= context.limits.requestSizeMax else {
        throw RPCError(
          .resourceExhausted,
          "the message has more than \(context.limits.requestSizeMax) bytes")
      }
    } else if mustBeWhole {
      let envelope = try deframer.next(in: input)
      // One more message shows that there are too many; its bytes are of no interest.
      if let envelope, input.count > envelope.totalCount + Self.surplusMax {
        throw RPCError(.unimplemented, "\(method.path) takes one request message, more came")
      }
    } else {
      _ = try deframer.next(in: input)
    }
  }

  private static let surplusMax = 64 << 10
}
