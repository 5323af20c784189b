import Buffers
import HTTP
import HTTP1
import Testing

@Suite
struct RequestTests {
  @Test
  func `looks like a request over HTTP2`() throws {
    let server = ServerHarness()

    server.receive(
      "GET /a?b=c HTTP/1.1\r\nHost: x.example:80\r\nAccept:  text/html \r\nEmpty:\r\n"
        + "Connection: keep-alive\r\nKeep-Alive: 5\r\n\r\n")

    let exchange = try #require(server.exchanges.first)
    let names = exchange.headers.strings().map { "\($0.name)=\($0.value)" }
    #expect(
      names == [
        ":method=GET", ":path=/a?b=c", ":authority=x.example:80", ":scheme=https",
        "accept=text/html", "empty=",
      ])
    #expect(exchange.events == ["headers, last", "end"])
  }

  static let chunked =
    "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
    + "5;name=value\r\nhello\r\n6\r\n world\r\n0\r\nChecksum: 12\r\n\r\n"

  @Test(arguments: [
    chunked, "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello world",
  ])
  func `may arrive in any two pieces`(text: String) throws {
    let bytes = Array(text.utf8)
    for cut in 0...bytes.count {
      let server = ServerHarness { $0.onEnd = { $0.answer(200) } }

      #expect(server.receive(Array(bytes[..<cut])) == nil)
      #expect(server.receive(Array(bytes[cut...])) == nil)

      let exchange = try #require(server.exchanges.first)
      #expect(exchange.bodyText == "hello world")
      #expect(exchange.events == ["headers", "end"])
      #expect(server.flush().hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(exchange.endings == [.completed])
      #expect(server.session.isIdle)
    }
  }

  @Test
  func `may arrive byte by byte, one after the other`() {
    let server = ServerHarness { $0.onEnd = { $0.answer(200, "ok") } }

    let text = Self.chunked + Self.chunked + "\r\n" + Self.get("")
    for byte in Array(text.utf8) {
      #expect(server.receive([byte]) == nil)
      _ = server.flush()
    }

    #expect(server.exchanges.map(\.bodyText) == ["hello world", "hello world", ""])
    #expect(server.exchanges.allSatisfy { $0.endings == [.completed] })
  }

  @Test
  func `may have any number of chunks`() {
    let server = ServerHarness { $0.onEnd = { $0.answer(200) } }
    server.receive(Self.chunks(String(repeating: "1\r\na\r\n", count: 50_000)))

    #expect(server.receive("0\r\n\r\n") == nil)
    #expect(server.exchanges.first?.body.count == 50_000)
  }

  @Test
  func `keeps trailers apart`() throws {
    let server = ServerHarness()

    server.receive(Self.chunked)

    let exchange = try #require(server.exchanges.first)
    #expect(exchange.trailerFields.first("checksum") == "12")
    #expect(exchange.field("checksum") == nil)
  }

  @Test
  func `may name its host in the target`() throws {
    let server = ServerHarness()

    server.receive("GET http://A.example/x?y HTTP/1.1\r\nHost: other\r\n\r\n")

    let exchange = try #require(server.exchanges.first)
    #expect(exchange.field(":authority") == "A.example")
    #expect(exchange.field(":path") == "/x?y")
  }

  struct Refusal: Sendable {
    var text: String
    var error: HTTP1Error
    var status: Int
  }

  static func get(_ fields: String) -> String { "GET / HTTP/1.1\r\nHost: x\r\n\(fields)\r\n" }
  static func post(_ rest: String) -> String { "POST / HTTP/1.1\r\nHost: x\r\n\(rest)" }
  static func chunks(_ body: String) -> String {
    post("Transfer-Encoding: chunked\r\n\r\n\(body)")
  }

  static let refusals: [Refusal] = [
    // Smuggling: two lengths, or one that two readers would read differently.
    .init(
      text: post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
      error: .ambiguousLength, status: 400),
    .init(
      text: post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
      error: .ambiguousLength, status: 400),
    .init(
      text: post("Content-Length: 4\r\nContent-Length: 5\r\n\r\n"), error: .ambiguousLength,
      status: 400),
    .init(text: post("Content-Length: 4, 5\r\n\r\n"), error: .badContentLength, status: 400),
    .init(text: post("Content-Length: +4\r\n\r\n"), error: .badContentLength, status: 400),
    .init(text: post("Content-Length: -4\r\n\r\n"), error: .badContentLength, status: 400),
    .init(text: post("Content-Length: 0x4\r\n\r\n"), error: .badContentLength, status: 400),
    .init(
      text: post("Content-Length: 99999999999999999999\r\n\r\n"), error: .badContentLength,
      status: 400),
    .init(
      text: post("Transfer-Encoding: gzip, chunked\r\n\r\n"),
      error: .unsupportedTransferEncoding, status: 501),
    .init(
      text: post("Transfer-Encoding: chunked, identity\r\n\r\n"),
      error: .unsupportedTransferEncoding, status: 501),
    .init(
      text: post("Transfer-Encoding: xchunked\r\n\r\n"), error: .unsupportedTransferEncoding,
      status: 501),
    .init(
      text: post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
      error: .ambiguousLength, status: 400),
    .init(
      text: "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
      error: .ambiguousLength, status: 400),
    .init(text: post("Transfer-Encoding : chunked\r\n\r\n"), error: .badHeader, status: 400),
    .init(text: post("Transfer-Encoding\t: chunked\r\n\r\n"), error: .badHeader, status: 400),
    .init(text: post("Transfer-Encoding:\u{b}chunked\r\n\r\n"), error: .badHeader, status: 400),
    .init(text: get("A: b\r\n c\r\n"), error: .badHeader, status: 400),
    .init(text: get("A: b\r\n\tc\r\n"), error: .badHeader, status: 400),
    .init(text: "GET / HTTP/1.1\r\n Host: x\r\n\r\n", error: .badHeader, status: 400),
    .init(text: get("A: b\rX: y\r\n"), error: .badHeader, status: 400),
    .init(text: get("A: b\nX: y\r\n"), error: .badHeader, status: 400),
    .init(text: "GET / HTTP/1.1\nHost: x\n\n", error: .badStartLine, status: 400),
    .init(text: "GET / HTTP/1.1\r\nHost: x\r\n\n", error: .badHeader, status: 400),
    .init(text: get("A: b\u{0}c\r\n"), error: .badHeader, status: 400),
    .init(text: get("A\u{0}: b\r\n"), error: .badHeader, status: 400),
    .init(text: get("A b: c\r\n"), error: .badHeader, status: 400),
    .init(text: get(": c\r\n"), error: .badHeader, status: 400),
    .init(text: get("no colon\r\n"), error: .badHeader, status: 400),
    .init(text: get("A\"B: c\r\n"), error: .badHeader, status: 400),
    // Chunks.
    .init(text: chunks("g\r\n"), error: .badChunk, status: 400),
    .init(text: chunks("\r\n"), error: .badChunk, status: 400),
    .init(text: chunks("-1\r\n"), error: .badChunk, status: 400),
    .init(text: chunks("0x5\r\n"), error: .badChunk, status: 400),
    .init(text: chunks("5 \r\nhello\r\n"), error: .badChunk, status: 400),
    .init(text: chunks(" 5\r\nhello\r\n"), error: .badChunk, status: 400),
    .init(text: chunks("5\nhello\r\n"), error: .badChunk, status: 400),
    .init(text: chunks("5\r\nhelloXX0\r\n\r\n"), error: .badChunk, status: 400),
    .init(text: chunks("5\r\nhello\n0\r\n\r\n"), error: .badChunk, status: 400),
    .init(text: chunks("5\rhello"), error: .badChunk, status: 400),
    .init(text: chunks("FFFFFFFFFFFFFFFF\r\n"), error: .badChunk, status: 400),
    .init(text: chunks("11111111111111111\r\n"), error: .badChunk, status: 400),
    .init(
      text: chunks("1;12345678\r\na\r\n"), error: .chunkExtensionsTooLarge(max: 8), status: 400),
    .init(
      text: chunks("1;123\r\na\r\n1;123\r\nb\r\n1;123\r\n"),
      error: .chunkExtensionsTooLarge(max: 8), status: 400),
    .init(text: chunks("1;\u{1}\r\na\r\n"), error: .badChunk, status: 400),
    .init(text: chunks("0\r\nContent-Length: 5\r\n\r\n"), error: .forbiddenTrailer, status: 400),
    .init(text: chunks("0\r\nA: b\r\n c\r\n\r\n"), error: .badHeader, status: 400),
    // The first line and the host.
    .init(text: "GET / HTTP/1.1\r\n\r\n", error: .badHost, status: 400),
    .init(text: get("Host: y\r\n"), error: .badHost, status: 400),
    .init(text: "GET / HTTP/1.1\r\nHost: \r\n\r\n", error: .badHost, status: 400),
    .init(text: "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", error: .badHost, status: 400),
    .init(text: "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", error: .badHost, status: 400),
    .init(text: "GET / HTTP/2.0\r\nHost: x\r\n\r\n", error: .unsupportedVersion, status: 505),
    .init(text: "GET / HTTP/1.2\r\nHost: x\r\n\r\n", error: .unsupportedVersion, status: 505),
    .init(text: "GET / HTTP/0.9\r\nHost: x\r\n\r\n", error: .unsupportedVersion, status: 505),
    .init(text: "GET / HTTQ/1.1\r\nHost: x\r\n\r\n", error: .badStartLine, status: 400),
    .init(text: "GET / HTTP/1;1\r\nHost: x\r\n\r\n", error: .badStartLine, status: 400),
    .init(text: "GET / HTTP/1.10\r\nHost: x\r\n\r\n", error: .badStartLine, status: 400),
    .init(text: "GETX / HTTP/1.1\r\nHost: x\r\n\r\n", error: .unknownMethod, status: 501),
    .init(text: "get / HTTP/1.1\r\nHost: x\r\n\r\n", error: .unknownMethod, status: 501),
    .init(text: "GET /\r\nHost: x\r\n\r\n", error: .badStartLine, status: 400),
    .init(text: "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", error: .badStartLine, status: 400),
    .init(text: "GET / HTTP/1.1 \r\nHost: x\r\n\r\n", error: .badStartLine, status: 400),
    .init(text: "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", error: .badStartLine, status: 400),
    .init(text: "GET /\u{0} HTTP/1.1\r\nHost: x\r\n\r\n", error: .badStartLine, status: 400),
    .init(text: "GET /ä HTTP/1.1\r\nHost: x\r\n\r\n", error: .badStartLine, status: 400),
    .init(text: "GET /#f HTTP/1.1\r\nHost: x\r\n\r\n", error: .badTarget, status: 400),
    .init(text: "GET * HTTP/1.1\r\nHost: x\r\n\r\n", error: .badTarget, status: 400),
    .init(text: "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", error: .badTarget, status: 400),
    .init(text: "GET http://u@x/ HTTP/1.1\r\nHost: x\r\n\r\n", error: .badTarget, status: 400),
    .init(text: "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", error: .unknownMethod, status: 501),
    .init(text: "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", error: .unknownMethod, status: 501),
    .init(text: "\r\n\r\nGET / HTTP/1.1\r\n", error: .badStartLine, status: 400),
    .init(text: get("Expect: 200-maybe\r\n"), error: .unsupportedExpectation, status: 417),
  ]

  @Test(arguments: refusals)
  func `is refused when it is malformed`(refusal: Refusal) {
    var limits = Limits()
    limits.chunkExtensionBytesMax = 8
    let whole = ServerHarness(limits: limits)
    let pieces = ServerHarness(limits: limits)

    var error = whole.receive(refusal.text + Self.get("smuggled: yes\r\n"))
    #expect(error == refusal.error)
    error = nil
    for byte in Array((refusal.text + Self.get("smuggled: yes\r\n")).utf8) where error == nil {
      error = pieces.receive([byte])
    }
    #expect(error == refusal.error)

    for server in [whole, pieces] {
      let output = server.flush()
      #expect(output.hasPrefix("HTTP/1.1 \(refusal.status) "))
      #expect(output.contains("\r\nconnection: close\r\n"))
      #expect(server.session.shouldClose)
      #expect(server.receive(Self.get("")) == nil)
      #expect(server.flush() == "")
      #expect(server.exchanges.count <= 1)
      #expect(!server.exchanges.contains { $0.field("smuggled") != nil })
      #expect(server.exchanges.allSatisfy { $0.endings == [.reset(HTTP2Code.protocolError)] })
    }
  }

  struct Refused: Sendable {
    var text: String
    var error: HTTP1Error
  }

  @Test(arguments: [
    Refused(text: "GET /\(String(repeating: "a", count: 100))", error: .targetTooLong(max: 32)),
    Refused(
      text: "GET /\(String(repeating: "a", count: 40)) HTTP/1.1\r\nHost: x\r\n\r\n",
      error: .targetTooLong(max: 32)),
    Refused(
      text: get("A: \(String(repeating: "a", count: 100))"), error: .headersTooLarge(max: 80)),
    Refused(text: get("A: b\r\nC: d\r\nE: f\r\n"), error: .tooManyHeaders(max: 3)),
    Refused(
      text: chunks("0\r\nA: b\r\nC: d\r\nE: f\r\nG: h\r\n\r\n"), error: .tooManyHeaders(max: 3)),
    Refused(
      text: chunks("0\r\nA: \(String(repeating: "a", count: 100))"),
      error: .headersTooLarge(max: 80)),
  ])
  func `is refused past a limit`(refused: Refused) {
    var limits = Limits()
    limits.headerBytesMax = 80
    limits.headerCountMax = 3
    limits.targetBytesMax = 32
    let server = ServerHarness(limits: limits)

    #expect(server.receive(refused.text) == refused.error)
    #expect(server.flush().hasPrefix("HTTP/1.1 \(refused.error.status) "))
    #expect(server.session.shouldClose)
  }
}
