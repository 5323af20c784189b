import Buffers
import HTTP
import HTTP1
import Testing

private func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n" }
private func post(_ body: String, _ fields: String = "") -> String {
  "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
}

/// The bodies of the responses, whose heads end with an empty line.
private func bodies(_ output: String) -> [String] {
  output.split(separator: "HTTP/1.1 ").map { response in
    response.split(separator: "\r\n\r\n").last.map(String.init) ?? ""
  }
}

@Suite
struct PipelineTests {
  @Test
  func `answers in the order of the requests`() {
    let server = ServerHarness()
    server.receive(get("/1") + get("/2") + get("/3"))
    #expect(server.exchanges.map { $0.field(":path") } == ["/1", "/2", "/3"])

    server.exchanges[2].answer(200, "three")
    server.exchanges[1].answer(200, "two")
    #expect(server.flush() == "")
    server.exchanges[0].answer(200, "one")
    #expect(bodies(server.flush()) == ["one", "two", "three"])
    #expect(server.exchanges.allSatisfy { $0.endings == [.completed] })
  }

  @Test
  func `reads only so many requests ahead`() {
    var limits = Limits()
    limits.pipelinedMax = 2
    let server = ServerHarness(limits: limits)

    server.receive(get("/1") + get("/2") + get("/3") + get("/4"))
    #expect(server.exchanges.count == 2)
    #expect(!server.session.wantsInput)

    server.exchanges[0].answer(200, "one")
    _ = server.flush()
    #expect(server.exchanges.count == 3)
    for number in 1...3 {
      server.exchanges[number].answer(200)
      _ = server.flush()
    }
    #expect(server.exchanges.map { $0.field(":path") } == ["/1", "/2", "/3", "/4"])
    #expect(server.session.wantsInput)
    #expect(server.session.isIdle)
  }

  @Test
  func `lets nothing run beside a request that changes something`() {
    let server = ServerHarness()
    server.receive(get("/1") + post("a") + get("/2"))
    #expect(server.exchanges.count == 1)

    server.exchanges[0].answer(200)
    _ = server.flush()
    #expect(server.exchanges.count == 2)
    #expect(server.exchanges[1].bodyText == "a")
    server.exchanges[1].answer(200)
    _ = server.flush()
    #expect(server.exchanges.count == 3)
  }

  @Test
  func `answers what came before a malformed request`() {
    let server = ServerHarness()
    #expect(server.receive(get("/1") + "nonsense\r\n\r\n") == .badStartLine)

    #expect(server.flush() == "")
    server.exchanges[0].answer(200, "one")
    let output = server.flush()
    #expect(output.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(output.contains("oneHTTP/1.1 400 Bad Request\r\n"))
    #expect(server.session.shouldClose)
  }

  @Test
  func `many at once are answered one by one`() {
    let server = ServerHarness { $0.onEnd = { $0.answer(200, "x") } }
    server.receive(String(repeating: post("body"), count: 100))

    #expect(bodies(server.flush()).count == 100)
    #expect(server.exchanges.count == 100)
  }
}

