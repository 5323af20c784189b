internal import Buffers
internal import HTTP
internal import HTTP2

/// One end of a connection whose bytes the test carries; its time is what the test says it is.
final class End: SessionDelegate {
  private(set) var exchanges: [Recorder] = []
  private(set) var goAway: (code: UInt32, lastStream: Int32, debug: String)?
  private(set) var pings: [UInt64] = []
  var now = ContinuousClock.now
  var refusesStreams = false
  /// Kept here since a session does not keep its delegate.
  private var made: Session?

  init(_ role: Session.Role, _ limits: Limits = Limits()) {
    made = Session(role: role, limits: limits, delegate: self)
  }

  var session: Session {
    guard let made else { preconditionFailure("made in the initialiser") }
    return made
  }

  func makeExchange() -> Exchange? {
    guard !refusesStreams else { return nil }
    let exchange = Recorder()
    exchanges.append(exchange)
    return exchange
  }

  func sessionHasOutput() {}
  func receivedSettings() {}
  func receivedPingAcknowledgement(_ payload: UInt64) { pings.append(payload) }

  func receivedGoAway(code: UInt32, lastStream: Int32, debug: String) {
    // The first one has the words.
    goAway = goAway.map { (max($0.code, code), lastStream, $0.debug) } ?? (code, lastStream, debug)
  }

  func receive(_ bytes: [UInt8]) throws {
    unsafe try session.receive(bytes.span.bytes)
  }

  /// What the session has to say.
  func take(limit: Int = 1 << 20) throws -> [UInt8] {
    var output = ByteQueue()
    try session.flush(into: &output, limit: limit)
    return output.take(output.count)
  }

  func send(to other: End) throws {
    try other.receive(take())
  }

  /// Opens a stream, as a client.
  func request(
    _ method: String = "POST", _ path: String = "/", _ fields: [(String, String)] = [],
    body: String? = ""
  ) throws -> Recorder {
    let exchange = Recorder()
    exchanges.append(exchange)
    var headers = HeaderList()
    headers.append(":method", method)
    headers.append(":scheme", "http")
    headers.append(":path", path)
    headers.append(":authority", "test")
    for (name, value) in fields { headers.append(name, value) }
    if let body {
      exchange.output.append(body)
      exchange.outputHasEnded = true
    }
    try session.request(exchange, headers)
    return exchange
  }
}

/// An exchange that writes down what happens to it.
final class Recorder: Exchange {
  private(set) var body: [UInt8] = []
  private(set) var hasHeaders = false
  private(set) var hasEnd = false
  private(set) var reason: EndReason?
  /// Whether the peer may send more as soon as it has sent something.
  var consumes = true

  override func receivedHeaders(isLast: Bool) { hasHeaders = true }
  override func receivedEnd() { hasEnd = true }
  override func ended(_ reason: EndReason) { self.reason = reason }

  override func received(_ body: RawSpan) {
    self.body += unsafe body.withUnsafeBytes { unsafe [UInt8]($0) }
    if consumes { carrier?.consumed(body.byteCount, by: self) }
  }

  func respond(_ status: String = "200", _ text: String? = "", trailers: [(String, String)] = []) {
    var headers = HeaderList()
    headers.append(":status", status)
    if let text {
      output.append(text)
      outputHasEnded = true
    }
    if !trailers.isEmpty {
      var fields = HeaderList()
      for (name, value) in trailers { fields.append(name, value) }
      outputTrailers = consume fields
    }
    carrier?.respond(self, headers)
  }
}

/// A client and a server that have exchanged their settings.
struct Pair {
  let client: End
  let server: End

  init(_ limits: Limits = Limits()) throws {
    client = End(.client)
    server = End(.server, limits)
    try settle()
  }

  /// Carries bytes both ways until both are silent.
  func settle() throws {
    for _ in 0..<100 {
      let fromClient = try client.take()
      let fromServer = try server.take()
      if fromClient.isEmpty, fromServer.isEmpty { return }
      if !fromClient.isEmpty { try server.receive(fromClient) }
      if !fromServer.isEmpty { try client.receive(fromServer) }
    }
  }
}

/// Frames made by hand.
enum Raw {
  static let preface =
    Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, payload: [])
  static let settingsAcknowledgement = frame(4, flags: 1, payload: [])
  /// GET / of the authority `a`; only the first byte differs from POST /.
  static let get: [UInt8] = [0x82, 0x86, 0x84, 0x01, 1, 0x61]
  static let post: [UInt8] = [0x83, 0x86, 0x84, 0x01, 1, 0x61]

  static func frame(
    _ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, payload: [UInt8]
  ) -> [UInt8] {
    let length = UInt32(payload.count)
    return [
      UInt8(length >> 16 & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), type, flags,
    ]
      + bytes(stream) + payload
  }

  static func bytes(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(value >> (24 - 8 * $0) & 0xFF) }
  }

  static func headers(_ stream: UInt32, _ block: [UInt8] = get, flags: UInt8 = 5) -> [UInt8] {
    frame(1, flags: flags, stream: stream, payload: block)
  }

  static func reset(_ stream: UInt32, _ code: UInt32 = 8) -> [UInt8] {
    frame(3, stream: stream, payload: bytes(code))
  }

  static func ping(flags: UInt8 = 0) -> [UInt8] {
    frame(6, flags: flags, payload: [0, 0, 0, 0, 0, 0, 0, 0])
  }

  static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> [UInt8] {
    frame(8, stream: stream, payload: bytes(increment))
  }
}

/// Frames of what a session said.
struct ReadFrame: Equatable {
  var type: UInt8
  var flags: UInt8
  var stream: UInt32
  var payload: [UInt8]

  static func all(_ bytes: [UInt8]) -> [ReadFrame] {
    var frames: [ReadFrame] = []
    var rest = bytes[...]
    while rest.count >= 9 {
      let head = Array(rest.prefix(9))
      let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
      let stream = head[5...8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      frames.append(
        ReadFrame(
          type: head[3], flags: head[4], stream: stream,
          payload: Array(rest.dropFirst(9).prefix(length))))
      rest = rest.dropFirst(9 + length)
    }
    return frames
  }

  /// The code of a RST_STREAM, or of a GOAWAY.
  var code: UInt32? {
    let bytes = type == 3 ? payload.prefix(4) : type == 7 ? payload.dropFirst(4).prefix(4) : []
    return bytes.isEmpty ? nil : bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
  }
}

extension End {
  /// A server that has seen a client's preface and settings.
  static func ready(_ limits: Limits = Limits()) throws -> End {
    let end = End(.server, limits)
    try end.receive(Raw.preface)
    _ = try end.take()
    try end.receive(Raw.settingsAcknowledgement)
    return end
  }

  /// Frames of one type that the session has to say.
  func frames(_ type: UInt8) throws -> [ReadFrame] {
    try ReadFrame.all(take()).filter { $0.type == type }
  }

  func goAwayCode() throws -> UInt32? {
    try frames(7).compactMap(\.code).max()
  }
}
