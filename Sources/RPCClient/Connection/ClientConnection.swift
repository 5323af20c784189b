internal import Buffers
internal import HTTP
internal import HTTP1
internal import HTTP2
internal import Net
internal import RPC
internal import Transport

/// One connection to a server. Belongs to its channel's loop.
final class ClientConnection: ByteStreamOwner, @unchecked Sendable {
  // Unchecked: touched on the loop only; others hold it to hand it back to the loop.
  let address: SocketAddress
  private let loop: EventLoop
  private let configuration: ChannelConfiguration
  private let authority: String
  private let scheme: StaticString
  private var owner: (any ClientConnectionOwner)?
  private var stream: ByteStream?
  private var session = Session.none
  private var state = State.connecting(since: .now)
  private var lastRead = ContinuousClock.now
  private var pingSent: ContinuousClock.Instant?
  /// Why the connection ends where it is not the socket's doing: what the server said when it sent
  /// us away, or what it did wrong.
  private var dismissal: String?

  private enum Session {
    case none
    case http2(HTTP2.Session)
    case http1(HTTP1.ClientSession)
  }

  private enum State {
    case connecting(since: ContinuousClock.Instant)
    case ready
    /// Takes no new calls, those that run go on.
    case draining
    case closed
  }

  init(
    _ address: SocketAddress, _ configuration: ChannelConfiguration, authority: String,
    loop: EventLoop, owner: any ClientConnectionOwner
  ) {
    self.address = address
    self.configuration = configuration
    self.authority = authority
    self.loop = loop
    self.owner = owner
    scheme = configuration.tls == nil ? "http" : "https"
  }

  func connect(serverName: String) throws(SystemError) {
    let socket = try Socket.connecting(to: address)
    let security: ByteStream.Security =
      configuration.tls.map { .client($0, serverName: serverName) } ?? .none
    let stream = ByteStream(
      loop: loop, socket: socket, isConnecting: true, security: security, owner: self)
    self.stream = stream
    try stream.open()
  }

  var keepaliveInterval: Duration? { configuration.keepaliveInterval }

  var isReady: Bool {
    if case .ready = state { true } else { false }
  }

  /// Whether an HTTP/1.1 connection can take a call now.
  var isIdle: Bool {
    if case .http1(let session) = session, case .ready = state { session.canSend } else { false }
  }

  /// Gives the connection a call. Once it drains, the call goes back for another one to take.
  func start(_ exchange: ClientExchange) {
    guard !exchange.isEnded else { return }
    guard case .ready = state else {
      if let owner { owner.connectionCannotTake(exchange) } else { exchange.ended(.refused) }
      return
    }
    exchange.setTimer()
    if exchange.mustBeWhole, !exchange.outputHasEnded {
      exchange.startWhenReady = { [unowned exchange] in
        guard exchange.outputHasEnded else { return }
        exchange.startWhenReady = nil
        self.send(exchange)
      }
    } else {
      send(exchange)
    }
  }

  private func send(_ exchange: ClientExchange) {
    guard !exchange.isEnded else { return }
    var fields = HeaderList()
    exchange.appendHead(
      to: &fields, scheme: scheme, authority: configuration.authority ?? authority)
    exchange.wasStarted = true
    switch session {
    case .none: exchange.ended(.refused)
    case .http2(let session):
      do {
        try session.request(exchange, fields)
      } catch {
        exchange.ended(.refused)
      }
    case .http1(let session):
      session.request(exchange, fields)
    }
  }

  /// Lets running calls end and then closes.
  func drain() {
    if case .ready = state { state = .draining }
    closeIfUnused()
  }

  func close(_ reason: String) {
    if case .closed = state { return }
    let wasConnecting = if case .connecting = state { true } else { false }
    state = .closed
    stream?.close()
    lose(dismissal ?? reason)
    owner?.connectionClosed(self, reason, wasConnecting: wasConnecting)
  }

  private func lose(_ reason: String) {
    switch session {
    case .none: break
    case .http2(let session):
      for case let exchange as ClientExchange in session.exchanges { exchange.lossReason = reason }
      session.connectionLost()
    case .http1(let session):
      session.connectionLost()
      session.delegate = nil
    }
    session = .none
  }

  private func closeIfUnused() {
    guard case .draining = state else { return }
    switch session {
    case .http2(let session) where !session.exchanges.isEmpty: break
    case .http1(let session) where !session.canSend && !session.shouldClose: break
    default: close("drained")
    }
  }
}

