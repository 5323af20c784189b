internal import COpenSSL
public import HTTP

/// The HTTP/1.1 request that turns a connection into a WebSocket (RFC 6455 section 4.2).
public struct Handshake: Sendable {
  /// Why a request does not open a WebSocket, and the status that says so.
  public struct Refusal: Error, Hashable, Sendable {
    public let status: Int
    public let reason: String
  }

  /// The only version that there is.
  private static let version = "13"
  /// What the answer's hash is salted with.
  private static let identifier = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
  private static let keyByteCount = 16

  /// What proves that the server has understood: base64(SHA-1(key ‖ identifier)).
  public let acceptance: String
  /// The names of subprotocols that the client would speak, the best first.
  public let protocols: [String]

  public init(_ request: borrowing HeaderList) throws(Refusal) {
    guard request.first(":method") == "GET" else {
      throw Refusal(status: 405, reason: "a WebSocket opens with GET")
    }
    guard request.first("sec-websocket-version") == Self.version else {
      throw Refusal(status: 426, reason: "the version must be \(Self.version)")
    }
    guard let key = request.first("sec-websocket-key"), Self.isKey(key) else {
      throw Refusal(status: 400, reason: "sec-websocket-key must be 16 bytes in base64")
    }
    acceptance = Self.acceptance(of: key)
    protocols = (request.first("sec-websocket-protocol") ?? "")
      .split(separator: ",").map { $0.filter { $0 != " " } }
  }

  /// The whole answer.
  public func response(protocol name: String? = nil) -> String {
    var lines = [
      "HTTP/1.1 101 Switching Protocols", "upgrade: websocket", "connection: Upgrade",
      "sec-websocket-accept: \(acceptance)",
    ]
    if let name { lines.append("sec-websocket-protocol: \(name)") }
    return lines.joined(separator: "\r\n") + "\r\n\r\n"
  }

  private static func isKey(_ text: String) -> Bool {
    let digits = Array(text.utf8)
    guard digits.count == 24, digits.suffix(2).allSatisfy({ $0 == UInt8(ascii: "=") }) else {
      return false
    }
    return digits.dropLast(2).allSatisfy { Self.alphabet.contains($0) }
  }

  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func acceptance(of key: String) -> String {
    let message = Array((key + identifier).utf8)
    var hash = [UInt8](repeating: 0, count: 20)
    _ = unsafe EVP_Digest(message, message.count, &hash, nil, EVP_sha1(), nil)
    return base64(hash)
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let word = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for place in 0..<4 {
        text.append(
          place <= group.count
            ? alphabet[Int(word >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
