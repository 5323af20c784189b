/// What makes the tower of extensions: Fp2 = Fp[u]/(u² + 1), Fp6 = Fp2[v]/(v³ - ξ),
/// Fp12 = Fp6[w]/(w² - v).
///
/// Both curves have p = 3 modulo 4, so that -1 is no square; they differ in ξ.
protocol TowerParameters: FieldParameters {
  /// ξ·a.
  static func multiplyByNonresidue(_ a: Fp2<Self>) -> Fp2<Self>
}

/// c0 + c1·u with u² = -1.
struct Fp2<P: TowerParameters>: FieldElement {
  var c0: Fp<P>
  var c1: Fp<P>

  @inline(__always)
  init(_ c0: Fp<P>, _ c1: Fp<P>) {
    self.c0 = c0
    self.c1 = c1
  }

  @inline(__always)
  static var zero: Self { Self(.zero, .zero) }

  @inline(__always)
  static var one: Self { Self(.one, .zero) }

  @inline(__always)
  var isZero: Bool { c0.isZero && c1.isZero }

  @inline(__always)
  static func + (a: Self, b: Self) -> Self { Self(a.c0 + b.c0, a.c1 + b.c1) }

  @inline(__always)
  static func - (a: Self, b: Self) -> Self { Self(a.c0 - b.c0, a.c1 - b.c1) }

  @inline(__always)
  static prefix func - (a: Self) -> Self { Self(-a.c0, -a.c1) }

  /// Two sums of products. Karatsuba would save a product, but add more than that costs.
  static func * (a: Self, b: Self) -> Self {
    Self(
      .sum(a.c0, times: b.c0, a.c1, times: -b.c1), .sum(a.c0, times: b.c1, a.c1, times: b.c0))
  }

  @inline(__always)
  static func * (a: Self, b: Fp<P>) -> Self { Self(a.c0 * b, a.c1 * b) }

  func squared() -> Self {
    let product = c0 * c1
    return Self((c0 + c1) * (c0 - c1), product + product)
  }

  func inverted() -> Self {
    let inverse = norm.inverted()
    return Self(c0 * inverse, -(c1 * inverse))
  }

  /// c0² + c1².
  var norm: Fp<P> { c0.squared() + c1.squared() }

  /// The p-th power.
  @inline(__always)
  var conjugate: Self { Self(c0, -c1) }

  @inline(__always)
  func halved() -> Self { Self(c0.halved(), c1.halved()) }

  @inline(__always)
  var timesNonresidue: Self { P.multiplyByNonresidue(self) }
}
