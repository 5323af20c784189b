internal import Buffers
internal import HTTP
internal import Net
internal import RPC
internal import RPCWire
internal import Synchronization

/// One call over a connection, as its client sees it.
///
/// The exchange's side belongs to the connection's loop. What the caller waits for lies in `inbox`,
/// so that reading a message that is here costs no hop.
@safe
final class ClientExchange: Exchange, ClientStream, TimerTarget, @unchecked Sendable {
  // Unchecked: what is not in `inbox` is touched on the loop only, or before the loop sees it.
  let head: CallHead
  let configuration: ChannelConfiguration
  let loop: EventLoop
  let codecs: MessageCodecs
  let contentType: ContentType
  let inbox = Mutex(Inbox())

  // The loop's side.
  var input = ByteQueue()
  var deframer: Deframer
  var base64: Base64StreamDecoder?
  var responseCompression = Compression.identity
  /// Whether the last message in the output goes by the name of a compression.
  var outputIsCompressed = false
  var httpStatus = 0
  /// Whether the headers have a status, which counts if nothing follows them.
  var hasEarlyStatus = false
  var isEnded = false
  var wasStarted = false
  var timer: LoopTimer?
  /// Received bytes that the server has not been credited for.
  var uncredited = 0
  /// Called once when the exchange needs its connection no more.
  var whenEnded: (() -> Void)?
  /// Sends the request once it is as complete as its protocol needs it.
  var startWhenReady: (() -> Void)?
  /// Why the connection went, when it did.
  var lossReason: String?
  /// Ends the wait for a connection.
  var connectTimer: (LoopTimer, WaiterDeadline)?

  /// What arrived and who waits for it.
  @safe
  struct Inbox: ~Copyable {
    var metadata: Metadata?
    var messages: [Message] = []
    var firstMessage = 0
    var lastWasCompressed = false
    var byteCount = 0
    var outcome: Outcome?
    var trailers = Metadata()
    var reader: UnsafeContinuation<Void, Never>?
    var writer: UnsafeContinuation<Void, Never>?
    /// Bytes of requests that are not in the connection's hands.
    var unsentCount = 0
  }

  struct Message {
    var bytes: [UInt8]
    var wasCompressed: Bool
  }

  struct Outcome {
    var error: RPCError?
  }

  init(
    _ head: CallHead, _ configuration: ChannelConfiguration, _ codecs: MessageCodecs,
    _ loop: EventLoop
  ) {
    self.head = head
    self.configuration = configuration
    self.codecs = codecs
    self.loop = loop
    let wire: WireProtocol =
      switch configuration.wire {
      case .grpc: .grpc
      case .grpcWeb: .grpcWeb
      case .grpcWebText: .grpcWebText
      case .connect: head.method.kind == .unary ? .connectUnary : .connectStream
      }
    contentType = ContentType(wire, head.codec)
    deframer = Deframer(wire.responseFlags, lengthMax: head.responseSizeMax)
    super.init()
  }

  var wire: WireProtocol { contentType.wireProtocol }

  // MARK: What the connection tells

  override func receivedHeaders(isLast: Bool) { takeHead() }
  override func received(_ body: RawSpan) { take(body) }
  override func receivedEnd() { takeEnd() }
  override func outputShrank() { wakeWriter() }
  override func ended(_ reason: EndReason) { takeEnd(reason) }

  // MARK: What the caller asks for

  func send(_ message: [UInt8], last: Bool) async throws(RPCError) {
    let limit = configuration.requestBufferMax
    let (outcome, mustWait) = inbox.withLock { inbox in
      inbox.unsentCount += message.count
      return (inbox.outcome, inbox.unsentCount > limit)
    }
    if let outcome { throw outcome.error ?? .endedEarly }
    loop.execute { self.write(message, isLast: last) }
    guard mustWait else { return }
    unsafe await withUnsafeContinuation { continuation in
      let waits = inbox.withLock { inbox in
        guard inbox.outcome == nil, inbox.unsentCount > limit else { return false }
        unsafe inbox.writer = continuation
        return true
      }
      if !waits { unsafe continuation.resume() }
    }
    if let error = inbox.withLock({ $0.outcome?.error }) { throw error }
  }

  func finishSending() async {
    loop.execute { self.endOutput() }
  }

  func receiveMetadata() async throws(RPCError) -> Metadata {
    while true {
      let (metadata, outcome) = inbox.withLock { ($0.metadata, $0.outcome) }
      if let error = outcome?.error, metadata == nil { throw error }
      if let metadata { return metadata }
      if outcome != nil { return [:] }
      await wait { $0.metadata != nil }
    }
  }

  func receive() async throws(RPCError) -> [UInt8]? {
    while true {
      let (message, outcome, left) = inbox.withLock { inbox in
        (inbox.takeMessage(), inbox.outcome, inbox.byteCount)
      }
      if let message {
        if left <= configuration.responseBufferMax / 2 { loop.execute { self.credit() } }
        return message
      }
      if let outcome {
        if let error = outcome.error { throw error }
        return nil
      }
      await wait { $0.firstMessage < $0.messages.count }
    }
  }

  var responseWasCompressed: Bool { inbox.withLock { $0.lastWasCompressed } }

  var trailers: Metadata { inbox.withLock { $0.trailers } }

  func cancel(_ error: RPCError) {
    guard inbox.withLock({ $0.outcome == nil }) else { return }
    loop.execute {
      guard !self.isEnded else { return }
      self.finish(error)
      self.carrier?.reset(self, code: HTTP2Code.cancel)
    }
  }

  private func wait(_ isReady: (borrowing Inbox) -> Bool) async {
    unsafe await withUnsafeContinuation { continuation in
      let waits = inbox.withLock { inbox in
        guard inbox.outcome == nil, !isReady(inbox) else { return false }
        unsafe inbox.reader = continuation
        return true
      }
      if !waits { unsafe continuation.resume() }
    }
  }
}

extension ClientExchange.Inbox {
  mutating func takeMessage() -> [UInt8]? {
    guard firstMessage < messages.count else { return nil }
    var message: [UInt8] = []
    swap(&message, &messages[firstMessage].bytes)
    lastWasCompressed = messages[firstMessage].wasCompressed
    firstMessage += 1
    byteCount -= message.count
    if firstMessage == messages.count {
      messages.removeAll(keepingCapacity: true)
      firstMessage = 0
    }
    return message
  }

  mutating func takeReader() -> UnsafeContinuation<Void, Never>? {
    defer { unsafe reader = nil }
    return unsafe reader
  }

  mutating func takeWriter() -> UnsafeContinuation<Void, Never>? {
    defer { unsafe writer = nil }
    return unsafe writer
  }
}

extension RPCError {
  /// The server was done before it had read everything. Its answer says how the call went.
  static let endedEarly = RPCError(.cancelled, "the call ended before all messages were sent")
}

/// What the calls of one loop share to compress and decompress.
final class MessageCodecs {
  let compressor = Compressor()
  let decompressor = Decompressor()
}
