/// KZG commitments of blobs (EIP-4844).
public enum PointEvaluation {
  /// Compressed points have this many bytes.
  public static let pointByteCount = 48

  /// Field elements in a blob.
  public static let fieldElementsPerBlob: UInt64 = 4_096
  /// r, the modulus of those elements, in 32 big-endian bytes.
  public static var modulus: [UInt8] { BLS12381.order.bigEndianBytes }

  /// Whether the polynomial that `commitment` commits to is `y` at `z`; nil for numbers not below
  /// r and for bytes that are no compressed point of the subgroup.
  public static func verifies(
    commitment: Span<UInt8>, z: Span<UInt8>, y: Span<UInt8>, proof: Span<UInt8>
  ) -> Bool? {
    let (z, y) = (Scalar(bigEndian: z), Scalar(bigEndian: y))
    guard z < BLS12381.order, y < BLS12381.order,
      let commitment = BLS12381.decompress(commitment), let proof = BLS12381.decompress(proof)
    else { return nil }
    // e(C - [y]G + [z]π, H) = e(π, [τ]H).
    let left =
      -BLS12381.G1.generator.multiplied(by: y) + proof.multiplied(by: z) + commitment
    return BLS12381.isProductOne([(left.affine, BLS12381.G2.generator), (-proof, tau)])
  }

  /// [τ]H from the public ceremony: `g2_monomial[1]` in
  /// ethereum/consensus-specs:presets/mainnet/trusted_setups/trusted_setup_4096.json.
  private static let tau = Affine<BLS12381.G2>(
    Fp2(
      Fp(
        Limbs6(
          0xc98e_dada_20c1_def2, 0x0870_41de_6210_00ed, 0xa368_5147_7ba4_c60b,
          0x3926_c911_ccec_eac9, 0x7344_29b7_b386_08e2, 0x185c_bfee_5349_2714)),
      Fp(
        Limbs6(
          0xafaa_ab24_f349_9f72, 0x2914_e587_0cb4_52d2, 0x1009_a2ce_615a_c53d,
          0x2618_7075_cbfb_efa8, 0x843b_c287_230a_f389, 0x15bf_d7dd_8cde_b128))),
    Fp2(
      Fp(
        Limbs6(
          0xee68_9bfb_bb83_2a99, 0x4ce2_6d10_5941_f383, 0xe824_51a4_96a9_c979,
          0x1315_6949_0e28_de18, 0xd7d5_ee85_99d1_fca2, 0x0143_53bd_b96b_626d)),
      Fp(
        Limbs6(
          0x2304_8ef3_0d0a_154f, 0x9495_346f_3d7a_c9cd, 0xda5e_d1ba_9bfa_0789,
          0xef79_de09_fc63_671f, 0x0343_2fca_e018_1b4b, 0x1666_c54b_0a32_5295))))
}
