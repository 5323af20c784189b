import HTTP
import HTTP2
import Testing

@Suite
struct HeaderTests {
  @Test
  func `keeps headers within their limit and says when some are missing`() throws {
    let server = try End.ready()

    try server.receive(Raw.headers(1, Raw.get + Self.large(repeated: 20)))

    let exchange = try #require(server.exchanges.first)
    #expect(exchange.headersAreTooLarge)
    #expect(exchange.headers.listSize <= Limits().headerListSizeMax)
    #expect(exchange.hasEnd)
    #expect(server.session.violation == nil)
  }

  @Test
  func `counts header fields`() throws {
    let pair = try Pair()

    _ = try pair.client.request("GET", "/", (0..<200).map { ("x-\($0)", "") })
    try pair.settle()

    #expect(pair.server.exchanges.first?.headersAreTooLarge == true)
    #expect(pair.server.exchanges.first?.headers.count == Limits().headerCountMax)
  }

  /// One field of 4000 bytes enters the table, and one byte repeats it.
  private static func large(repeated count: Int) -> [UInt8] {
    [0x40, 1, 0x78, 0x7F, 0xA1, 0x1E] + Array(repeating: 0x61, count: 4000)
      + Array(repeating: 0xBE, count: count)
  }

  @Test
  func `ends a connection whose headers grow without measure`() throws {
    let server = try End.ready()

    try server.receive(Raw.headers(1, Raw.get + Self.large(repeated: 10_000)))

    #expect(server.session.violation == "header list far too large")
    #expect(try server.goAwayCode() == HTTP2Code.enhanceYourCalm)
    #expect(server.exchanges.allSatisfy { $0.headers.listSize <= Limits().headerListSizeMax })
  }

  @Test
  func `refuses a stream identifier that was skipped`() throws {
    let server = try End.ready()
    try server.receive(Raw.headers(5))

    try server.receive(Raw.headers(3))

    #expect(try server.goAwayCode() == HTTP2Code.protocolError)
  }

  @Test
  func `lets identifiers be skipped`() throws {
    let server = try End.ready()

    for stream in [3, 9, 11, 101] as [UInt32] { try server.receive(Raw.headers(stream)) }

    #expect(server.exchanges.count == 4)
    #expect(server.session.violation == nil)
  }

  @Test
  func `refuses what follows the end of a stream`() throws {
    for late in [Raw.headers(1), Raw.frame(0, stream: 1, payload: [1])] {
      let server = try End.ready()
      try server.receive(Raw.headers(1))
      server.exchanges.first?.respond("200", "done")
      _ = try server.take()

      try server.receive(late)

      #expect(try server.goAwayCode() == HTTP2Code.streamClosed)
    }
  }

  @Test
  func `lets pass what was on its way to a stream that we reset`() throws {
    let server = try End.ready()
    try server.receive(Raw.headers(1, Raw.post, flags: 4))
    if let exchange = server.exchanges.first {
      server.session.reset(exchange, code: HTTP2Code.cancel)
    }
    _ = try server.take()

    try server.receive(Raw.frame(0, stream: 1, payload: [1]))

    #expect(try server.goAwayCode() == nil)
    #expect(server.session.violation == nil)
  }

  @Test
  func `refuses PRIORITY on stream 0 and on itself`() throws {
    for (stream, dependency) in [(0, 1), (3, 3)] as [(UInt32, UInt8)] {
      let server = try End.ready()
      try server.receive(Raw.frame(2, stream: stream, payload: [0, 0, 0, dependency, 15]))
      #expect(try server.goAwayCode() == HTTP2Code.protocolError)
    }
  }

  @Test
  func `knows that a header block is not complete`() throws {
    let server = try End.ready()
    #expect(!server.session.isReceivingHeaders)

    try server.receive(Raw.headers(1, [0x82], flags: 1))
    #expect(server.session.isReceivingHeaders)

    let rest = Raw.frame(9, flags: 4, stream: 1, payload: Array(Raw.get.dropFirst()))
    try server.receive(Array(rest.dropLast()))
    #expect(server.session.isReceivingHeaders)

    try server.receive(Array(rest.suffix(1)))
    #expect(!server.session.isReceivingHeaders)
  }

  @Test
  func `refuses SETTINGS that overflow a stream's window`() throws {
    let server = try End.ready()
    try server.receive(Raw.headers(1, flags: 4) + Raw.windowUpdate(1, 0x7FFF_FFFF - 65535))

    try server.receive(Raw.frame(4, payload: [0, 4, 0, 1, 0, 0]))

    #expect(try server.goAwayCode() == HTTP2Code.flowControlError)
  }
}