@Suite
struct BackpressureTests {
  @Test(arguments: [true, false])
  func `stops reading while nobody consumes`(isChunked: Bool) {
    var limits = Limits()
    limits.bodyBufferMax = 8
    let server = ServerHarness(limits: limits) { $0.consumesAtOnce = false }
    let head = "POST / HTTP/1.1\r\nHost: x\r\n"
    server.receive(
      head + (isChunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Content-Length: 16\r\n\r\n"))
    let part = isChunked ? "4\r\nabcd\r\n" : "abcd"

    server.receive(part)
    #expect(server.session.wantsInput)
    server.receive(part + (isChunked ? part + part : ""))
    #expect(!server.session.wantsInput)
    #expect(server.exchanges[0].body.count == 8)

    let asked = server.askedForFlush
    server.session.consumed(4, by: server.exchanges[0])
    #expect(server.askedForFlush == asked + 1)
    _ = server.flush()
    if !isChunked { server.receive(part) }
    #expect(server.exchanges[0].body.count == 12)
    server.session.consumed(100, by: server.exchanges[0])
    _ = server.flush()
    server.receive(isChunked ? "0\r\n\r\n" : part)
    #expect(server.exchanges[0].events == ["headers", "end"])
    #expect(server.exchanges[0].body.count == 16)
  }
}

@Suite
struct ContinueTests {
  static let head =
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"

  @Test
  func `is sent to a client that waits`() {
    let server = ServerHarness { $0.onEnd = { $0.answer(200) } }
    server.receive(Self.head)

    #expect(server.askedForFlush == 1)
    #expect(server.flush() == "HTTP/1.1 100 Continue\r\n\r\n")
    #expect(server.flush() == "")
    server.receive("ab")
    #expect(server.flush().hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(!server.session.shouldClose)
  }

  @Test
  func `is not sent when the body comes anyway`() {
    let server = ServerHarness { $0.onEnd = { $0.answer(200) } }
    server.receive(Self.head + "ab")

    #expect(server.flush().hasPrefix("HTTP/1.1 200 OK\r\n"))
  }

  @Test
  func `is not sent when the exchange refuses at once`() {
    let server = ServerHarness { $0.onHeaders = { $0.answer(401) } }
    server.receive(Self.head)

    let output = server.flush()
    #expect(output.hasPrefix("HTTP/1.1 401 Unauthorized\r\n"))
    #expect(output.contains("connection: close\r\n"))
    #expect(server.session.shouldClose)
    #expect(server.exchanges[0].endings == [.completed])
  }
}

@Suite
struct EndTests {
  @Test
  func `an early response lets a short rest pass by`() {
    let server = ServerHarness { $0.onHeaders = { $0.answer(413) } }
    server.receive("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nab")

    #expect(!server.flush().contains("connection: close"))
    #expect(server.exchanges[0].endings == [.completed])
    server.receive("cdef" + get("/2"))
    #expect(server.exchanges.count == 2)
    #expect(server.exchanges[0].bodyText == "ab")
  }

  @Test
  func `an early response to a long request ends the connection`() {
    var limits = Limits()
    limits.discardedMax = 4
    let announced = ServerHarness(limits: limits) { $0.onHeaders = { $0.answer(413) } }
    announced.receive("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n")
    #expect(announced.flush().contains("connection: close"))
    #expect(announced.session.shouldClose)

    let chunked = ServerHarness(limits: limits) { $0.onHeaders = { $0.answer(413) } }
    chunked.receive("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    _ = chunked.flush()
    #expect(!chunked.session.shouldClose)
    chunked.receive("5\r\nabcde\r\n")
    #expect(chunked.session.shouldClose)
  }

  @Test
  func `draining completes what is open and closes`() {
    let server = ServerHarness()
    server.receive(get("/1") + get("/2"))
    server.session.drain()
    server.receive(get("/3"))
    #expect(!server.session.shouldClose)

    server.exchanges[0].answer(200)
    server.exchanges[1].answer(200)
    let output = server.flush()
    #expect(output.split(separator: "connection: close").count == 2)
    #expect(server.session.shouldClose)
    #expect(server.exchanges.count == 2)

    let idle = ServerHarness()
    idle.session.drain()
    #expect(idle.session.shouldClose)
  }

  @Test
  func `a response that has begun before draining still ends the connection`() {
    let server = ServerHarness { $0.onEnd = { $0.respond(200) } }
    server.receive(get("/"))
    _ = server.flush()
    server.session.drain()

    server.exchanges[0].write("x", isLast: true)
    #expect(server.flush() == "1\r\nx\r\n0\r\n\r\n")
    #expect(server.session.shouldClose)
  }

  @Test
  func `a client may close its side and wait`() {
    let server = ServerHarness()
    server.receive(get("/1"))
    server.session.inputEnded()
    #expect(!server.session.shouldClose)

    server.exchanges[0].answer(200, "one")
    #expect(bodies(server.flush()) == ["one"])
    #expect(server.session.shouldClose)
  }

  @Test
  func `a cut request is not completed`() {
    let server = ServerHarness()
    server.receive("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nab")
    server.session.inputEnded()

    #expect(server.exchanges[0].endings == [.connectionLost])
    #expect(server.exchanges[0].events == ["headers"])
    #expect(server.flush() == "")
    #expect(server.session.shouldClose)
  }

  @Test
  func `a cut head or an idle connection just ends`() {
    for text in ["", "GET / HT", get("/").replacing("\r\n\r\n", with: "\r\n")] {
      let server = ServerHarness()
      server.receive(text)
      server.session.inputEnded()
      #expect(server.session.shouldClose)
      #expect(server.exchanges.isEmpty)
    }
  }

  @Test
  func `a lost connection ends all exchanges once`() {
    let server = ServerHarness()
    server.receive(get("/1") + get("/2"))
    server.session.connectionLost()
    server.session.connectionLost()

    #expect(server.exchanges.map(\.endings) == [[.connectionLost], [.connectionLost]])
    server.exchanges[0].answer(200)
    #expect(server.flush() == "")
  }

  @Test
  func `a reset closes after the responses before it`() {
    let server = ServerHarness()
    server.receive(get("/1") + get("/2") + get("/3"))
    server.session.reset(server.exchanges[1], code: HTTP2Code.internalError)
    #expect(server.exchanges[1].endings == [.reset(HTTP2Code.internalError)])
    #expect(!server.session.shouldClose)

    server.exchanges[0].answer(200, "one")
    #expect(bodies(server.flush()) == ["one"])
    #expect(server.session.shouldClose)
    #expect(server.exchanges[2].endings == [.connectionLost])
  }

  @Test
  func `a bad chunk after the response began breaks it off`() {
    let server = ServerHarness { $0.onHeaders = { $0.respond(200) } }
    server.receive("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
    _ = server.flush()

    #expect(server.receive("zz\r\n") == .badChunk)
    #expect(server.flush() == "")
    #expect(server.session.shouldClose)
    #expect(server.exchanges[0].endings == [.reset(HTTP2Code.protocolError)])
  }

  @Test
  func `a server without room refuses`() {
    let server = ServerHarness()
    server.refusesAll = true
    server.receive(post("abc"))

    #expect(server.flush().hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
    #expect(server.session.shouldClose)
  }

  @Test
  func `tells a slow head from a slow body`() {
    let server = ServerHarness()
    #expect(server.session.isIdle)
    server.receive("POST / HTTP/1.1\r\nHo")
    #expect(server.session.isReceivingHead)
    server.receive("st: x\r\nContent-Length: 2\r\n\r\na")
    #expect(!server.session.isReceivingHead)
    #expect(server.session.isReceivingBody)
    server.receive("b")
    #expect(!server.session.isReceivingBody)
    #expect(!server.session.isIdle)
  }
}

@Suite
struct UpgradeTests {
  static func request(_ name: String) -> String {
    "GET /s HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: \(name)\r\n\r\n"
  }

  @Test
  func `gives the connection away`() {
    let server = ServerHarness()
    server.acceptsUpgrade = true
    server.receive(Self.request("websocket") + "frames")

    #expect(server.upgrades.map(\.name) == ["websocket"])
    #expect(server.upgrades.map(\.remaining) == ["frames"])
    #expect(server.upgrades.map(\.key) == ["websocket"])
    #expect(server.exchanges.isEmpty)
    #expect(!server.session.wantsInput)
    #expect(!server.session.shouldClose)
  }

  @Test
  func `waits for the requests before it`() {
    let server = ServerHarness()
    server.acceptsUpgrade = true
    server.receive(get("/1") + Self.request("websocket") + "frames")
    #expect(server.upgrades.isEmpty)

    server.exchanges[0].answer(200)
    _ = server.flush()
    #expect(server.upgrades.map(\.remaining) == ["frames"])
  }

  @Test
  func `that is declined is an ordinary request`() {
    let server = ServerHarness { $0.onEnd = { $0.answer(200) } }
    server.receive(Self.request("websocket") + get("/2"))

    #expect(server.exchanges.map { $0.field(":path") } == ["/s", "/2"])
    #expect(server.exchanges[0].field("upgrade") == nil)
  }

  @Test
  func `to clear text HTTP2 is ignored`() {
    let server = ServerHarness { $0.onEnd = { $0.answer(200) } }
    server.acceptsUpgrade = true
    server.receive(Self.request("h2c"))

    #expect(server.upgrades.isEmpty)
    #expect(server.flush().hasPrefix("HTTP/1.1 200 OK\r\n"))
  }
}
