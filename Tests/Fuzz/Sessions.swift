internal import Buffers
internal import HTTP
internal import HTTP1
internal import HTTP2
internal import TLS

// Connections whose peer says what the fuzzer likes, in pieces of the size of the first byte.

/// Answers every request, and keeps the rules that carriers promise.
private final class Answerer: Exchange {
  private var isOver = false
  private let answers: Bool

  init(answers: Bool) {
    self.answers = answers
    super.init()
  }

  override func receivedHeaders(isLast: Bool) {
    precondition(!isOver)
    // Every other stream is answered before its request is complete.
    if id % 4 == 1 { answer() }
  }

  override func received(_ body: RawSpan) {
    precondition(!isOver)
    carrier?.consumed(body.byteCount, by: self)
  }

  override func receivedEnd() {
    precondition(!isOver)
    answer()
  }

  override func ended(_ reason: EndReason) {
    precondition(!isOver)
    isOver = true
  }

  private func answer() {
    guard answers, !outputHasEnded else { return }
    var headers = HeaderList()
    headers.append(":status", "200")
    output.append("hello")
    outputHasEnded = true
    var trailers = HeaderList()
    trailers.append("grpc-status", "0")
    outputTrailers = consume trailers
    carrier?.respond(self, headers)
  }
}

private final class Owner: HTTP2.SessionDelegate, ServerSessionDelegate, ClientSessionDelegate {
  var now = ContinuousClock.now

  func makeExchange() -> Exchange? { Answerer(answers: true) }
  func sessionHasOutput() {}
  func receivedPingAcknowledgement(_ payload: UInt64) {}
  func receivedGoAway(code: UInt32, lastStream: Int32, debug: String) {}
  func receivedSettings() {}
  func upgrade(
    to name: String, _ request: borrowing HeaderList, remaining: RawSpan
  ) -> Bool { false }
}

extension RawSpan {
  /// Hands out the bytes behind the first in pieces of its size.
  fileprivate func forEachPiece(_ body: (RawSpan) throws -> Void) rethrows {
    guard byteCount > 1 else { return }
    let size = max(1, Int(unsafe unsafeLoad(as: UInt8.self)))
    var offset = 1
    while offset < byteCount {
      let end = min(offset + size, byteCount)
      try body(extracting(offset..<end))
      offset = end
    }
  }
}

private func request() -> HeaderList {
  var headers = HeaderList()
  headers.append(":method", "GET")
  headers.append(":scheme", "http")
  headers.append(":path", "/")
  headers.append(":authority", "test")
  return headers
}

package func fuzzHTTP2Server(_ bytes: RawSpan) {
  let owner = Owner()
  let session = HTTP2.Session(role: .server, delegate: owner)
  let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
  var input = ByteQueue()
  input.append(preface)
  input.append([0, 0, 0, 4, 0, 0, 0, 0, 0] as [UInt8])
  try? input.withBytes { try session.receive($0) }
  converse(session, bytes)
}

package func fuzzHTTP2Client(_ bytes: RawSpan) {
  let owner = Owner()
  let session = HTTP2.Session(role: .client, delegate: owner)
  let exchange = Answerer(answers: false)
  exchange.outputHasEnded = true
  try? session.request(exchange, request())
  converse(session, bytes)
}

private func converse(_ session: HTTP2.Session, _ bytes: RawSpan) {
  var output = ByteQueue()
  try? bytes.forEachPiece { piece in
    try session.receive(piece)
    try session.flush(into: &output, limit: 64 << 10)
    output.removeAll()
  }
  session.connectionLost()
}

package func fuzzHTTP1Server(_ bytes: RawSpan) {
  let owner = Owner()
  let session = ServerSession(date: DateField { 0 }, delegate: owner)
  var output = ByteQueue()
  bytes.forEachPiece { piece in
    try? session.receive(piece)
    session.flush(into: &output, limit: 64 << 10)
    output.removeAll()
  }
  session.inputEnded()
  session.flush(into: &output, limit: 64 << 10)
  session.connectionLost()
}

package func fuzzHTTP1Client(_ bytes: RawSpan) {
  let owner = Owner()
  let session = ClientSession(delegate: owner)
  var output = ByteQueue()
  bytes.forEachPiece { piece in
    if session.canSend {
      let exchange = Answerer(answers: false)
      exchange.outputHasEnded = true
      session.request(exchange, request())
      session.flush(into: &output, limit: 64 << 10)
    }
    try? session.receive(piece)
    session.flush(into: &output, limit: 64 << 10)
    output.removeAll()
  }
  session.inputEnded()
  session.connectionLost()
}

/// The certificate is that of the tests; the working directory is the repository's.
private let tlsContext = try? TLS.Context(
  server: ServerConfiguration(
    identity: Identity(
      certificateChain: .file("Tests/Fixtures/tls/chained.pem"),
      privateKey: .file("Tests/Fixtures/tls/chained.key"))))

package func fuzzTLS(_ bytes: RawSpan) {
  guard let tlsContext else { preconditionFailure("run it from the repository's root") }
  var session = TLS.Session(server: tlsContext)
  var plaintext = ByteQueue()
  var ciphertext = ByteQueue()
  var offset = 0
  let size = bytes.byteCount > 0 ? max(1, Int(unsafe bytes.unsafeLoad(as: UInt8.self))) : 1
  while offset < bytes.byteCount {
    let end = min(offset + size, bytes.byteCount)
    do {
      _ = try session.receive(
        bytes.extracting(offset..<end), plaintext: &plaintext, ciphertext: &ciphertext)
    } catch {
      return
    }
    offset = end
  }
}
