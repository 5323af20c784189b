import HTTP
import Testing

@testable import WebSocket

@Suite
struct HandshakeTests {
  /// The key of RFC 6455 section 1.3, after which its answer is printed.
  private static let key = "dGhlIHNhbXBsZSBub25jZQ=="

  private func request(
    method: String = "GET", version: String = "13", key: String? = key
  ) -> HeaderList {
    var headers = HeaderList()
    headers.append(":method", method)
    headers.append("sec-websocket-version", version)
    if let key { headers.append("sec-websocket-key", key) }
    return headers
  }

  @Test
  func `answers the RFC's key with the RFC's hash`() throws {
    let handshake = try Handshake(request())

    #expect(handshake.acceptance == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    #expect(handshake.response().hasPrefix("HTTP/1.1 101 "))
  }

  @Test
  func `refuses what is no handshake`() {
    #expect(throws: Handshake.Refusal.self) { try Handshake(request(method: "POST")) }
    #expect(throws: Handshake.Refusal.self) { try Handshake(request(version: "8")) }
    #expect(throws: Handshake.Refusal.self) { try Handshake(request(key: nil)) }
    #expect(throws: Handshake.Refusal.self) { try Handshake(request(key: "short")) }
    #expect(throws: Handshake.Refusal.self) {
      try Handshake(request(key: "dGhlIHNhbXBsZSBub25jZ!=="))
    }
  }
}
