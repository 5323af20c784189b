internal import Primitives
internal import RPC
internal import Sodium

/// What a signed call carries in its metadata, and what the signature covers.
///
/// `gensyn-key` is an Ed25519 public key, 64 hexadecimal digits. `gensyn-nonce` is 32 hexadecimal
/// digits that the key uses once. `gensyn-expires` is a time in milliseconds since 1970.
/// `gensyn-audience` names the node that is meant, and may be left out. `gensyn-signature-bin` is
/// the signature.
///
/// It covers these lines, each with a newline at its end: the text `gensyn call v1`, the path of
/// the method, the audience, the nonce, the time, the key, and the SHA-256 of the request message
/// as it stands before compression, in hexadecimal digits. A method whose requests stream has the
/// word `stream` in that place: what it streams is not covered, and relies on the connection.
struct Credentials: Sendable {
  let key: Ed25519.PublicKey
  let nonce: Nonce
  let expires: UnixTime
  let audience: String
  let signature: Ed25519.Signature

  static let keyName = "gensyn-key"
  static let nonceName = "gensyn-nonce"
  static let expiresName = "gensyn-expires"
  static let audienceName = "gensyn-audience"
  static let signatureName = "gensyn-signature-bin"

  /// The bytes that are signed.
  static func text(
    path: String, audience: String, nonce: Nonce, expires: UnixTime, key: Ed25519.PublicKey,
    message: [UInt8]?
  ) -> [UInt8] {
    let content = message.map { Hex.encode($0) } ?? "stream"
    let lines = [
      "gensyn call v1", path, audience, nonce.hex, "\(expires.milliseconds)", key.hex, content,
    ]
    return Array(lines.joined(separator: "\n").utf8) + [UInt8(ascii: "\n")]
  }

  /// Reads what came with a call; nil where it is not signed.
  init?(_ metadata: Metadata) throws(Refusal) {
    guard metadata[Self.keyName] != nil || metadata[binary: Self.signatureName] != nil else {
      return nil
    }
    guard let key = Ed25519.PublicKey(hex: try Self.only(Self.keyName, metadata)) else {
      throw .malformed(Self.keyName)
    }
    guard let nonce = Nonce(hex: try Self.only(Self.nonceName, metadata)) else {
      throw .malformed(Self.nonceName)
    }
    let time = try Self.only(Self.expiresName, metadata)
    // One written form per number, since the signature covers the form.
    guard let expires = Int64(time), "\(expires)" == time else {
      throw .malformed(Self.expiresName)
    }
    let audiences = metadata.texts(Self.audienceName)
    guard audiences.count <= 1 else { throw .malformed(Self.audienceName) }
    let signatures = metadata.binaries(Self.signatureName)
    guard signatures.count == 1, let signature = Ed25519.Signature(signatures[0]) else {
      throw .malformed(Self.signatureName)
    }
    self.key = key
    self.nonce = nonce
    self.expires = UnixTime(milliseconds: expires)
    audience = audiences.first ?? ""
    self.signature = signature
  }

  private static func only(_ name: String, _ metadata: Metadata) throws(Refusal) -> String {
    let texts = metadata.texts(name)
    guard texts.count == 1 else { throw .malformed(name) }
    return texts[0]
  }

  func verifies(path: String, message: [UInt8]?) -> Bool {
    let text = Self.text(
      path: path, audience: audience, nonce: nonce, expires: expires, key: key, message: message)
    return key.verifies(signature, of: text.span)
  }
}

/// A number that a key uses once.
struct Nonce: Hashable, Sendable {
  let high: UInt64
  let low: UInt64

  static let digitCount = 32

  init(_ bytes: [UInt8]) {
    high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    low = bytes.dropFirst(8).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Reads 32 lower-case hexadecimal digits.
  init?(hex: String) {
    guard hex.utf8.count == Self.digitCount, let bytes = try? Hex.decode(hex),
      bytes.count == Self.digitCount / 2
    else { return nil }
    self.init(bytes)
    guard self.hex == hex else { return nil }
  }

  var hex: String {
    let digits = [high, low].map { half in
      let text = String(half, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    return digits.joined()
  }
}
