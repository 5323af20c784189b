import HTTP
import HTTP2
import Testing

@Suite
struct FloodTests {
  /// Feeds `frame` again and again and says after how many the session had enough.
  private func exhaust(_ end: End, max: Int = 30_000, _ frame: (Int) -> [UInt8]) throws -> Int? {
    for count in 1...max {
      try end.receive(frame(count))
      if end.session.violation != nil { return count }
      if count.isMultiple(of: 50) { _ = try end.take() }
    }
    return nil
  }

  @Test(arguments: [0x42, 0xFF] as [UInt8])
  func `counts frames of unknown types`(type: UInt8) throws {
    let server = try End.ready()

    let count = try exhaust(server) { _ in Raw.frame(type, payload: [1, 2, 3]) }

    // The peer's own SETTINGS and its acknowledgement of ours are counted too.
    #expect(count == Limits().controlFrameBurst - 1)
    #expect(try server.goAwayCode() == HTTP2Code.enhanceYourCalm)
  }

  @Test
  func `lets control frames through that take their time`() throws {
    let server = try End.ready()

    let count = try exhaust(server, max: 1000) { _ in
      server.now = server.now.advanced(by: .milliseconds(25))
      return Raw.frame(4, payload: [])
    }

    #expect(count == nil)
  }

  @Test
  func `strikes pings that come too soon, as gRPC wants it`() throws {
    let server = try End.ready()

    let count = try exhaust(server) { _ in
      server.now = server.now.advanced(by: .seconds(10))
      return Raw.ping()
    }

    #expect(count == Limits().pingStrikesMax + 2)
    #expect(server.session.violation == "too_many_pings")
  }

  @Test
  func `forgives pings every five minutes`() throws {
    let server = try End.ready()

    let count = try exhaust(server, max: 100) { _ in
      server.now = server.now.advanced(by: .seconds(300))
      return Raw.ping()
    }

    #expect(count == nil)
  }

  @Test
  func `counts settings`() throws {
    let server = try End.ready()
    let count = try exhaust(server) { _ in Raw.frame(4, payload: []) }
    #expect(count == Limits().controlFrameBurst - 1)
  }

  @Test
  func `allows a hundred PRIORITY frames a stream and the connection`() throws {
    let server = try End.ready()
    try server.receive(Raw.headers(1))

    let count = try exhaust(server) { _ in
      Raw.frame(2, stream: 1, payload: [0, 0, 0, 0, 15])
    }

    #expect(count == 201)
  }

  @Test
  func `allows the window updates that streams and data need`() throws {
    let server = try End.ready()
    #expect(try exhaust(server) { _ in Raw.windowUpdate(0, 1) } == 6)

    let busy = try End.ready()
    for stream in stride(from: UInt32(1), through: 19, by: 2) {
      try busy.receive(Raw.headers(stream))
    }
    #expect(try exhaust(busy) { _ in Raw.windowUpdate(0, 1) } == 26)
  }

  @Test(arguments: [[], [3, 0, 0, 0]] as [[UInt8]])
  func `counts DATA that carries nothing, padded or not`(payload: [UInt8]) throws {
    let server = try End.ready()
    try server.receive(Raw.headers(1, Raw.post, flags: 4))

    let count = try exhaust(server) { _ in
      Raw.frame(0, flags: payload.isEmpty ? 0 : 8, stream: 1, payload: payload)
    }

    #expect(count == Limits().emptyDataFramesMax + 1)
  }

  @Test
  func `counts CONTINUATION frames`() throws {
    let server = try End.ready()
    try server.receive(Raw.headers(1, flags: 1))

    let count = try exhaust(server) { _ in Raw.frame(9, stream: 1, payload: []) }

    #expect(count == Limits().continuationsMax + 1)
    #expect(try server.goAwayCode() == HTTP2Code.enhanceYourCalm)
  }

  @Test
  func `takes a CONTINUATION frame byte by byte`() throws {
    let server = try End.ready()

    let first = Raw.headers(1, Array(Raw.get.prefix(2)), flags: 1)
    let second = Raw.frame(9, flags: 4, stream: 1, payload: Array(Raw.get.dropFirst(2)))
    for byte in first + second { try server.receive([byte]) }

    #expect(server.exchanges.first?.hasEnd == true)
    #expect(server.session.violation == nil)
  }

  @Test
  func `ends a connection that provokes resets`() throws {
    let server = try End.ready()

    let count = try exhaust(server) { count in
      let stream = UInt32(2 * count - 1)
      return Raw.headers(stream, flags: 4) + Raw.windowUpdate(stream, 0x7FFF_FFFF)
    }

    #expect(count == Limits().provokedResetBurst + 1)
    #expect(try server.goAwayCode() == HTTP2Code.enhanceYourCalm)
  }

  @Test
  func `ends a connection that resets its own streams`() throws {
    let server = try End.ready()

    for stream in stride(from: UInt32(1), through: 2001, by: 2) {
      try server.receive(Raw.headers(stream, flags: 4) + Raw.reset(stream))
    }

    #expect(try server.goAwayCode() == HTTP2Code.enhanceYourCalm)
    #expect(server.exchanges.count == Int(Limits().resetBurst))
    #expect(server.exchanges.allSatisfy { $0.reason != nil })
  }

  @Test
  func `ends a connection whose frames nobody reads`() throws {
    var limits = Limits()
    limits.outboundFramesMax = 20
    let server = try End.ready(limits)

    for _ in 0..<30 { try server.receive(Raw.frame(4, payload: [])) }

    #expect(server.session.violation == "too many frames wait to be read")
  }
}
