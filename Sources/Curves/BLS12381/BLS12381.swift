/// The curve BLS12-381: y² = x³ + 4 over a field of 381 bits, made from x = -0xd201000000010000
/// (draft-irtf-cfrg-pairing-friendly-curves, section 4.2.1).
public enum BLS12381: PairingCurve {
  /// |x|; x itself is negative.
  static let x: UInt64 = 0xd201_0000_0001_0000

  @inline(__always)
  static var modulus: Limbs6 {
    Limbs6(
      0xb9fe_ffff_ffff_aaab, 0x1eab_fffe_b153_ffff, 0x6730_d2a0_f6b0_f624,
      0x6477_4b84_f385_12bf, 0x4b1b_a7b6_434b_acd7, 0x1a01_11ea_397f_e69a)
  }

  @inline(__always)
  static var negatedInverse: UInt64 { 0x89f3_fffc_fffc_fffd }

  @inline(__always)
  static var montgomeryOne: Limbs6 {
    Limbs6(
      0x7609_0000_0002_fffd, 0xebf4_000b_c40c_0002, 0x5f48_9857_53c7_58ba,
      0x77ce_5853_7052_5745, 0x5c07_1a97_a256_ec6d, 0x15f6_5ec3_fa80_e493)
  }

  @inline(__always)
  static var montgomerySquare: Limbs6 {
    Limbs6(
      0xf4df_1f34_1c34_1746, 0x0a76_e6a6_09d1_04f1, 0x8de5_476c_4c95_b6d5,
      0x67eb_88a9_939d_83c0, 0x9a79_3e85_b519_952d, 0x1198_8fe5_92ca_e3aa)
  }

  /// ξ = 1 + u.
  @inline(__always)
  static func multiplyByNonresidue(_ a: Fp2<Self>) -> Fp2<Self> {
    Fp2(a.c0 - a.c1, a.c0 + a.c1)
  }

  /// r, the order of the subgroups.
  static let order = Scalar(
    0xffff_ffff_0000_0001, 0x53bd_a402_fffe_5bfe, 0x3339_d808_09a1_d805, 0x73ed_a753_299d_7d48)

  enum G1: Curve {
    static let b = Fp<BLS12381>(Limbs6(4, 0, 0, 0, 0, 0))
    static let generator = Affine<G1>(
      Fp(
        Limbs6(
          0xfb3a_f00a_db22_c6bb, 0x6c55_e83f_f97a_1aef, 0xa14e_3a3f_171b_ac58,
          0xc368_8c4f_9774_b905, 0x2695_638c_4fa9_ac0f, 0x17f1_d3a7_3197_d794)),
      Fp(
        Limbs6(
          0x0caa_2329_46c5_e7e1, 0xd03c_c744_a288_8ae4, 0x00db_18cb_2c04_b3ed,
          0xfcf5_e095_d5d0_0af6, 0xa09e_30ed_741d_8ae4, 0x08b3_f481_e3aa_a0f1)))
  }

  /// The twist y² = x³ + 4ξ.
  enum G2: Curve {
    static let b = Fp2<BLS12381>(G1.b, G1.b)
    static let generator = Affine<G2>(
      Fp2(
        Fp(
          Limbs6(
            0xd480_56c8_c121_bdb8, 0x0bac_0326_a805_bbef, 0xb451_0b64_7ae3_d177,
            0xc6e4_7ad4_fa40_3b02, 0x2608_0527_2dc5_1051, 0x024a_a2b2_f08f_0a91)),
        Fp(
          Limbs6(
            0xe5ac_7d05_5d04_2b7e, 0x334c_f112_1394_5d57, 0xb5da_61bb_dc7f_5049,
            0x596b_d0d0_9920_b61a, 0x7dac_d3a0_8827_4f65, 0x13e0_2b60_5271_9f60))),
      Fp2(
        Fp(
          Limbs6(
            0xe193_5486_08b8_2801, 0x923a_c9cc_3bac_a289, 0x6d42_9a69_5160_d12c,
            0xadfd_9baa_8cbd_d3a7, 0x8cc9_cdc6_da2e_351a, 0x0ce5_d527_727d_6e11)),
        Fp(
          Limbs6(
            0xaaa9_075f_f05f_79be, 0x3f37_0d27_5cec_1da1, 0x2674_92ab_572e_99ab,
            0xcb3e_287e_85a7_63af, 0x32ac_d2b0_2bc2_8b99, 0x0606_c4a0_2ea7_34cc))))
  }
}
