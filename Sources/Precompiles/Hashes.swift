internal import COpenSSL
internal import Primitives

extension Contract {
  /// 0x02: SHA-256.
  static func sha256(_ input: Span<UInt8>, _ fork: Fork) -> [UInt8]? {
    Digests.sha256.hash(input)
  }

  /// 0x03: RIPEMD-160, with twelve zeros in front.
  static func ripemd160(_ input: Span<UInt8>, _ fork: Fork) -> [UInt8]? {
    [UInt8](repeating: 0, count: 12) + Digests.ripemd160.hash(input)
  }
}

private enum Digests {
  static let sha256 = HashFunction("SHA256", byteCount: 32)
  static let ripemd160 = HashFunction("RIPEMD160", byteCount: 20)
}

/// A hash function of OpenSSL's default provider, looked up once: the look-up costs more than a
/// short message.
@safe
private struct HashFunction: @unchecked Sendable {
  // Unchecked: OpenSSL's method tables are constant and live as long as the process.
  private let method: OpaquePointer
  private let byteCount: Int

  init(_ name: String, byteCount: Int) {
    guard let method = unsafe EVP_MD_fetch(nil, name, nil) else {
      fatalError("OpenSSL's default provider lacks \(name)")
    }
    unsafe self.method = method
    self.byteCount = byteCount
  }

  func hash(_ message: Span<UInt8>) -> [UInt8] {
    var hash = [UInt8](repeating: 0, count: byteCount)
    let status = unsafe message.withUnsafeBytes { message in
      unsafe EVP_Digest(message.baseAddress, message.count, &hash, nil, method, nil)
    }
    guard status == 1 else { fatalError("out of memory") }
    return hash
  }
}
