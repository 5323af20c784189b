/// Membership in the subgroups of order r, by endomorphisms (Scott 2021, eprint 2021/1130).
extension BLS12381 {
  /// The cube root of one with (βx, y) = [-x²](x, y) on G1.
  static let beta = Fp<BLS12381>(
    Limbs6(
      0x2e01_ffff_fffe_fffe, 0xde17_d813_620a_0002, 0xddb3_a93b_e6f8_9688,
      0xba69_c607_6a0f_77ea, 0x5f19_672f_df76_ce51, 0x0000_0000_0000_0000))

  /// Whether (βx, y) is the multiple by -x².
  static func isInSubgroup(_ p: Affine<G1>) -> Bool {
    guard !p.isInfinity else { return true }
    let multiple = Jacobian(p).multiplied(by: x).multiplied(by: x)
    return -multiple == Affine<G1>(p.x * beta, p.y)
  }

  /// Whether ψ(Q) = [x]Q.
  static func isInSubgroup(_ q: Affine<G2>) -> Bool {
    guard !q.isInfinity else { return true }
    let q = Jacobian(q)
    return endomorphism(q) == -q.multiplied(by: x)
  }

  /// ψ, the p-th power taken on the curve above and led back to the twist.
  static func endomorphism(_ q: Jacobian<G2>) -> Jacobian<G2> {
    Jacobian(q.x.conjugate * inverseGamma2, q.y.conjugate * inverseGamma3, q.z.conjugate)
  }

  private static let inverseGamma2 = frobenius.gamma[2].inverted()
  private static let inverseGamma3 = frobenius.gamma[3].inverted()
}
