internal import TLS
internal import Buffers
internal import HTTP
internal import HTTP1
internal import HTTP2
internal import Net
internal import RPC
internal import Transport
internal import WebSocket

/// One client's connection: finds out what it speaks, and keeps it within its limits.
final class Connection: ByteStreamOwner {
  let context: LoopContext
  let id: UInt64
  private(set) var peer: Peer
  private(set) var stream: ByteStream?
  /// Calls of this connection whose handlers run, cancelled ones included.
  var runningCalls = 0
  /// Where the connection stands in its loop's list.
  var slot = -1
  /// The address without the port, by which connections are counted.
  var host = ""

  private var session = Session.undecided
  private var firstBytes = ByteQueue()
  private let opened: ContinuousClock.Instant
  private var lastActive: ContinuousClock.Instant
  private var drain = Drain.no
  private var keepalive = Keepalive()
  /// What the peer did wrong, or what failed.
  private var violation: String?
  private var lastHeadBegan: ContinuousClock.Instant?
  /// Since when a body arrives that nobody waits for any more.
  private var discardingSince: ContinuousClock.Instant?
  private var inputEndedAt: ContinuousClock.Instant?
  private unowned let registry: any ConnectionRegistry

  private enum Session {
    case undecided
    case http2(HTTP2.Session)
    case http1(HTTP1.ServerSession)
    case webSocket(WebSocketLink)
  }

  private enum Drain {
    case no
    /// The peer was told; a PING is on its way that shows when it has heard.
    case announced(since: ContinuousClock.Instant)
    case final(since: ContinuousClock.Instant)
  }

  private struct Keepalive {
    var sent: ContinuousClock.Instant?
    var lastRead: ContinuousClock.Instant?
  }

  init(
    context: LoopContext, id: UInt64, peer: Peer, registry: any ConnectionRegistry
  ) {
    self.context = context
    self.id = id
    self.peer = peer
    self.registry = registry
    opened = context.loop.now
    lastActive = context.loop.now
  }

  func open(_ socket: consuming Socket, _ security: ByteStream.Security) throws(SystemError) {
    let stream = ByteStream(
      loop: context.loop, socket: socket, security: security, owner: self)
    self.stream = stream
    if let process = stream.peerCredentials, peer.address.hasPrefix("unix:") {
      peer.process = Peer.Process(
        processID: process.processID, userID: process.userID, groupID: process.groupID)
    }
    try stream.open()
  }

  var record: ConnectionRecord {
    ConnectionRecord(id: id, peer: peer, isEncrypted: stream?.isSecured ?? false)
  }
}

/// Who keeps the connections of a loop.
protocol ConnectionRegistry: AnyObject {
  func remove(_ connection: Connection, reason: String?)
}

// MARK: - Bytes

extension Connection {
  func streamIsReady() {}

  var wantsInput: Bool {
    switch session {
    case .undecided, .http2: true
    case .http1(let session): session.wantsInput
    case .webSocket(let link): link.wantsInput
    }
  }

  func received(_ bytes: RawSpan) {
    keepalive.lastRead = context.loop.now
    switch session {
    case .undecided: decide(bytes)
    case .http2(let session): feed(session, bytes)
    case .http1(let session): feed(session, bytes)
    case .webSocket(let link): link.receive(bytes)
    }
  }

  /// HTTP/2 begins with a preface that is no request of HTTP/1.1 (RFC 9113 section 3.4).
  private func decide(_ bytes: RawSpan) {
    if let certificate = stream?.peerCertificate {
      peer.certificate = Peer.Certificate(
        subject: certificate.subject, names: certificate.names,
        fingerprint: certificate.fingerprint)
    }
    let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    firstBytes.append(bytes)
    let compared = min(firstBytes.count, preface.utf8CodeUnitCount)
    let matches = (0..<compared).allSatisfy { index in
      unsafe firstBytes[index] == preface.utf8Start[index]
    }
    if matches, compared < preface.utf8CodeUnitCount, stream?.negotiatedProtocol != "h2" { return }
    if !matches, stream?.negotiatedProtocol == nil, namesNoVersion(firstBytes) {
      return close("the peer does not speak HTTP")
    }
    let pending = exchange(&firstBytes, with: ByteQueue())
    if matches || stream?.negotiatedProtocol == "h2" {
      let made = HTTP2.Session(role: .server, limits: context.limits.http2, delegate: self)
      session = .http2(made)
      pending.withBytes { feed(made, $0) }
    } else {
      let made = HTTP1.ServerSession(date: context.date, delegate: self)
      session = .http1(made)
      pending.withBytes { feed(made, $0) }
    }
  }

