import HTTP
import HTTP1
import Testing

@Suite
struct ClientTests {
  @Test
  func `writes what was asked`() {
    let client = ClientHarness()

    _ = client.request(
      "POST", "/a b\r\n", "hello", fields: [("x", "1\r\nevil: 2"), ("te", "trailers")])

    #expect(
      client.flush()
        == "POST /a%20b%0D%0A HTTP/1.1\r\nhost: a.example\r\nx: 1  evil: 2\r\nte: trailers\r\n"
        + "content-length: 5\r\n\r\nhello")
  }

  @Test
  func `writes no length for GET and one for an empty POST`() {
    let client = ClientHarness()
    _ = client.request("GET")
    #expect(client.flush() == "GET / HTTP/1.1\r\nhost: a.example\r\n\r\n")
    client.receive("HTTP/1.1 204 No Content\r\n\r\n")

    _ = client.request("POST")
    #expect(client.flush().hasSuffix("content-length: 0\r\n\r\n"))
  }

  @Test
  func `sends a growing body in chunks`() {
    let client = ClientHarness()
    let exchange = Recorder()
    client.send(exchange, "POST")
    #expect(client.flush().hasSuffix("transfer-encoding: chunked\r\n\r\n"))

    exchange.write("hello")
    #expect(client.flush() == "5\r\nhello\r\n")
    exchange.write("", isLast: true)
    #expect(client.flush() == "0\r\n\r\n")
    client.receive("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    #expect(exchange.endings == [.completed])
    #expect(client.session.canSend)
  }

  static let responses = [
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Y: z\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Y: z\r\n\r\n"
      + "2\r\nhe\r\n3\r\nllo\r\n0\r\nT: u\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"
      + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Y: z\r\n\r\nhello",
  ]

  @Test(arguments: responses)
  func `reads responses in any two pieces`(text: String) {
    for cut in 0...text.utf8.count {
      let client = ClientHarness()
      let exchange = client.request("GET")
      _ = client.flush()

      client.receive(String(text.utf8.prefix(cut)) ?? "")
      client.receive(String(text.utf8.dropFirst(cut)) ?? "")

      #expect(exchange.headers.strings().first?.value == "200")
      #expect(exchange.field("x-y") == "z")
      #expect(exchange.bodyText == "hello")
      #expect(exchange.events == ["headers", "end"])
      #expect(exchange.trailerFields.first("t") == (text.contains("T: u") ? "u" : nil))
      #expect(exchange.endings == [.completed])
      #expect(client.session.canSend)
    }
  }

  @Test(arguments: ["HTTP/1.0 200 OK\r\n\r\nhello", "HTTP/1.1 200 OK\r\n\r\nhello"])
  func `reads until the end of the connection`(text: String) {
    let client = ClientHarness()
    let exchange = client.request("GET")
    _ = client.flush()

    client.receive(text)
    #expect(exchange.endings == [])
    client.session.inputEnded()

    #expect(exchange.bodyText == "hello")
    #expect(exchange.endings == [.completed])
    #expect(client.session.shouldClose)
  }

  @Test
  func `expects no body of HEAD, 204 and 304`() {
    let client = ClientHarness()
    let answers = [
      ("HEAD", "200 OK\r\nContent-Length: 5"), ("HEAD", "200 OK\r\nTransfer-Encoding: chunked"),
      ("GET", "204 No Content\r\nContent-Length: 5"), ("GET", "304 Not Modified\r\nETag: x"),
    ]
    for (method, answer) in answers {
      let exchange = client.request(method)
      _ = client.flush()
      #expect(client.receive("HTTP/1.1 \(answer)\r\n\r\n") == nil)
      #expect(exchange.events == ["headers, last", "end"])
      #expect(exchange.endings == [.completed])
    }
    #expect(client.session.canSend)
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
  ])
  func `closes when the server does not keep alive`(text: String) {
    let client = ClientHarness()
    let exchange = client.request("GET")
    _ = client.flush()

    client.receive(text)

    #expect(exchange.endings == [.completed])
    #expect(client.session.shouldClose)
    #expect(!client.session.canSend)
  }

  static let untrusted: [(String, HTTP1Error)] = [
    (
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .ambiguousLength
    ),
    ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", .ambiguousLength),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", .unsupportedTransferEncoding),
    ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", .badHeader),
    ("HTTP/2.0 200 OK\r\n\r\n", .unsupportedVersion),
    ("HTTQ/1.1 200 OK\r\n\r\n", .badStartLine),
    ("HTTP/1.1 2000 OK\r\n\r\n", .badStartLine),
    ("HTTP/1.1 20 OK\r\n\r\n", .badStartLine),
    ("HTTP/1.1  200 OK\r\n\r\n", .badStartLine),
    ("SMTP ready\r\n\r\n", .badStartLine),
    ("\r\nHTTP/1.1 200 OK\r\n\r\n", .badStartLine),
    (
      "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
      .badInterimResponse
    ),
    (String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 17), .badInterimResponse),
    (
      "HTTP/1.1 200 OK\r\nA: \(String(repeating: "a", count: 20_000))",
      .headersTooLarge(max: 16_384)
    ),
  ]

  @Test(arguments: untrusted)
  func `refuses what it cannot trust`(text: String, error: HTTP1Error) {
    let client = ClientHarness()
    let exchange = client.request("GET")
    _ = client.flush()

    #expect(client.receive(text) == error)
    #expect(exchange.endings == [.reset(HTTP2Code.protocolError)])
    #expect(client.session.shouldClose)
  }

  @Test
  func `takes no response for a later request`() {
    let client = ClientHarness()
    let response = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
    let first = client.request("GET")
    _ = client.flush()
    var couldSend = true
    first.onOver = { couldSend = client.session.canSend }

    #expect(client.receive(response + response) == .unexpectedResponse)
    #expect(first.endings == [.completed])
    #expect(!couldSend)
    #expect(client.session.shouldClose)
  }

  @Test
  func `a request that never went out may be tried elsewhere`() {
    let client = ClientHarness()
    let exchange = client.request("GET")

    #expect(client.receive("HTTP/1.1 408 Request Timeout\r\n\r\n") == .unexpectedResponse)
    #expect(exchange.endings == [.refused])
  }

  @Test
  func `a response before the request's end ends the connection`() {
    let client = ClientHarness()
    let exchange = Recorder()
    client.send(exchange, "POST")
    _ = client.flush()

    client.receive("HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\n\r\n")

    #expect(exchange.endings == [.completed])
    #expect(client.session.shouldClose)
  }

  @Test
  func `a cut response is lost`() {
    let client = ClientHarness()
    let exchange = client.request("GET")
    _ = client.flush()
    client.receive("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel")

    client.session.inputEnded()

    #expect(exchange.endings == [.connectionLost])
    #expect(client.session.failure == .truncated)
  }

  @Test
  func `stops reading while nobody consumes`() {
    var limits = Limits()
    limits.bodyBufferMax = 4
    let client = ClientHarness(limits: limits)
    let exchange = client.request("GET")
    exchange.consumesAtOnce = false
    _ = client.flush()

    client.receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    client.receive("4\r\nabcd\r\n4\r\nefgh\r\n")
    #expect(exchange.bodyText == "abcd")
    #expect(!client.session.wantsInput)
    client.session.consumed(4, by: exchange)
    _ = client.flush()
    #expect(exchange.bodyText == "abcdefgh")
  }

  @Test
  func `a reset closes`() {
    let client = ClientHarness()
    let exchange = client.request("GET")
    _ = client.flush()

    client.session.reset(exchange, code: HTTP2Code.cancel)

    #expect(exchange.endings == [.reset(HTTP2Code.cancel)])
    #expect(client.session.shouldClose)
  }
}

@Suite
struct WiredTests {
  @Test(arguments: [1, 7, 64, 65_536])
  func `client and server carry calls whatever the pieces`(size: Int) {
    let server = ServerHarness()
    server.prepare = { exchange in
      exchange.onHeaders = { $0.respond(200, [("kind", "echo")]) }
      exchange.onEnd = { $0.write($0.bodyText.uppercased(), isLast: true) }
    }
    let client = ClientHarness()

    for round in 0..<3 {
      let text = String(repeating: "round \(round) ", count: 100)
      let exchange = Recorder()
      client.send(exchange, "POST", "/echo")
      exchange.write(String(text.prefix(300)))
      for turn in 0..<5000 where exchange.endings.isEmpty {
        if turn == 3 { exchange.write(String(text.dropFirst(300)), isLast: true) }
        server.receive(client.flush(limit: size))
        client.receive(server.flush(limit: size))
      }
      #expect(exchange.bodyText == text.uppercased())
      #expect(exchange.field("kind") == "echo")
      #expect(exchange.endings == [.completed])
    }
    #expect(server.exchanges.map(\.endings) == [[.completed], [.completed], [.completed]])
  }
}
