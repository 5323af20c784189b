import HTTP
import HTTP1
import Testing

private let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
private let date = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

@Suite
struct ResponseTests {
  @Test
  func `has a length when its body is complete`() {
    let server = ServerHarness { $0.onEnd = { $0.answer(200, "hello", ("x-y", "z")) } }

    server.receive(get)

    #expect(
      server.flush()
        == "HTTP/1.1 200 OK\r\nx-y: z\r\ncontent-length: 5\r\n\(date)\r\nhello")
    #expect(server.exchanges[0].endings == [.completed])
    #expect(!server.session.shouldClose)
  }

  @Test
  func `is chunked while its body grows`() {
    let server = ServerHarness()
    server.receive(get)
    let exchange = server.exchanges[0]

    exchange.respond(200)
    #expect(server.flush() == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\(date)\r\n")
    #expect(exchange.isStalled)
    exchange.write("hello, there, all")
    #expect(server.flush() == "11\r\nhello, there, all\r\n")
    exchange.write("!", isLast: true)
    #expect(server.flush() == "1\r\n!\r\n0\r\n\r\n")
    #expect(exchange.endings == [.completed])
  }

  @Test
  func `respects the flush limit`() {
    let server = ServerHarness { $0.onEnd = { $0.answer(200, "0123456789") } }
    server.receive(get)

    var text = ""
    while server.exchanges[0].endings.isEmpty { text += server.flush(limit: 4) }

    #expect(text.hasSuffix("\r\n\r\n0123456789"))
  }

  @Test
  func `keeps a promised length`() {
    let server = ServerHarness { $0.onEnd = { $0.respond(200, [("content-length", "5")]) } }
    server.receive(get + get)

    server.exchanges[0].write("hello", isLast: true)
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\(date)\r\n"
    #expect(server.flush() == "\(head)hello\(head)")
    server.exchanges[1].write("hi", isLast: true)
    #expect(server.flush() == "hi")
    #expect(server.session.shouldClose)
  }

  @Test
  func `has no body for HEAD, 204 and 304`() {
    let server = ServerHarness { $0.onEnd = { $0.answer($0.status, "hello") } }
    for status in [200, 204, 304] {
      server.receive("\(status == 200 ? "HEAD" : "GET") /\(status) HTTP/1.1\r\nHost: x\r\n\r\n")
    }

    #expect(
      server.flush()
        == "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\(date)\r\n"
        + "HTTP/1.1 204 No Content\r\n\(date)\r\nHTTP/1.1 304 Not Modified\r\n\(date)\r\n")
    #expect(server.session.isIdle)
  }

  @Test
  func `cannot be split by a field of the exchange`() {
    let server = ServerHarness {
      $0.onEnd = {
        $0.answer(200, "", ("a", "b\r\nevil: 1"), ("c\r\nevil", "2"), ("connection", "close"))
      }
    }
    server.receive(get)

    #expect(
      server.flush() == "HTTP/1.1 200 OK\r\na: b  evil: 1\r\ncontent-length: 0\r\n\(date)\r\n")
  }

  @Test
  func `may be preceded by interim ones`() {
    let server = ServerHarness()
    server.receive(get)

    server.exchanges[0].respond(103, [("link", "</a>")])
    #expect(server.flush() == "HTTP/1.1 103 \r\nlink: </a>\r\n\r\n")
    server.exchanges[0].answer(200)
    #expect(server.flush().hasPrefix("HTTP/1.1 200 OK\r\n"))
  }

  @Test
  func `ends an HTTP 1.0 connection unless asked otherwise`() {
    let server = ServerHarness { $0.onEnd = { $0.answer(200, "hi") } }
    server.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(
      server.flush()
        == "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\(date)connection: keep-alive\r\n\r\nhi")
    #expect(!server.session.shouldClose)

    server.receive("GET / HTTP/1.0\r\n\r\n" + get)
    #expect(
      server.flush() == "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\(date)connection: close\r\n\r\nhi"
    )
    #expect(server.session.shouldClose)
    #expect(server.exchanges.count == 2)
  }

  @Test
  func `of unknown length ends with the connection for HTTP 1.0`() {
    let server = ServerHarness { $0.onEnd = { $0.respond(200) } }
    server.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")

    server.exchanges[0].write("hello")
    #expect(server.flush() == "HTTP/1.1 200 OK\r\n\(date)connection: close\r\n\r\nhello")
    #expect(!server.session.shouldClose)
    server.exchanges[0].write("!", isLast: true)
    #expect(server.flush() == "!")
    #expect(server.session.shouldClose)
  }

  @Test
  func `ends the connection when the client wants it`() {
    let server = ServerHarness { $0.onEnd = { $0.answer(200) } }

    server.receive("GET / HTTP/1.1\r\nHost: x\r\nConnection: x, Close\r\n\r\n" + get)

    #expect(server.flush().contains("connection: close\r\n"))
    #expect(server.exchanges.count == 1)
    #expect(server.session.shouldClose)
  }
}

extension Recorder {
  /// The status that the path asks for.
  fileprivate var status: Int { Int(field(":path")?.dropFirst() ?? "") ?? 200 }
}

@Suite
struct DateFieldTests {
  @Test(arguments: [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_827_696, "Tue, 29 Feb 2000 12:34:56 GMT"),
    (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
  ])
  func `is written as RFC 9110 wants it`(second: Int64, text: String) {
    #expect(DateField(now: { second }).value == text)
  }
}