  /// Whether a whole first line is here that is none of HTTP/1.1: an invalid preface gets no answer,
  /// which its sender would take for frames (RFC 9113 section 3.4).
  private func namesNoVersion(_ bytes: borrowing ByteQueue) -> Bool {
    bytes.withBytes { bytes in
      guard let line = bytes.firstLine else { return false }
      return !line.contains(" HTTP/")
    }
  }

  private func feed(_ session: HTTP2.Session, _ bytes: RawSpan) {
    do {
      try session.receive(bytes)
    } catch {
      // What the library has to say about it, a GOAWAY, goes out first.
      violation = "\(error)"
    }
    // Settings and acknowledgements are the library's own to send; nobody announces them.
    if session.hasOutput || session.isFinished || violation != nil { stream?.setNeedsFlush() }
  }

  private func feed(_ session: HTTP1.ServerSession, _ bytes: RawSpan) {
    do {
      try session.receive(bytes)
    } catch {
      violation = "\(error)"
    }
    stream?.setNeedsFlush()
  }

  func produce(into output: inout ByteQueue, limit: Int) {
    switch session {
    case .undecided: break
    case .http2(let session):
      do {
        try session.flush(into: &output, limit: limit)
      } catch {
        violation = "\(error)"
        stream?.closeWhenSent()
      }
      if session.isFinished || violation != nil || session.violation != nil, output.count < limit {
        violation = violation ?? session.violation
        stream?.closeWhenSent()
      }
    case .http1(let session):
      session.flush(into: &output, limit: limit)
      if session.shouldClose { stream?.closeWhenSent() }
    case .webSocket(let link):
      link.flush(into: &output, limit: limit)
      if link.shouldClose { stream?.closeWhenSent() }
    }
  }

  func sentEverything() {}

  /// An HTTP/1.1 client that has said everything still gets its answers.
  func inputEnded() -> Bool {
    guard case .http1(let session) = session else { return false }
    session.inputEnded()
    inputEndedAt = now
    return !session.shouldClose
  }

  func streamEnded(_ reason: StreamEnd) {
    if case .closedByPeer = reason {
      close(violation)
    } else {
      close(violation ?? "\(reason)")
    }
  }

  /// Ends everything about the connection.
  func close(_ reason: String?) {
    stream?.close()
    switch session {
    case .undecided: break
    case .http2(let session): session.connectionLost()
    case .http1(let session):
      session.connectionLost()
      session.delegate = nil
    case .webSocket(let link): link.connectionLost()
    }
    session = .undecided
    registry.remove(self, reason: reason)
  }
}

// MARK: - What sessions ask for

extension Connection: HTTP2.SessionDelegate, HTTP1.ServerSessionDelegate {
  var now: ContinuousClock.Instant { context.loop.now }

  func makeExchange() -> Exchange? {
    lastActive = context.loop.now
    return ServerExchange(context: context, connection: self)
  }

  func sessionHasOutput() {
    stream?.setNeedsFlush()
  }

  func receivedPingAcknowledgement(_ payload: UInt64) {
    keepalive.sent = nil
    if payload == Self.drainPing, case .announced = drain, case .http2(let session) = session {
      drain = .final(since: context.loop.now)
      session.goAway()
    }
  }

  func receivedGoAway(code: UInt32, lastStream: Int32, debug: String) {}

  func receivedSettings() {}

  func upgrade(
    to name: String, _ request: borrowing HeaderList, remaining: RawSpan
  ) -> Bool {
    guard name.lowercased() == "websocket", case .http1(let old) = session,
      let link = WebSocketLink(request, of: self)
    else { return false }
    old.delegate = nil
    session = .webSocket(link)
    if !remaining.isEmpty { link.receive(remaining) }
    stream?.setNeedsFlush()
    return true
  }
}

// MARK: - Time

extension Connection {
  private static let drainPing: UInt64 = 0x6472_6169_6e00_0001
  private static let keepalivePing: UInt64 = 0x6b65_6570_0000_0001

  /// Asks the peer to go: no new calls, those that run may end.
  func startDraining() {
    guard case .no = drain else { return }
    switch session {
    case .undecided: close(nil)
    case .http2(let session):
      drain = .announced(since: context.loop.now)
      session.announceShutdown()
      session.ping(Self.drainPing)
    case .http1(let session):
      drain = .final(since: context.loop.now)
      session.drain()
    case .webSocket(let link):
      drain = .final(since: context.loop.now)
      link.close(.goingAway, "the server stops")
    }
  }

