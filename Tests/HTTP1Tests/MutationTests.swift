import HTTP
import HTTP1
import Testing

/// Damaged input must never trap, and must mean the same however it is cut.
@Suite
struct MutationTests {
  static let seeds = [
    "GET /a HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
    RequestTests.chunked + "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    "POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello\r\n"
      + "OPTIONS * HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "GET /s HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nxyz",
  ]

  @Test(arguments: seeds)
  func `means the same in pieces`(seed: String) {
    var random = Generator(state: UInt64(seed.utf8.count))
    for _ in 0..<2000 {
      let bytes = mutated(Array(seed.utf8), &random)

      let whole = outcome(of: bytes, inPiecesOf: bytes.count)
      let pieces = outcome(of: bytes, inPiecesOf: Int.random(in: 1...7, using: &random))

      #expect(whole.requests == pieces.requests)
      #expect(whole.output == pieces.output)
      guard whole == pieces else { return }
    }
  }

  @Test(arguments: ClientTests.responses)
  func `a client survives anything`(seed: String) {
    var random = Generator(state: UInt64(seed.utf8.count))
    for _ in 0..<2000 {
      let client = ClientHarness()
      let exchange = client.request("GET")
      _ = client.flush()

      client.receive(String(decoding: mutated(Array(seed.utf8), &random), as: UTF8.self))
      client.session.inputEnded()

      #expect(exchange.endings.count == 1)
      #expect(client.session.shouldClose)
    }
  }

  struct Outcome: Equatable {
    var requests: [String]
    var output: String
  }

  private func outcome(of bytes: [UInt8], inPiecesOf size: Int) -> Outcome {
    let server = ServerHarness { $0.onEnd = { $0.answer(200, $0.bodyText) } }
    var output = ""
    for start in stride(from: 0, to: bytes.count, by: max(1, size)) {
      _ = server.receive(Array(bytes[start..<min(bytes.count, start + size)]))
      output += server.flush()
    }
    server.session.inputEnded()
    output += server.flush()
    #expect(server.exchanges.allSatisfy { $0.endings.count == 1 })
    // Whether a client is told to go on depends on when its body came.
    output.replace("HTTP/1.1 100 Continue\r\n\r\n", with: "")
    return Outcome(
      requests: server.exchanges.map {
        "\($0.headers.strings()) \($0.bodyText) \($0.trailerFields.strings()) \($0.events)"
      }, output: output)
  }

  private func mutated(_ seed: [UInt8], _ random: inout Generator) -> [UInt8] {
    let alphabet = Array("\r\n\t :;,\0\u{7f}/aG0159fF-".utf8)
    var bytes = seed
    for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
      let index = Int.random(in: 0..<bytes.count, using: &random)
      let byte = alphabet.randomElement(using: &random) ?? 0
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[index] = byte
      case 1: bytes.insert(byte, at: index)
      case 2: bytes.remove(at: index)
      default: bytes.removeSubrange(index..<min(bytes.count, index + 4))
      }
    }
    return bytes
  }

  /// A small generator (xorshift64*), so that every run is the same.
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      return state &* 0x2545_F491_4F6C_DD1D
    }
  }
}
