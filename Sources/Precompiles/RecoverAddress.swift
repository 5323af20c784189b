internal import Primitives
internal import Secp256k1

extension Contract {
  /// 0x01: the address that signed a hash; nothing where no key fits (Yellow Paper, appendix E).
  ///
  /// Input: hash, v, r and s, 32 bytes each; v is 27 or 28. `s` may be above n/2.
  static func recoverAddress(_ input: Span<UInt8>, _ fork: Fork) -> [UInt8]? {
    let input = input.padded(from: 0, count: 128)
    let v = input[63]
    guard input[32..<63].allSatisfy({ $0 == 0 }), v == 27 || v == 28 else { return [] }
    do {
      let signature = try Secp256k1.Signature(
        input.span.extracting(64..<128), recoveryID: v - 27)
      let key = try signature.recover(digest: input.span.extracting(0..<32))
      let hash = Keccak256.hash(key.coordinates.span)
      return [UInt8](repeating: 0, count: 12) + (12..<32).map { hash.bytes[$0] }
    } catch {
      return []
    }
  }
}
