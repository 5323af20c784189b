import Buffers
import TLS
import Testing

@Suite
struct TransferTests {
  @Test(arguments: [1, 3000, 16_384, .max])
  func `large messages arrive whole, however they are cut`(step: Int) throws {
    let pair = try Pair().exchange()
    let message = (0..<(step == 1 ? 100_000 : 5_000_000)).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    try pair.clientSends(message)
    pair.exchange(step: step)

    #expect(pair.serverError == nil)
    #expect(pair.atServer.take(pair.atServer.count) == message)
  }

  @Test
  func `what waits in a queue is taken after the handshake`() throws {
    let pair = try Pair()
    var waiting = ByteQueue()
    waiting.append("early")
    try pair.client.send(&waiting, ciphertext: &pair.toServer)
    #expect(waiting.count == 5)
    #expect(throws: TLSError.notOpen) {
      try pair.clientSends(bytes("early"))
    }

    pair.exchange()
    try pair.client.send(&waiting, ciphertext: &pair.toServer)
    pair.exchange()

    #expect(waiting.count == 0)
    #expect(pair.atServer.take(pair.atServer.count) == bytes("early"))
  }

  @Test
  func `one side may close and still receive`() throws {
    let pair = try Pair().exchange()
    try pair.clientSends(bytes("last words"))
    pair.client.close(ciphertext: &pair.toServer)
    pair.client.close(ciphertext: &pair.toServer)
    #expect(throws: TLSError.notOpen) {
      try pair.clientSends(bytes("x"))
    }
    pair.exchange()
    #expect(pair.atServer.take(pair.atServer.count) == bytes("last words"))
    #expect(pair.server.progress == .peerClosed)
    try pair.serverReceivesEnd()

    unsafe try pair.server.send(bytes("farewell").span.bytes, ciphertext: &pair.toClient)
    pair.server.close(ciphertext: &pair.toClient)
    pair.exchange()
    #expect(pair.atClient.take(pair.atClient.count) == bytes("farewell"))
    #expect(pair.client.progress == .peerClosed)
    try pair.client.receiveEnd()
  }

  @Test
  func `an end without a word is a truncation`() throws {
    let pair = try Pair()
    #expect(throws: TLSError.truncated) { try pair.serverReceivesEnd() }
    pair.exchange()
    #expect(throws: TLSError.truncated) { try pair.serverReceivesEnd() }
  }
}

@Suite
struct HostileInputTests {
  @Test(arguments: [
    "GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\n",
    "POST /", "SSH-2.0-OpenSSH", "\0\0\0\0\0\0\0\0\0\0\0",
  ])
  func `what is not TLS is called so`(text: String) throws {
    let pair = try Pair()
    pair.toServer.removeAll()
    pair.toServer.append(text)
    pair.exchange()
    #expect(pair.serverError == .notTLS)

    // A failed session stays failed.
    #expect(throws: TLSError.notTLS) { try pair.serverReceives(bytes("more")) }
  }

  @Test
  func `a record that is too long is a violation, and the peer is told`() throws {
    for header: [UInt8] in [[0x16, 3, 1, 0xff, 0xff, 1], [0x17, 3, 3, 0x45, 0x01, 0]] {
      let pair = try Pair()
      if header[0] == 0x17 { pair.exchange() }
      let error = #expect(throws: TLSError.self) { try pair.serverReceives(header) }
      guard case .violation = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(pair.toClient.count > 0)
    }
  }

  @Test
  func `a changed byte is noticed`() throws {
    let pair = try Pair().exchange()
    try pair.clientSends(bytes("pay 1"))
    pair.toServer[pair.toServer.count - 20] ^= 1
    pair.exchange()

    guard case .violation = pair.serverError else {
      Issue.record("\(String(describing: pair.serverError))")
      return
    }
    #expect(pair.clientError == .alert(Alert(rawValue: 20)))
    #expect(pair.atServer.count == 0)
  }

  @Test
  func `a hello with any byte changed fails and never traps`() throws {
    let client = try Context(client: Fixture.client)
    let server = try Context(server: Fixture.server)
    let helloCount = try Pair(client, server).toServer.count
    // The third byte is the minor version of the record, which nobody looks at (RFC 8446 section 5.1).
    for offset in 0..<helloCount where offset != 2 {
      let pair = try Pair(client, server)
      pair.toServer[offset] ^= 0xff
      pair.exchange()
      #expect(!pair.isEstablished)
    }
  }

  @Test
  func `random bytes never trap`() throws {
    let server = try Context(server: Fixture.server)
    for round in 0..<500 {
      var session = Session(server: server)
      var garbage = (0..<Int.random(in: 1...2000)).map { _ in UInt8.random(in: 0...255) }
      // Half of them look like a handshake record at first.
      if round.isMultiple(of: 2) {
        garbage.replaceSubrange(0..<min(3, garbage.count), with: [0x16, 3, 1])
      }
      var plaintext = ByteQueue()
      var ciphertext = ByteQueue()
      _ = unsafe try? session.receive(
        garbage.span.bytes, plaintext: &plaintext, ciphertext: &ciphertext)
      #expect(plaintext.count == 0)
    }
  }
}
