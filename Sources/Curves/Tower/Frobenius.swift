/// The powers of ξ that the p-th power multiplies coefficients with: γ[i] = ξ^(i·(p-1)/6).
struct FrobeniusCoefficients<P: TowerParameters>: Sendable {
  let gamma: [6 of Fp2<P>]

  init() {
    // (p - 1)/6, word by word from the top: p is 1 modulo 6, so nothing remains.
    var sixth = P.modulus
    var remainder: UInt64 = 0
    for index in (0..<P.Words.count).reversed() {
      (sixth[index], remainder) = UInt64(6).dividingFullWidth((remainder, P.modulus[index]))
    }
    let root = Fp2<P>.one.timesNonresidue.power(sixth)
    var power = Fp2<P>.one
    gamma = [6 of Fp2<P>] { _ in
      defer { power = power * root }
      return power
    }
  }
}

extension Fp12 {
  /// The p-th power: each coefficient of w^i is conjugated and multiplied with γ[i].
  func frobenius(_ coefficients: FrobeniusCoefficients<P>) -> Self {
    let gamma = coefficients.gamma
    return Self(
      Fp6(c0.c0.conjugate, c0.c1.conjugate * gamma[2], c0.c2.conjugate * gamma[4]),
      Fp6(c1.c0.conjugate * gamma[1], c1.c1.conjugate * gamma[3], c1.c2.conjugate * gamma[5]))
  }

  func frobenius(_ coefficients: FrobeniusCoefficients<P>, times count: Int) -> Self {
    (0..<count).reduce(self) { power, _ in power.frobenius(coefficients) }
  }
}
