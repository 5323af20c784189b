public import Buffers
public import HTTP

/// The client's side of one HTTP/1.1 connection: one exchange at a time.
///
/// It does no I/O: received bytes go in, the exchange is called, bytes to send come out. All of it
/// happens on the connection's event loop.
public final class ClientSession {
  public let limits: Limits
  public var delegate: (any ClientSessionDelegate)?
  /// Why the session could not make sense of the server.
  public internal(set) var failure: HTTP1Error?

  let reader: MessageReader
  var exchange: Exchange?
  /// Input that waits until the exchange has consumed what it has.
  var unread = ByteQueue()
  var unconsumed = 0
  var interimCount = 0
  var hasFinalHead = false

  var head = ByteQueue()
  var written = WrittenFields()
  var headIsWritten = false
  var mayOmitLength = false
  var hasSentAll = false
  var body = BodyWriter(framing: .none)

  var isBroken = false
  var keepsAlive = true
  var inputHasEnded = false
  var isReading = false
  var hasAskedForFlush = false

  public init(limits: Limits = Limits(), delegate: any ClientSessionDelegate) {
    self.limits = limits
    self.delegate = delegate
    reader = MessageReader(role: .client, limits: limits)
  }

  /// Whether the connection can take a request now.
  public var canSend: Bool { exchange == nil && keepsAlive && !isBroken && !inputHasEnded }

  /// Whether the connection should read from its socket. When it turns true again the delegate
  /// is asked for a flush.
  public var wantsInput: Bool {
    !isBroken && !inputHasEnded && unread.isEmpty && unconsumed < limits.bodyBufferMax
  }

  /// Whether the connection is of no more use.
  public var shouldClose: Bool {
    isBroken || (exchange == nil && (!keepsAlive || inputHasEnded))
  }

  /// Lets the current exchange be the last.
  public func drain() {
    keepsAlive = false
    askForFlush()
  }

  /// The server will send no more bytes.
  public func inputEnded() {
    inputHasEnded = true
    readUnread()
    askForFlush()
  }

  /// The connection is gone, and its exchange with it.
  public func connectionLost() {
    isBroken = true
    unread.removeAll(keepingUpTo: 0)
    end(.connectionLost)
  }
}

/// The connection that owns a client's session.
public protocol ClientSessionDelegate: AnyObject {
  /// There is something to flush, or ``ClientSession/wantsInput``, ``ClientSession/canSend`` or
  /// ``ClientSession/shouldClose`` has changed.
  func sessionHasOutput()
}

// MARK: - The request

extension ClientSession {
  /// Sends a request whose first fields are the pseudo header fields, when ``canSend`` says so.
  ///
  /// The body follows from the exchange's output.
  public func request(_ exchange: Exchange, _ headers: borrowing HeaderList) {
    precondition(canSend, "one exchange at a time")
    self.exchange = exchange
    exchange.carrier = self
    unconsumed = 0
    interimCount = 0
    hasFinalHead = false
    hasSentAll = false
    headIsWritten = false
    writeHead(headers)
    askForFlush()
  }

  private func writeHead(_ headers: borrowing HeaderList) {
    let method = headers.first(":method") ?? "GET"
    reader.parser.answersHead = method == "HEAD"
    mayOmitLength = ["GET", "HEAD", "DELETE", "OPTIONS"].contains(method)
    head.removeAll()
    head.appendValue(of: ":method", in: headers)
    head.append(" ")
    head.appendTarget(headers.first(":path") ?? "/")
    head.append(" HTTP/1.1\r\nhost: ")
    head.appendValue(of: ":authority", in: headers)
    head.append("\r\n")
    written = head.appendFields(headers)
  }

  /// Appends what the server should see next, until `output` has about `limit` bytes.
  public func flush(into output: inout ByteQueue, limit: Int) {
    hasAskedForFlush = false
    readUnread()
    guard let exchange, !hasSentAll, !isBroken, output.count < limit else { return }
    if !headIsWritten { completeHead(exchange) }
    head.withBytes { output.append($0) }
    head.removeAll(keepingUpTo: 1024)
    switch body.write(exchange, into: &output, limit: limit) {
    case .stalled, .full: return
    case .ended: hasSentAll = true
    case .broken:
      breakOff(.reset(HTTP2Code.internalError))
    }
  }

  private func completeHead(_ exchange: Exchange) {
    headIsWritten = true
    let available = exchange.outputHasEnded ? exchange.output.count : nil
    if let length = written.contentLength ?? available {
      body.framing = .length(length)
      if length > 0 || !mayOmitLength { head.append("content-length: \(length)\r\n") }
    } else {
      body.framing = .chunked
      head.append("transfer-encoding: chunked\r\n")
    }
    if !keepsAlive { head.append("connection: close\r\n") }
    head.append("\r\n")
  }
}

extension ByteQueue {
  fileprivate mutating func appendValue(of name: StaticString, in headers: borrowing HeaderList) {
    guard let index = headers.firstIndex(of: name) else { return }
    headers.withField(at: index) { _, value in appendFieldText(value) }
  }

  /// Appends a target in which no byte can end it: such a byte is escaped.
  fileprivate mutating func appendTarget(_ path: String) {
    for byte in path.utf8 {
      if (UInt8(ascii: "!")...UInt8(ascii: "~")).contains(byte) {
        append(byte)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        append(digits.utf8.count < 2 ? "%0\(digits)" : "%\(digits)")
      }
    }
  }
}

// MARK: - What the exchange asks for

extension ClientSession: ExchangeCarrier {
  public var httpVersion: HTTPVersion { .http1 }

  /// Clients do not respond.
  public func respond(_ exchange: Exchange, _ headers: borrowing HeaderList) {
    preconditionFailure("a response is the server's")
  }

  public func outputGrew(_ exchange: Exchange) {
    exchange.isStalled = false
    if self.exchange === exchange { askForFlush() }
  }

  public func consumed(_ count: Int, by exchange: Exchange) {
    guard self.exchange === exchange else { return }
    let before = unconsumed
    unconsumed -= min(count, unconsumed)
    if before >= limits.bodyBufferMax, unconsumed < limits.bodyBufferMax { askForFlush() }
  }

  /// Closes the connection.
  public func reset(_ exchange: Exchange, code: UInt32) {
    guard self.exchange === exchange else { return }
    breakOff(.reset(code))
  }
}