/// The channel that owns connections.
protocol ClientConnectionOwner: AnyObject {
  func connectionReady(_ connection: ClientConnection)
  /// It takes no new calls any more.
  func connectionDraining(_ connection: ClientConnection)
  func connectionClosed(_ connection: ClientConnection, _ reason: String, wasConnecting: Bool)
  /// It was too late for a call of which nothing has been sent.
  func connectionCannotTake(_ exchange: ClientExchange)
  /// The server forbids keepalive as frequent as this connection's.
  func connectionPingedTooOften(_ connection: ClientConnection)
}

// MARK: - Bytes

extension ClientConnection {
  func streamIsReady() {
    switch configuration.http {
    case .http2:
      if configuration.tls != nil, stream?.negotiatedProtocol != "h2" {
        return close("the server does not speak HTTP/2 over TLS (ALPN)")
      }
      var limits = HTTP2.Limits()
      limits.streamWindowSize = 1 << 20
      // Servers measure the bandwidth with PINGs while much is on its way; we chose to trust them.
      limits.controlFrameBurst = 10_000
      limits.controlFramesPerSecond = 1000
      session = .http2(HTTP2.Session(role: .client, limits: limits, delegate: self))
    case .http1:
      session = .http1(HTTP1.ClientSession(delegate: self))
    }
    state = .ready
    stream?.setNeedsFlush()
    owner?.connectionReady(self)
  }

  func inputEnded() -> Bool { false }

  var wantsInput: Bool {
    if case .http1(let session) = session { session.wantsInput } else { true }
  }

  func received(_ bytes: RawSpan) {
    lastRead = loop.now
    do {
      switch session {
      case .none: break
      case .http2(let session):
        try session.receive(bytes)
        if session.hasOutput { stream?.setNeedsFlush() }
        if session.isFinished { stream?.setNeedsFlush() }
      case .http1(let session):
        try session.receive(bytes)
        stream?.setNeedsFlush()
      }
    } catch {
      close("the server broke the rules of HTTP: \(error)")
    }
  }

  func produce(into output: inout ByteQueue, limit: Int) {
    switch session {
    case .none: break
    case .http2(let session):
      do {
        try session.flush(into: &output, limit: limit)
      } catch {
        dismissal = dismissal ?? "HTTP/2 cannot go on: \(error)"
        stream?.closeWhenSent()
      }
      if session.isFinished, output.count < limit {
        dismissal = dismissal ?? session.violation.map { "the server sent \($0)" }
        stream?.closeWhenSent()
      }
    case .http1(let session):
      session.flush(into: &output, limit: limit)
      if session.shouldClose { stream?.closeWhenSent() }
    }
  }

  func sentEverything() {
    closeIfUnused()
  }

  func streamEnded(_ reason: StreamEnd) {
    if case .http1(let session) = session { session.inputEnded() }
    close("\(reason)")
  }
}

extension ClientConnection: HTTP2.SessionDelegate, HTTP1.ClientSessionDelegate {
  var now: ContinuousClock.Instant { loop.now }

  func makeExchange() -> Exchange? { nil }

  func sessionHasOutput() {
    stream?.setNeedsFlush()
  }

  func receivedPingAcknowledgement(_ payload: UInt64) {
    pingSent = nil
  }

  func receivedGoAway(code: UInt32, lastStream: Int32, debug: String) {
    if code == HTTP2Code.enhanceYourCalm, debug == "too_many_pings" {
      owner?.connectionPingedTooOften(self)
    }
    // A second GOAWAY says no more about it than the first one.
    if code != HTTP2Code.noError, dismissal == nil {
      dismissal = "the server sent GOAWAY \(code): \(debug)"
    }
    guard case .ready = state else { return }
    state = .draining
    owner?.connectionDraining(self)
    stream?.setNeedsFlush()
  }

  func receivedSettings() {}

  /// Called every second.
  func tick() {
    let now = loop.now
    stream?.releaseStorage()
    switch state {
    case .connecting(let since):
      if since.duration(to: now) > configuration.connectTimeout {
        close("connecting to \(address) took too long")
      }
    case .ready, .draining:
      closeIfUnused()
      guard let interval = configuration.keepaliveInterval, case .http2(let session) = session
      else { return }
      if let sent = pingSent {
        if sent.duration(to: now) > configuration.keepaliveTimeout { close("keepalive timeout") }
      } else if !session.exchanges.isEmpty, lastRead.duration(to: now) > interval {
        pingSent = now
        session.ping(0x6b65_6570_0000_0001)
      }
    case .closed: break
    }
  }
}
