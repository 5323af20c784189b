import Buffers
import Testing
import WebSocket

@Suite
struct ServerSessionTests {
  /// A frame as a client sends it, masked.
  private func frame(
    _ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, isMasked: Bool = true
  ) -> [UInt8] {
    var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
    let flag: UInt8 = isMasked ? 0x80 : 0
    if payload.count < 126 {
      bytes.append(flag | UInt8(payload.count))
    } else {
      bytes += [flag | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    }
    guard isMasked else { return bytes + payload }
    let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
    return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
  }

  private func receive(_ session: ServerSession, _ bytes: [UInt8]) -> [ServerSession.Event] {
    unsafe session.receive(bytes.span.bytes)
  }

  private func output(_ session: ServerSession, limit: Int = 1 << 20) -> [UInt8] {
    var output = ByteQueue()
    session.flush(into: &output, limit: limit)
    return output.take(output.count)
  }

  /// The code in a close frame.
  private func closeCode(_ bytes: [UInt8]) -> UInt16? {
    guard bytes.count >= 4, bytes[0] == 0x88 else { return nil }
    return UInt16(bytes[2]) << 8 | UInt16(bytes[3])
  }

  @Test
  func `a masked text arrives, and an answer leaves unmasked`() {
    let session = ServerSession()

    let events = receive(session, frame(1, Array("Hello".utf8)))
    session.send(text: Array("Hi".utf8))

    #expect(events == [.text(Array("Hello".utf8))])
    #expect(output(session) == [0x81, 2, 0x48, 0x69])
  }

  @Test
  func `bytes may come one at a time`() {
    let session = ServerSession()

    let events = frame(1, Array("abc".utf8)).flatMap { receive(session, [$0]) }

    #expect(events == [.text(Array("abc".utf8))])
  }

  @Test
  func `fragments make one message, with a ping between them answered`() {
    let session = ServerSession()

    var events = receive(session, frame(1, Array("Hel".utf8), isFinal: false))
    events += receive(session, frame(9, [7]))
    events += receive(session, frame(0, Array("lo".utf8)))

    #expect(events == [.text(Array("Hello".utf8))])
    #expect(output(session) == [0x8A, 1, 7])
  }

  @Test
  func `a frame without a mask breaks the rules`() {
    let session = ServerSession()

    let events = receive(session, frame(1, Array("x".utf8), isMasked: false))

    #expect(events.isEmpty)
    #expect(closeCode(output(session)) == CloseCode.protocolError.rawValue)
    #expect(session.shouldClose)
  }

  @Test
  func `a text that is not UTF-8 is refused with its code`() {
    let session = ServerSession()

    _ = receive(session, frame(1, [0xC3, 0x28]))

    #expect(closeCode(output(session)) == CloseCode.invalidText.rawValue)
  }

  @Test
  func `a message past the limit is refused, in fragments too`() {
    var limits = Limits()
    limits.messageSizeMax = 10
    let whole = ServerSession(limits: limits)
    let parts = ServerSession(limits: limits)

    _ = receive(whole, frame(1, [UInt8](repeating: 65, count: 11)))
    for _ in 0..<3 { _ = receive(parts, frame(1, [65, 65, 65, 65], isFinal: false)) }
    _ = receive(parts, frame(0, [65, 65, 65, 65], isFinal: false))
    _ = receive(parts, frame(0, [65, 65, 65, 65], isFinal: false))

    #expect(closeCode(output(whole)) == CloseCode.messageTooBig.rawValue)
    #expect(
      [CloseCode.messageTooBig.rawValue, CloseCode.protocolError.rawValue]
        .contains(closeCode(output(parts)) ?? 0))
  }

  @Test
  func `a farewell is answered, and then the connection closes`() {
    let session = ServerSession()

    let events = receive(session, frame(8, [0x03, 0xE8]))

    #expect(events == [.closed(.normal)])
    #expect(!session.shouldClose)
    #expect(closeCode(output(session)) == 1000)
    #expect(session.shouldClose)
  }

  @Test
  func `our farewell leaves after what was queued before`() {
    let session = ServerSession()
    session.send(text: [65])

    session.close(.goingAway, "bye")
    let isSent = session.send(text: [66])
    let bytes = output(session)

    #expect(!isSent)
    #expect(bytes.contains(65) && !bytes.contains(66))
    _ = receive(session, frame(8, [0x03, 0xE9]))
    #expect(session.shouldClose)
  }

  @Test
  func `a peer that does not read loses its connection`() {
    var limits = Limits()
    limits.pendingMax = 100
    let session = ServerSession(limits: limits)

    #expect(session.send(text: [UInt8](repeating: 65, count: 90)))
    #expect(!session.send(text: [UInt8](repeating: 65, count: 11)))

    #expect(session.shouldClose)
  }

  @Test
  func `pings that nobody reads the answers of stop the reading`() {
    var limits = Limits()
    limits.pendingCountMax = 8
    let session = ServerSession(limits: limits)

    for _ in 0..<8 { _ = receive(session, frame(9, [1, 2, 3])) }

    #expect(!session.wantsInput)
    _ = output(session)
    #expect(session.wantsInput)
  }

  @Test
  func `output comes in pieces of the size asked for`() {
    let session = ServerSession()
    session.send(text: [UInt8](repeating: 65, count: 1000))

    var pieces: [Int] = []
    while session.hasOutput { pieces.append(output(session, limit: 300).count) }

    #expect(pieces.reduce(0, +) == 1004)
    #expect(pieces.allSatisfy { $0 <= 300 })
  }

  @Test(arguments: 0..<64)
  func `random bytes never trap`(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    let session = ServerSession()

    for _ in 0..<64 {
      let bytes = (0..<40).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
      }
      _ = receive(session, bytes)
      _ = output(session)
    }

    #expect(session.pendingCount <= Limits().pendingMax)
  }
}
