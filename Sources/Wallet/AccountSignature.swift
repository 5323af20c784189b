public import Primitives
internal import Secp256k1

/// r, s and which of two keys signed.
public struct AccountSignature: Hashable, Sendable {
  public static let byteCount = 65

  public var r: U256
  public var s: U256
  /// Whether y of the nonce's point is odd: the parity of typed transactions.
  public var isOdd: Bool

  public init(r: U256, s: U256, isOdd: Bool) {
    self.r = r
    self.s = s
    self.isOdd = isOdd
  }

  init(_ signature: Secp256k1.Signature) {
    let bytes = (0..<64).map { signature.bytes[$0] }
    self.init(
      r: U256(bigEndian: Array(bytes[..<32])) ?? .zero,
      s: U256(bigEndian: Array(bytes[32...])) ?? .zero, isOdd: signature.recoveryID & 1 == 1)
  }

  /// Reads r, s and v, which is 0, 1, 27 or 28; nil for anything else.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount, let r = U256(bigEndian: Array(bytes[..<32])),
      let s = U256(bigEndian: Array(bytes[32..<64]))
    else { return nil }
    switch bytes[64] {
    case 0, 27: self.init(r: r, s: s, isOdd: false)
    case 1, 28: self.init(r: r, s: s, isOdd: true)
    default: return nil
    }
  }

  /// r, s and v as contracts and `personal_sign` have it: 27 or 28.
  public var bytes: [UInt8] { r.bytes + s.bytes + [isOdd ? 28 : 27] }

  /// Who signed; nil where the signature fits no key, or `s` is above n/2 (EIP-2).
  public func signer(of hash: Digest) -> Address? {
    guard s <= Self.curveOrderHalf else { return nil }
    do {
      let signature = try Secp256k1.Signature(r.bytes + s.bytes, recoveryID: isOdd ? 1 : 0)
      return Address(try signature.recover(digest: hash.bytes.span))
    } catch {
      return nil
    }
  }

  /// Half of the order of secp256k1.
  static let curveOrderHalf = U256(
    0xDFE9_2F46_681B_20A0, 0x5D57_6E73_57A4_501D, 0xFFFF_FFFF_FFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF)
}
