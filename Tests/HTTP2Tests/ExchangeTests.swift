import Buffers
import HTTP
import HTTP2
import Testing

@Suite
struct ExchangeTests {
  @Test
  func `a request and its response reach the other side`() throws {
    let pair = try Pair()

    let call = try pair.client.request("POST", "/path", [("x-a", "1")], body: "hello")
    try pair.settle()
    let served = try #require(pair.server.exchanges.first)
    served.respond("200", "world", trailers: [("grpc-status", "0")])
    try pair.settle()

    #expect(served.headers.first(":path") == "/path")
    #expect(served.headers.first("x-a") == "1")
    #expect(served.body == Array("hello".utf8))
    #expect(call.headers.first(":status") == "200")
    #expect(call.body == Array("world".utf8))
    #expect(call.trailerFields.first("grpc-status") == "0")
    #expect(call.reason == .completed)
    #expect(served.reason == .completed)
    #expect(pair.server.session.exchanges.isEmpty)
  }

  @Test
  func `a response waits for its body`() throws {
    let pair = try Pair()
    let call = try pair.client.request()
    try pair.settle()
    let served = try #require(pair.server.exchanges.first)

    served.respond("200", nil)
    try pair.settle()
    #expect(call.hasHeaders && !call.hasEnd)

    served.output.append("late")
    served.carrier?.outputGrew(served)
    try pair.settle()
    #expect(call.body == Array("late".utf8) && !call.hasEnd)

    served.outputHasEnded = true
    served.carrier?.outputGrew(served)
    try pair.settle()
    #expect(call.hasEnd)
  }

  @Test
  func `trailers queue behind a body that the window holds back`() throws {
    var limits = Limits()
    limits.streamWindowSize = 10
    let client = End(.client, limits)
    let server = End(.server)
    for _ in 0..<3 {
      try client.send(to: server)
      try server.send(to: client)
    }
    let call = try client.request()
    call.consumes = false
    try client.send(to: server)

    server.exchanges.first?.respond("200", "more than ten bytes", trailers: [("t", "1")])
    try server.send(to: client)
    #expect(call.body.count == 10 && !call.hasEnd)

    call.carrier?.consumed(10, by: call)
    try client.send(to: server)
    try server.send(to: client)
    #expect(call.body == Array("more than ten bytes".utf8))
    #expect(call.trailerFields.first("t") == "1")
  }

  @Test
  func `a body that nobody consumes stops at the window`() throws {
    var limits = Limits()
    limits.streamWindowSize = 1000
    let pair = try Pair(limits)

    _ = try pair.client.request(body: String(repeating: "a", count: 5000))
    try pair.client.send(to: pair.server)
    pair.server.exchanges.first?.consumes = false
    try pair.settle()
    let served = try #require(pair.server.exchanges.first)
    #expect(served.body.count < 5000 && !served.hasEnd)

    served.carrier?.consumed(served.body.count, by: served)
    served.consumes = true
    try pair.settle()
    #expect(served.body.count == 5000 && served.hasEnd)
  }

  @Test
  func `an early response asks for no more of the request`() throws {
    let server = try End.ready()
    try server.receive(Raw.headers(1, Raw.post, flags: 4))

    server.exchanges.first?.respond("404", "no")

    let frames = try ReadFrame.all(server.take())
    #expect(frames.map(\.type) == [1, 0, 3])
    #expect(frames.last?.code == HTTP2Code.noError)
  }

  @Test
  func `a refused stream is told so`() throws {
    let pair = try Pair()
    pair.server.refusesStreams = true

    let call = try pair.client.request()
    try pair.settle()

    #expect(call.reason == .refused)
  }

  @Test
  func `a reset reaches the other side`() throws {
    let pair = try Pair()
    let call = try pair.client.request(body: nil)
    try pair.settle()

    pair.client.session.reset(call, code: HTTP2Code.cancel)
    try pair.settle()

    #expect(pair.server.exchanges.first?.reason == .reset(HTTP2Code.cancel))
  }

  @Test
  func `a drain lets open streams end and takes no new ones`() throws {
    let pair = try Pair()
    let call = try pair.client.request()
    try pair.settle()

    pair.server.session.announceShutdown()
    pair.server.session.ping(7)
    try pair.settle()
    #expect(pair.server.pings == [7])
    #expect(pair.client.goAway?.lastStream == Int32.max)

    pair.server.session.goAway()
    try pair.settle()
    #expect(pair.client.goAway?.lastStream == call.id)
    #expect(!pair.server.session.isFinished)

    pair.server.exchanges.first?.respond("200", "bye")
    try pair.settle()
    #expect(call.body == Array("bye".utf8))
    #expect(pair.server.session.isFinished)
  }

  @Test
  func `a lost connection ends all exchanges`() throws {
    let pair = try Pair()
    let calls = try (0..<3).map { _ in try pair.client.request() }
    try pair.settle()

    pair.client.session.connectionLost()

    #expect(calls.allSatisfy { $0.reason == .connectionLost })
  }

  @Test
  func `streams beyond the limit wait at the client`() throws {
    var limits = Limits()
    limits.concurrentStreamsMax = 2
    let pair = try Pair(limits)

    for _ in 0..<5 { _ = try pair.client.request() }
    try pair.settle()
    #expect(pair.server.exchanges.count == 2)

    pair.server.exchanges.first?.respond()
    try pair.settle()
    #expect(pair.server.exchanges.count == 3)
  }
}
