extension BLS12381 {
  static let isTwistedByMultiplication = true

  static let frobenius = FrobeniusCoefficients<BLS12381>()

  /// The bits of |x| below the leading one.
  static let loopDigits: [Int8] = (0..<63).reversed().map { Int8(x >> UInt64($0) & 1) }

  static func finish(_ value: inout Fp12<BLS12381>, _ states: inout [MillerState<BLS12381>]) {
    // x is negative.
    value = value.conjugate
  }

  /// The power of (x - 1)²(x + p)(x² + p² - 1) + 3, three times (p⁴ - p² + 1)/r (Hayashida,
  /// Hayasaka and Teruya 2020).
  static func hardPower(_ f: Fp12<BLS12381>) -> Fp12<BLS12381> {
    let a = power(f) * f.conjugate
    let b = power(a) * a.conjugate
    let c = power(b) * b.frobenius(frobenius)
    let d = power(power(c)) * c.frobenius(frobenius, times: 2) * c.conjugate
    return d * f.cyclotomicSquared() * f
  }

  private static func power(_ f: Fp12<BLS12381>) -> Fp12<BLS12381> {
    f.cyclotomicPower(x).conjugate
  }
}
