/// The curve alt_bn128 of EIP-196 and EIP-197: y² = x³ + 3 over a field of 254 bits, with
/// p = 36u⁴ + 36u³ + 24u² + 6u + 1 for u = 4965661367192848881.
public enum BN254: PairingCurve {
  static let u: UInt64 = 4_965_661_367_192_848_881

  @inline(__always)
  static var modulus: Limbs4 {
    Limbs4(
      0x3c20_8c16_d87c_fd47, 0x9781_6a91_6871_ca8d, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029)
  }

  @inline(__always)
  static var negatedInverse: UInt64 { 0x87d2_0782_e486_6389 }

  @inline(__always)
  static var montgomeryOne: Limbs4 {
    Limbs4(
      0xd35d_438d_c58f_0d9d, 0x0a78_eb28_f5c7_0b3d, 0x666e_a36f_7879_462c, 0x0e0a_77c1_9a07_df2f)
  }

  @inline(__always)
  static var montgomerySquare: Limbs4 {
    Limbs4(
      0xf32c_fc5b_538a_fa89, 0xb5e7_1911_d445_01fb, 0x47ab_1eff_0a41_7ff6, 0x06d8_9f71_cab8_351f)
  }

  /// ξ = 9 + u.
  @inline(__always)
  static func multiplyByNonresidue(_ a: Fp2<Self>) -> Fp2<Self> {
    let eight = a.doubled().doubled().doubled()
    return Fp2(eight.c0 + a.c0 - a.c1, eight.c1 + a.c1 + a.c0)
  }

  enum G1: Curve {
    static let b = Fp<BN254>(Limbs4(3, 0, 0, 0))
  }

  /// The twist y² = x³ + 3/ξ.
  enum G2: Curve {
    static let b = Fp2<BN254>(G1.b, .zero) * Fp2<BN254>.one.timesNonresidue.inverted()
  }
}