  /// Called every second: what has taken too long is ended.
  func tick() {
    let now = context.loop.now
    let limits = context.limits
    stream?.releaseStorage()
    if let stalled = stream?.stalledSince, stalled.duration(to: now) > limits.writeTimeout {
      return close("the peer does not read")
    }
    switch session {
    case .undecided:
      if opened.duration(to: now) > limits.handshakeTimeout { close("no request was begun") }
      return
    case .http1(let session):
      if session.isIdle {
        if lastActive.duration(to: now) > limits.idleTimeout { return close(nil) }
      } else if session.isReceivingHead {
        if headsTookTooLong(now) { return close("a request's headers took too long") }
        return
      } else {
        lastActive = now
      }
      lastHeadBegan = nil
      let exchanges = session.exchanges
      for exchange in exchanges { (exchange as? ServerExchange)?.tick(now) }
      if let reason = whyToAbandon(session, exchanges.isEmpty, now) { return close(reason) }
    case .http2(let session):
      if !session.settingsAreAcknowledged,
        opened.duration(to: now) > limits.handshakeTimeout
      {
        return session.terminate(
          code: HTTP2Code.settingsTimeout, debug: "SETTINGS were not acknowledged")
      }
      if session.isReceivingHeaders {
        if headsTookTooLong(now) {
          return session.terminate(
            code: HTTP2Code.enhanceYourCalm, debug: "a header block took too long")
        }
      } else {
        lastHeadBegan = nil
      }
      if !session.exchanges.isEmpty {
        lastActive = now
        // Whoever is too slow leaves the list.
        for exchange in session.exchanges { (exchange as? ServerExchange)?.tick(now) }
      } else if lastActive.duration(to: now) > limits.idleTimeout {
        startDraining()
      }
      tickKeepalive(session, now)
    case .webSocket(let link):
      lastActive = now
      tick(link, now)
    }
    if let age = limits.connectionAgeMax, opened.duration(to: now) > age + ageJitter {
      startDraining()
    }
    tickDrain(now)
  }

  private func headsTookTooLong(_ now: ContinuousClock.Instant) -> Bool {
    guard let began = lastHeadBegan else {
      lastHeadBegan = now
      return false
    }
    return began.duration(to: now) > context.limits.handshakeTimeout
  }

  /// Why an HTTP/1.1 connection without a request that anybody works on is not kept.
  private func whyToAbandon(
    _ session: HTTP1.ServerSession, _ isUnattended: Bool, _ now: ContinuousClock.Instant
  ) -> String? {
    if let ended = inputEndedAt, ended.duration(to: now) > context.limits.drainTimeout {
      return "the peer has closed its side"
    }
    guard isUnattended, session.isReceivingBody else {
      discardingSince = nil
      return nil
    }
    let since = discardingSince ?? now
    discardingSince = since
    let isOver = since.duration(to: now) > context.limits.requestStallTimeout
    return isOver ? "a request that was answered goes on" : nil
  }

  private func tickKeepalive(_ session: HTTP2.Session, _ now: ContinuousClock.Instant) {
    let limits = context.limits
    if let sent = keepalive.sent {
      if sent.duration(to: now) > limits.keepaliveTimeout { close("keepalive timeout") }
      return
    }
    let quietSince = keepalive.lastRead ?? opened
    guard quietSince.duration(to: now) > limits.keepaliveInterval else { return }
    keepalive.sent = now
    session.ping(Self.keepalivePing)
  }

  /// A peer that has been quiet is asked whether it is there.
  private func tick(_ link: WebSocketLink, _ now: ContinuousClock.Instant) {
    let limits = context.limits
    if let sent = keepalive.sent {
      if let read = keepalive.lastRead, read > sent {
        keepalive.sent = nil
      } else if sent.duration(to: now) > limits.keepaliveTimeout {
        close("keepalive timeout")
      }
    } else if (keepalive.lastRead ?? opened).duration(to: now) > limits.webSocketPingInterval {
      keepalive.sent = now
      link.ping()
    }
  }

  private func tickDrain(_ now: ContinuousClock.Instant) {
    switch drain {
    case .no: break
    case .announced(let since), .final(let since):
      if since.duration(to: now) > context.limits.drainTimeout { close("drained") }
    }
  }

  /// Up to a tenth more, so that connections of one moment do not end in one (gRFC A9).
  private var ageJitter: Duration {
    guard let age = context.limits.connectionAgeMax else { return .zero }
    return age * Double(id % 100) / 1000
  }
}
