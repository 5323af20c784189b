/// The 3-isogeny from the curve of the map to G2's curve: coefficients by rising power; both
/// denominators end with x to the next power (RFC 9380, appendix E.3).
extension BLS12381 {
  enum IsogenyToG2 {
    static let xNumerator: [Fp2<BLS12381>] = [
      Fp2(
        Fp(
          Limbs6(
            0x6238_aaaa_aaaa_97d6, 0x5c26_38e3_43d9_c71c, 0x88b5_8423_c50a_e15d,
            0x32c5_2d39_fd3a_042a, 0xbb5b_7a9a_47d7_ed85, 0x05c7_5950_7e8e_333e)),
        Fp(
          Limbs6(
            0x6238_aaaa_aaaa_97d6, 0x5c26_38e3_43d9_c71c, 0x88b5_8423_c50a_e15d,
            0x32c5_2d39_fd3a_042a, 0xbb5b_7a9a_47d7_ed85, 0x05c7_5950_7e8e_333e))),
      Fp2(
        Fp(Limbs6(0x0, 0, 0, 0, 0, 0)),
        Fp(
          Limbs6(
            0x26a9_ffff_ffff_c71a, 0x1472_aaa9_cb8d_5555, 0x9a20_8c6b_4f20_a418,
            0x984f_87ad_f7ae_0c7f, 0x3212_6fce_d787_c88f, 0x1156_0bf1_7baa_99bc))),
      Fp2(
        Fp(
          Limbs6(
            0x26a9_ffff_ffff_c71e, 0x1472_aaa9_cb8d_5555, 0x9a20_8c6b_4f20_a418,
            0x984f_87ad_f7ae_0c7f, 0x3212_6fce_d787_c88f, 0x1156_0bf1_7baa_99bc)),
        Fp(
          Limbs6(
            0x9354_ffff_ffff_e38d, 0x0a39_5554_e5c6_aaaa, 0xcd10_4635_a790_520c,
            0xcc27_c3d6_fbd7_063f, 0x1909_37e7_6bc3_e447, 0x08ab_05f8_bdd5_4cde))),
      Fp2(
        Fp(
          Limbs6(
            0x88e2_aaaa_aaaa_5ed1, 0x7098_e38d_0f67_1c71, 0x22d6_108f_142b_8575,
            0xcb14_b4e7_f4e8_10aa, 0xed6d_ea69_1f5f_b614, 0x171d_6541_fa38_ccfa)),
        Fp(Limbs6(0x0, 0, 0, 0, 0, 0))),
    ]

    static let xDenominator: [Fp2<BLS12381>] = [
      Fp2(
        Fp(Limbs6(0x0, 0, 0, 0, 0, 0)),
        Fp(
          Limbs6(
            0xb9fe_ffff_ffff_aa63, 0x1eab_fffe_b153_ffff, 0x6730_d2a0_f6b0_f624,
            0x6477_4b84_f385_12bf, 0x4b1b_a7b6_434b_acd7, 0x1a01_11ea_397f_e69a))),
      Fp2(
        Fp(Limbs6(0xc, 0, 0, 0, 0, 0)),
        Fp(
          Limbs6(
            0xb9fe_ffff_ffff_aa9f, 0x1eab_fffe_b153_ffff, 0x6730_d2a0_f6b0_f624,
            0x6477_4b84_f385_12bf, 0x4b1b_a7b6_434b_acd7, 0x1a01_11ea_397f_e69a))),
    ]

    static let yNumerator: [Fp2<BLS12381>] = [
      Fp2(
        Fp(
          Limbs6(
            0x12cf_c71c_71c6_d706, 0xfc8c_25eb_f8c9_2f68, 0xf544_39d8_7d27_e500,
            0x0f7d_a5d4_a07f_649b, 0x59a4_c18b_076d_1193, 0x1530_477c_7ab4_113b)),
        Fp(
          Limbs6(
            0x12cf_c71c_71c6_d706, 0xfc8c_25eb_f8c9_2f68, 0xf544_39d8_7d27_e500,
            0x0f7d_a5d4_a07f_649b, 0x59a4_c18b_076d_1193, 0x1530_477c_7ab4_113b))),
      Fp2(
        Fp(Limbs6(0x0, 0, 0, 0, 0, 0)),
        Fp(
          Limbs6(
            0x6238_aaaa_aaaa_97be, 0x5c26_38e3_43d9_c71c, 0x88b5_8423_c50a_e15d,
            0x32c5_2d39_fd3a_042a, 0xbb5b_7a9a_47d7_ed85, 0x05c7_5950_7e8e_333e))),
      Fp2(
        Fp(
          Limbs6(
            0x26a9_ffff_ffff_c71c, 0x1472_aaa9_cb8d_5555, 0x9a20_8c6b_4f20_a418,
            0x984f_87ad_f7ae_0c7f, 0x3212_6fce_d787_c88f, 0x1156_0bf1_7baa_99bc)),
        Fp(
          Limbs6(
            0x9354_ffff_ffff_e38f, 0x0a39_5554_e5c6_aaaa, 0xcd10_4635_a790_520c,
            0xcc27_c3d6_fbd7_063f, 0x1909_37e7_6bc3_e447, 0x08ab_05f8_bdd5_4cde))),
      Fp2(
        Fp(
          Limbs6(
            0xe1b3_71c7_1c71_8b10, 0x4e79_097a_56dc_4bd9, 0xb0e9_77c6_9aa2_7452,
            0x761b_0f37_a1e2_6286, 0xfbf7_043d_e381_1ad0, 0x124c_9ad4_3b6c_f79b)),
        Fp(Limbs6(0x0, 0, 0, 0, 0, 0))),
    ]

    static let yDenominator: [Fp2<BLS12381>] = [
      Fp2(
        Fp(
          Limbs6(
            0xb9fe_ffff_ffff_a8fb, 0x1eab_fffe_b153_ffff, 0x6730_d2a0_f6b0_f624,
            0x6477_4b84_f385_12bf, 0x4b1b_a7b6_434b_acd7, 0x1a01_11ea_397f_e69a)),
        Fp(
          Limbs6(
            0xb9fe_ffff_ffff_a8fb, 0x1eab_fffe_b153_ffff, 0x6730_d2a0_f6b0_f624,
            0x6477_4b84_f385_12bf, 0x4b1b_a7b6_434b_acd7, 0x1a01_11ea_397f_e69a))),
      Fp2(
        Fp(Limbs6(0x0, 0, 0, 0, 0, 0)),
        Fp(
          Limbs6(
            0xb9fe_ffff_ffff_a9d3, 0x1eab_fffe_b153_ffff, 0x6730_d2a0_f6b0_f624,
            0x6477_4b84_f385_12bf, 0x4b1b_a7b6_434b_acd7, 0x1a01_11ea_397f_e69a))),
      Fp2(
        Fp(Limbs6(0x12, 0, 0, 0, 0, 0)),
        Fp(
          Limbs6(
            0xb9fe_ffff_ffff_aa99, 0x1eab_fffe_b153_ffff, 0x6730_d2a0_f6b0_f624,
            0x6477_4b84_f385_12bf, 0x4b1b_a7b6_434b_acd7, 0x1a01_11ea_397f_e69a))),
    ]
  }
}
