internal import Buffers
public import HTTP

/// The server's side of one HTTP/1.1 connection.
///
/// It does no I/O: received bytes go in, exchanges are called, bytes to send come out. All of it
/// happens on the connection's event loop.
public final class ServerSession {
  public let limits: Limits
  public var delegate: (any ServerSessionDelegate)?
  /// Why the session refused to read on; the answer is in its output.
  public internal(set) var failure: HTTP1Error?
  public internal(set) var isDraining = false

  let scheme: String
  let date: DateField
  let reader: MessageReader
  /// Requests whose responses are not complete, in the order in which they came.
  var transactions: [Transaction] = []
  /// The one whose request is being read.
  var receiving: Transaction?
  /// Input that waits for its turn.
  var unread = ByteQueue()
  /// Whether the reader holds a head whose exchange is yet to be made.
  var hasParkedHead = false
  /// Whether the connection may bring one more request.
  var acceptsRequests = true
  var inputHasEnded = false
  var isBroken = false
  var hasUpgraded = false
  var isReading = false
  var hasAskedForFlush = false

  /// `scheme` is what `:scheme` says: the session cannot know whether TLS is underneath.
  public init(
    limits: Limits = Limits(), scheme: String = "http", date: DateField,
    delegate: any ServerSessionDelegate
  ) {
    self.limits = limits
    self.scheme = scheme
    self.date = date
    self.delegate = delegate
    reader = MessageReader(role: .server, limits: limits)
  }

  /// Whether the connection should read from its socket. When it turns true again the delegate
  /// is asked for a flush.
  public var wantsInput: Bool {
    !isBroken && !hasUpgraded && !inputHasEnded && unread.isEmpty && !hasParkedHead
      && unconsumed < limits.bodyBufferMax
  }

  /// Whether the connection is to be closed as soon as all output is sent.
  public var shouldClose: Bool {
    if isBroken { return true }
    guard transactions.isEmpty, receiving == nil, !hasUpgraded else { return false }
    return !acceptsRequests || (inputHasEnded && !hasParkedHead && unread.isEmpty)
  }

  /// Whether nothing is open or has begun to arrive.
  public var isIdle: Bool {
    transactions.isEmpty && receiving == nil && !hasParkedHead && reader.isBetweenMessages
  }

  /// Whether a request's head has begun to arrive and is not complete.
  public var isReceivingHead: Bool { reader.isInsideHead }

  /// Whether a request's body is on its way.
  public var isReceivingBody: Bool { receiving != nil }

  /// Ends the connection after the requests that are here.
  public func drain() {
    isDraining = true
    if isIdle { acceptsRequests = false }
    askForFlush()
  }

  /// The peer will send no more bytes.
  public func inputEnded() {
    inputHasEnded = true
    readUnread()
    askForFlush()
  }

  /// The connection is gone, and all exchanges with it.
  public func connectionLost() {
    isBroken = true
    acceptsRequests = false
    receiving = nil
    hasParkedHead = false
    unread.removeAll(keepingUpTo: 0)
    let open = transactions
    transactions = []
    for transaction in open { end(transaction, .connectionLost) }
  }
}

/// The connection that owns a server's session.
public protocol ServerSessionDelegate: AnyObject {
  /// A client sends a request; nil refuses it.
  func makeExchange() -> Exchange?

  /// There is something to flush, or ``ServerSession/wantsInput`` or
  /// ``ServerSession/shouldClose`` has changed.
  func sessionHasOutput()

  /// A client asks to go on with another protocol, `remaining` being what it said in it already.
  ///
  /// After true the session is done with the connection: the new protocol answers with the
  /// status 101. After false the request is one like any other.
  func upgrade(to name: String, _ request: borrowing HeaderList, remaining: RawSpan) -> Bool
}

// MARK: - Bookkeeping

extension ServerSession {
  /// Exchanges that are not over, in the order of their requests.
  public var exchanges: [Exchange] { transactions.compactMap(\.exchange) }

  var unconsumed: Int { transactions.reduce(0) { $0 + $1.unconsumed } }

  func transaction(of exchange: Exchange) -> Transaction? {
    transactions.first { $0.exchange === exchange }
  }

  func end(_ transaction: Transaction, _ reason: EndReason) {
    guard let exchange = transaction.exchange else { return }
    transaction.exchange = nil
    transaction.unconsumed = 0
    exchange.carrier = nil
    exchange.ended(reason)
  }

  /// Ends the connection in the middle of things.
  func breakOff() {
    connectionLost()
    askForFlush()
  }

  func askForFlush() {
    guard !hasAskedForFlush else { return }
    hasAskedForFlush = true
    delegate?.sessionHasOutput()
  }
}

// MARK: - What exchanges ask for

extension ServerSession: ExchangeCarrier {
  public var httpVersion: HTTPVersion { .http1 }

  /// An interim status may be followed by another response, any other is final.
  public func respond(_ exchange: Exchange, _ headers: borrowing HeaderList) {
    guard let transaction = transaction(of: exchange), !transaction.hasResponse else { return }
    transaction.begin(headers)
    askForFlush()
  }

  public func outputGrew(_ exchange: Exchange) {
    exchange.isStalled = false
    // Those behind are looked at when it is their turn.
    if transactions.first?.exchange === exchange { askForFlush() }
  }

  public func consumed(_ count: Int, by exchange: Exchange) {
    guard let transaction = transaction(of: exchange) else { return }
    let before = unconsumed
    transaction.unconsumed -= min(count, transaction.unconsumed)
    if before >= limits.bodyBufferMax, unconsumed < limits.bodyBufferMax { askForFlush() }
  }

  /// Closes the connection; responses to earlier requests are still completed.
  public func reset(_ exchange: Exchange, code: UInt32) {
    guard let transaction = transaction(of: exchange) else { return }
    transaction.isAborted = true
    acceptsRequests = false
    end(transaction, .reset(code))
    askForFlush()
  }
}
