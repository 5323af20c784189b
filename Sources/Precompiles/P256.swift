internal import COpenSSL
internal import Primitives

/// 0x0100: ECDSA over the curve P-256 (EIP-7951, FIPS 186-5).
enum P256 {
  /// Hash, r, s, and the key's x and y, 32 bytes each.
  private static let inputByteCount = 160

  /// The number one where the signature fits, else nothing.
  static func verify(_ input: Span<UInt8>, _ fork: Fork) -> [UInt8]? {
    guard input.count == inputByteCount, isValid(input) else { return [] }
    return [UInt8](repeating: 0, count: 31) + [1]
  }

  /// FIPS 186-5 section 6.4.2: x of (hash/s)·G + (r/s)·Q is r modulo n.
  private static func isValid(_ input: Span<UInt8>) -> Bool {
    guard let context = unsafe BN_CTX_new() else { fatalError("out of memory") }
    defer { unsafe BN_CTX_free(context) }
    unsafe BN_CTX_start(context)
    defer { unsafe BN_CTX_end(context) }
    let group = unsafe Curve.shared.group
    let n = unsafe EC_GROUP_get0_order(group)
    let hash = unsafe number(input, 0, context)
    let r = unsafe number(input, 32, context)
    let s = unsafe number(input, 64, context)
    guard unsafe isScalar(r, below: n), unsafe isScalar(s, below: n) else { return false }

    guard let key = unsafe EC_POINT_new(group), let sum = unsafe EC_POINT_new(group) else {
      fatalError("out of memory")
    }
    defer {
      unsafe EC_POINT_free(key)
      unsafe EC_POINT_free(sum)
    }
    let keyX = unsafe number(input, 96, context)
    let keyY = unsafe number(input, 128, context)
    // OpenSSL's code for this curve takes x + p for x.
    let p = unsafe EC_GROUP_get0_field(group)
    guard unsafe BN_cmp(keyX, p) < 0, unsafe BN_cmp(keyY, p) < 0 else { return false }
    // Refuses coordinates that are no point of the curve, (0, 0) among them.
    let isOnCurve = unsafe EC_POINT_set_affine_coordinates(group, key, keyX, keyY, context)
    guard isOnCurve == 1 else {
      ERR_clear_error()
      return false
    }

    let x = unsafe BN_CTX_get(context)
    guard unsafe BN_mod_inverse(s, s, n, context) != nil,
      unsafe BN_mod_mul(hash, hash, s, n, context) == 1,
      unsafe BN_mod_mul(s, r, s, n, context) == 1,
      unsafe EC_POINT_mul(group, sum, hash, key, s, context) == 1,
      unsafe EC_POINT_is_at_infinity(group, sum) == 0,
      unsafe EC_POINT_get_affine_coordinates(group, sum, x, nil, context) == 1,
      unsafe BN_nnmod(x, x, n, context) == 1
    else { return false }
    return unsafe BN_cmp(x, r) == 0
  }

  private static func isScalar(_ number: OpaquePointer?, below n: OpaquePointer?) -> Bool {
    unsafe BN_is_zero(number) == 0 && BN_cmp(number, n) < 0
  }

  private static func number(
    _ input: Span<UInt8>, _ offset: Int, _ context: OpaquePointer
  ) -> OpaquePointer? {
    unsafe input.extracting(offset..<(offset + 32)).withUnsafeBufferPointer { bytes in
      unsafe BN_bin2bn(bytes.baseAddress, 32, BN_CTX_get(context))
    }
  }

  @safe
  private final class Curve: @unchecked Sendable {
    // Unchecked: OpenSSL only reads a group once it is made.
    static let shared = Curve()

    let group: OpaquePointer

    init() {
      guard let group = unsafe EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1) else {
        fatalError("OpenSSL lacks the curve P-256")
      }
      unsafe self.group = group
    }
  }
}
