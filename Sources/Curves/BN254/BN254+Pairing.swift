extension BN254 {
  static let isTwistedByMultiplication = false

  static let frobenius = FrobeniusCoefficients<BN254>()

  /// 6u + 2 in non-adjacent form.
  static let loopDigits: [Int8] = {
    // 6u + 2 has 65 bits.
    let (product, overflow) = u.multipliedReportingOverflow(by: 6)
    let low = product &+ 2
    let digits = Scalar(low, overflow ? 1 : 0, 0, 0).nonAdjacentForm(width: 2)
    return Array(digits.reversed().drop { $0 == 0 }.dropFirst())
  }()

  /// The optimal ate pairing ends with the lines through π(Q) and -π²(Q) (Vercauteren 2008).
  static func finish(_ value: inout Fp12<BN254>, _ states: inout [MillerState<BN254>]) {
    for index in states.indices {
      let once = endomorphism(states[index].q)
      let twice = endomorphism(once)
      states[index].add(once, &value)
      states[index].add(-twice, &value)
    }
  }

  /// ψ, the p-th power taken on the curve above and led back to the twist.
  static func endomorphism(_ q: Affine<G2>) -> Affine<G2> {
    guard !q.isInfinity else { return q }
    return Affine(
      q.x.conjugate * frobenius.gamma[2], q.y.conjugate * frobenius.gamma[3])
  }

  static func endomorphism(_ q: Jacobian<G2>) -> Jacobian<G2> {
    Jacobian(
      q.x.conjugate * frobenius.gamma[2], q.y.conjugate * frobenius.gamma[3], q.z.conjugate)
  }

  /// Whether a point of the twist has order r: [u+1]Q + ψ([u]Q) + ψ²([u]Q) = ψ³([2u]Q)
  /// (El Housni, Guillevic and Piellard 2022, section 4.3).
  static func isInSubgroup(_ q: Affine<G2>) -> Bool {
    let multiple = Jacobian(q).multiplied(by: u)
    let once = endomorphism(multiple)
    let twice = endomorphism(once)
    return multiple + q + once + twice
      == endomorphism(endomorphism(endomorphism(multiple.doubled())))
  }

  /// Fuentes-Castañeda, Knapp and Rodríguez-Henríquez 2011: the power of 2u(6u² + 3u + 1) times
  /// (p⁴ - p² + 1)/r.
  static func hardPower(_ f: Fp12<BN254>) -> Fp12<BN254> {
    let fu2 = f.cyclotomicPower(u).cyclotomicSquared()
    let fu6 = fu2.cyclotomicSquared() * fu2
    let fu6u = fu6.cyclotomicPower(u)
    let fu12uu = fu6u.cyclotomicSquared().cyclotomicPower(u)
    let a = fu12uu * fu6u * fu6
    let b = a * fu2.conjugate
    let c = a * fu6u * f
    let d = b.frobenius(frobenius)
    let e = a.frobenius(frobenius, times: 2)
    let g = (f.conjugate * b).frobenius(frobenius, times: 3)
    return c * d * e * g
  }
}
