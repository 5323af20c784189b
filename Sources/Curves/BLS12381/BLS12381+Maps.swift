/// The maps of field elements to points of the subgroups (RFC 9380, sections 6.6.2, 6.6.3 and 7).
extension BLS12381 {
  static func map(_ u: Fp<BLS12381>) -> Affine<G1> {
    let (x, y) = toG1.map(u)
    let point = Isogeny(
      xNumerator: IsogenyToG1.xNumerator, xDenominator: IsogenyToG1.xDenominator,
      yNumerator: IsogenyToG1.yNumerator, yDenominator: IsogenyToG1.yDenominator
    ).map(x, y, onto: G1.self)
    // The effective cofactor is 1 - x.
    return (point.multiplied(by: BLS12381.x) + point).affine
  }

  static func map(_ u: Fp2<BLS12381>) -> Affine<G2> {
    let (x, y) = toG2.map(u)
    let point = Isogeny(
      xNumerator: IsogenyToG2.xNumerator, xDenominator: IsogenyToG2.xDenominator,
      yNumerator: IsogenyToG2.yNumerator, yDenominator: IsogenyToG2.yDenominator
    ).map(x, y, onto: G2.self)
    return clearCofactor(point).affine
  }

  /// [x² - x - 1]P + [x - 1]ψ(P) + ψ²(2P) (Budroni and Pintore 2017; RFC 9380, appendix G.3).
  private static func clearCofactor(_ p: Jacobian<G2>) -> Jacobian<G2> {
    let once = endomorphism(p)
    let xp = -p.multiplied(by: x)
    // [x]([x]P + ψ(P)) - [x]P - P - ψ(P) + ψ²(2P).
    let inner = -(xp + once).multiplied(by: x)
    return inner + -xp + -p + -once + endomorphism(endomorphism(p.doubled()))
  }

  private static let toG1 = SimplifiedSWU<Fp<BLS12381>>(
    a: Fp(
      Limbs6(
        0x5cf4_2808_2d58_4c1d, 0x9893_6f8d_a0e0_f97f, 0xd8e8_981a_efd8_81ac,
        0xb0ea_9853_83ee_66a8, 0x3d69_3a02_c96d_4982, 0x0014_4698_a3b8_e943)),
    b: Fp(
      Limbs6(
        0xd1cc_48e9_8e17_2be0, 0x5a23_215a_316c_eaa5, 0xa0b9_c14f_cef3_5ef5,
        0x2016_c1f0_f24f_4070, 0x018b_12e8_753e_ee3b, 0x12e2_908d_1168_8030)),
    z: Fp(Limbs6(11, 0, 0, 0, 0, 0)))

  private static let toG2: SimplifiedSWU<Fp2<BLS12381>> = {
    func small(_ number: UInt64) -> Fp<BLS12381> { Fp(Limbs6(number, 0, 0, 0, 0, 0)) }
    return SimplifiedSWU(
      a: Fp2(.zero, small(240)), b: Fp2(small(1_012), small(1_012)), z: -Fp2(small(2), small(1)))
  }()
}
