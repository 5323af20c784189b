internal import CSecp256k1
internal import Glibc

extension Secp256k1.SecretKey {
  /// The key whose number is this one's plus `tweak`, modulo the order: a child of BIP-32.
  public borrowing func adding(
    _ tweak: Span<UInt8>
  ) throws(Secp256k1.Failure) -> Secp256k1.SecretKey {
    let tweak = try Secp256k1.checked(tweak)
    var sum = [32 of UInt8](repeating: 0)
    withBytes { bytes in
      for index in bytes.indices { sum[index] = bytes[index] }
    }
    defer { unsafe explicit_bzero(&sum, Self.byteCount) }
    let status = unsafe withUnsafeMutablePointer(to: &sum) { sum in
      unsafe sum.withMemoryRebound(to: UInt8.self, capacity: Self.byteCount) { sum in
        unsafe withUnsafePointer(to: tweak) { tweak in
          unsafe tweak.withMemoryRebound(to: UInt8.self, capacity: Self.byteCount) {
            unsafe secp256k1_ec_seckey_tweak_add(Library.context, sum, $0)
          }
        }
      }
    }
    guard status == 1 else { throw .invalidSecretKey }
    return try Secp256k1.SecretKey(sum.span)
  }
}
