/// c0 + c1·v + c2·v² with v³ = ξ.
struct Fp6<P: TowerParameters>: Equatable, Sendable {
  var c0: Fp2<P>
  var c1: Fp2<P>
  var c2: Fp2<P>

  init(_ c0: Fp2<P>, _ c1: Fp2<P>, _ c2: Fp2<P>) {
    self.c0 = c0
    self.c1 = c1
    self.c2 = c2
  }

  static var zero: Self { Self(.zero, .zero, .zero) }
  static var one: Self { Self(.one, .zero, .zero) }

  static func + (a: Self, b: Self) -> Self { Self(a.c0 + b.c0, a.c1 + b.c1, a.c2 + b.c2) }
  static func - (a: Self, b: Self) -> Self { Self(a.c0 - b.c0, a.c1 - b.c1, a.c2 - b.c2) }
  static prefix func - (a: Self) -> Self { Self(-a.c0, -a.c1, -a.c2) }

  /// Toom and Karatsuba: six products (Devegili et al. 2006, section 4).
  static func * (a: Self, b: Self) -> Self {
    let v0 = a.c0 * b.c0
    let v1 = a.c1 * b.c1
    let v2 = a.c2 * b.c2
    let s12 = (a.c1 + a.c2) * (b.c1 + b.c2) - v1 - v2
    let s01 = (a.c0 + a.c1) * (b.c0 + b.c1) - v0 - v1
    let s02 = (a.c0 + a.c2) * (b.c0 + b.c2) - v0 - v2
    return Self(v0 + s12.timesNonresidue, s01 + v2.timesNonresidue, s02 + v1)
  }

  /// The product with b0 + b1·v.
  func multiplied(by b0: Fp2<P>, _ b1: Fp2<P>) -> Self {
    let v0 = c0 * b0
    let v1 = c1 * b1
    let s12 = (c1 + c2) * b1 - v1
    let s01 = (c0 + c1) * (b0 + b1) - v0 - v1
    let s02 = (c0 + c2) * b0 - v0
    return Self(v0 + s12.timesNonresidue, s01, s02 + v1)
  }

  /// The product with b1·v.
  func multiplied(byLinear b1: Fp2<P>) -> Self {
    Self((c2 * b1).timesNonresidue, c0 * b1, c1 * b1)
  }

  func multiplied(by b0: Fp2<P>) -> Self { Self(c0 * b0, c1 * b0, c2 * b0) }

  /// v·self.
  var timesV: Self { Self(c2.timesNonresidue, c0, c1) }

  func inverted() -> Self {
    let a = c0.squared() - (c1 * c2).timesNonresidue
    let b = c2.squared().timesNonresidue - c0 * c1
    let c = c1.squared() - c0 * c2
    let norm = c0 * a + (c2 * b + c1 * c).timesNonresidue
    let inverse = norm.inverted()
    return Self(a * inverse, b * inverse, c * inverse)
  }
}
