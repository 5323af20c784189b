/// c0 + c1·w with w² = v, and so w⁶ = ξ.
struct Fp12<P: TowerParameters>: Equatable, Sendable {
  var c0: Fp6<P>
  var c1: Fp6<P>

  init(_ c0: Fp6<P>, _ c1: Fp6<P>) {
    self.c0 = c0
    self.c1 = c1
  }

  static var one: Self { Self(.one, .zero) }

  static func * (a: Self, b: Self) -> Self {
    let v0 = a.c0 * b.c0
    let v1 = a.c1 * b.c1
    return Self(v0 + v1.timesV, (a.c0 + a.c1) * (b.c0 + b.c1) - v0 - v1)
  }

  func squared() -> Self {
    let product = c0 * c1
    let square = (c0 + c1) * (c0 + c1.timesV) - product - product.timesV
    return Self(square, product + product)
  }

  func inverted() -> Self {
    let norm = c0 * c0 - (c1 * c1).timesV
    let inverse = norm.inverted()
    return Self(c0 * inverse, -(c1 * inverse))
  }

  /// The power of p⁶; in the cyclotomic subgroup also the inverse.
  var conjugate: Self { Self(c0, -c1) }

  /// The product with l0 + l1·v + l4·v·w, the line of an M-type twist.
  func multiplied(by014 l0: Fp2<P>, _ l1: Fp2<P>, _ l4: Fp2<P>) -> Self {
    let v0 = c0.multiplied(by: l0, l1)
    let v1 = c1.multiplied(byLinear: l4)
    let cross = (c0 + c1).multiplied(by: l0, l1 + l4)
    return Self(v0 + v1.timesV, cross - v0 - v1)
  }

  /// The product with l0 + l3·w + l4·v·w, the line of a D-type twist.
  func multiplied(by034 l0: Fp2<P>, _ l3: Fp2<P>, _ l4: Fp2<P>) -> Self {
    let v0 = c0.multiplied(by: l0)
    let v1 = c1.multiplied(by: l3, l4)
    let cross = (c0 + c1).multiplied(by: l0 + l3, l4)
    return Self(v0 + v1.timesV, cross - v0 - v1)
  }
}

// MARK: - The cyclotomic subgroup

extension Fp12 {
  /// The square of an element whose power of p⁴ - p² + 1 is one (Granger and Scott 2010).
  func cyclotomicSquared() -> Self {
    let (t0, t1) = Self.squareOfQuartic(c0.c0, c1.c1)
    let (t2, t3) = Self.squareOfQuartic(c1.c0, c0.c2)
    let (t4, t5) = Self.squareOfQuartic(c0.c1, c1.c2)
    return Self(
      Fp6(
        (t0 - c0.c0).doubled() + t0, (t2 - c0.c1).doubled() + t2, (t4 - c0.c2).doubled() + t4),
      Fp6(
        (t5.timesNonresidue + c1.c0).doubled() + t5.timesNonresidue,
        (t1 + c1.c1).doubled() + t1, (t3 + c1.c2).doubled() + t3))
  }

  /// (a + b·s)² with s² = ξ.
  private static func squareOfQuartic(_ a: Fp2<P>, _ b: Fp2<P>) -> (Fp2<P>, Fp2<P>) {
    let (a2, b2) = (a.squared(), b.squared())
    return (a2 + b2.timesNonresidue, (a + b).squared() - a2 - b2)
  }

  /// The power of a short exponent, for elements of the cyclotomic subgroup.
  func cyclotomicPower(_ exponent: UInt64) -> Self {
    var result = self
    for index in (0..<(63 - exponent.leadingZeroBitCount)).reversed() {
      result = result.cyclotomicSquared()
      if exponent >> UInt64(index) & 1 == 1 { result = result * self }
    }
    return result
  }
}
