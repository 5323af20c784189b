/// What an ate pairing needs to know of its curve.
protocol PairingCurve: TowerParameters {
  associatedtype G1: Curve where G1.Coordinate == Fp<Self>
  associatedtype G2: Curve where G2.Coordinate == Fp2<Self>

  /// Whether the twist is y² = x³ + b·ξ (M) or y² = x³ + b/ξ (D).
  static var isTwistedByMultiplication: Bool { get }
  /// The digits of Miller's loop below the leading one, most significant first.
  static var loopDigits: [Int8] { get }
  static var frobenius: FrobeniusCoefficients<Self> { get }

  /// What the loop leaves to be done, such as two more lines.
  static func finish(_ value: inout Fp12<Self>, _ states: inout [MillerState<Self>])
  /// The power of a multiple of (p⁴ - p² + 1)/r, for elements of the cyclotomic subgroup.
  static func hardPower(_ value: Fp12<Self>) -> Fp12<Self>
}

/// One pair in Miller's loop: the running multiple of Q in homogeneous coordinates.
///
/// Formulas: Costello, Lange and Naehrig 2010, as refined by Aranha et al. 2010 (section 4).
struct MillerState<P: PairingCurve> {
  let p: Affine<P.G1>
  let q: Affine<P.G2>
  private var x: Fp2<P>
  private var y: Fp2<P>
  private var z: Fp2<P>
  private let tripledB: Fp2<P>

  init(_ p: Affine<P.G1>, _ q: Affine<P.G2>) {
    self.p = p
    self.q = q
    (x, y, z) = (q.x, q.y, .one)
    tripledB = P.G2.b.tripled()
  }

  /// Doubles the multiple and multiplies `value` with the tangent at it, evaluated at P.
  mutating func double(_ value: inout Fp12<P>) {
    let a = (x * y).halved()
    let b = y.squared()
    let c = z.squared()
    let e = tripledB * c
    let f = e.tripled()
    let g = (b + f).halved()
    let h = (y + z).squared() - (b + c)
    let j = x.squared()
    x = a * (b - f)
    y = g.squared() - e.squared().tripled()
    z = b * h
    multiply(&value, constant: e - b, atX: j.tripled(), atY: -h)
  }

  /// Adds `point` to the multiple and multiplies `value` with the line through both.
  mutating func add(_ point: Affine<P.G2>, _ value: inout Fp12<P>) {
    let theta = y - point.y * z
    let lambda = x - point.x * z
    let c = theta.squared()
    let d = lambda.squared()
    let e = lambda * d
    let f = z * c
    let g = x * d
    let h = e + f - g.doubled()
    x = lambda * h
    y = theta * (g - h) - e * y
    z = z * e
    let j = theta * point.x - lambda * point.y
    multiply(&value, constant: j, atX: -theta, atY: lambda)
  }

  private func multiply(
    _ value: inout Fp12<P>, constant: Fp2<P>, atX: Fp2<P>, atY: Fp2<P>
  ) {
    value =
      P.isTwistedByMultiplication
      ? value.multiplied(by014: constant, atX * p.x, atY * p.y)
      : value.multiplied(by034: atY * p.y, atX * p.x, constant)
  }
}

extension PairingCurve {
  /// Whether the product of the pairings of all pairs is one (an empty product is).
  ///
  /// Points must be of the subgroups of order r.
  static func isProductOne(_ pairs: [(Affine<G1>, Affine<G2>)]) -> Bool {
    finalPower(millerLoop(pairs)) == .one
  }

  /// The product of Miller's functions: one squaring a digit for all pairs together.
  static func millerLoop(_ pairs: [(Affine<G1>, Affine<G2>)]) -> Fp12<Self> {
    var states = pairs.filter { !$0.isInfinity && !$1.isInfinity }.map { MillerState<Self>($0, $1) }
    var value = Fp12<Self>.one
    guard !states.isEmpty else { return value }
    for (index, digit) in loopDigits.enumerated() {
      if index > 0 { value = value.squared() }
      for pair in states.indices {
        states[pair].double(&value)
        if digit != 0 {
          let q = states[pair].q
          states[pair].add(digit > 0 ? q : -q, &value)
        }
      }
    }
    finish(&value, &states)
    return value
  }

  /// The power of a multiple of (p¹² - 1)/r that is no multiple of r more.
  static func finalPower(_ value: Fp12<Self>) -> Fp12<Self> {
    // (p⁶ - 1)(p² + 1), which leads into the cyclotomic subgroup.
    let first = value.conjugate * value.inverted()
    let easy = first.frobenius(frobenius, times: 2) * first
    return hardPower(easy)
  }
}
