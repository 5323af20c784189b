/// A field in which the simplified map of Shallue, van de Woestijne and Ulas takes roots.
protocol MappedField: FieldElement {
  func squareRoot() -> Self?
  /// The parity of the first coefficient that is not zero (RFC 9380, section 4.1).
  var isOdd: Bool { get }
}

extension Fp: MappedField {
  var isOdd: Bool { number[0] & 1 == 1 }
}

extension Fp2: MappedField {
  var isOdd: Bool { c0.isZero ? c1.isOdd : c0.isOdd }
}

/// The map to y² = x³ + a·x + b (RFC 9380, section 6.6.2).
struct SimplifiedSWU<Field: MappedField>: Sendable {
  let a: Field
  let b: Field
  let z: Field
  /// -b/a, and b/(z·a) for the exceptional case.
  private let quotient: Field
  private let exceptional: Field

  init(a: Field, b: Field, z: Field) {
    self.a = a
    self.b = b
    self.z = z
    quotient = -b * a.inverted()
    exceptional = b * (z * a).inverted()
  }

  func map(_ u: Field) -> (x: Field, y: Field) {
    let zu2 = z * u.squared()
    let denominator = zu2.squared() + zu2
    let x1 =
      denominator.isZero ? exceptional : quotient * (.one + denominator.inverted())
    var x = x1
    var root = value(at: x1).squareRoot()
    if root == nil {
      // One of the two is a square, since z is none.
      x = zu2 * x1
      root = value(at: x).squareRoot()
    }
    guard let y = root else { preconditionFailure("one of the two values is a square") }
    return (x, y.isOdd == u.isOdd ? y : -y)
  }

  private func value(at x: Field) -> Field { (x.squared() + a) * x + b }
}

/// A rational map between curves: coefficients by rising power, the denominators' leading one left
/// out.
struct Isogeny<Field: FieldElement> {
  let xNumerator: [Field]
  let xDenominator: [Field]
  let yNumerator: [Field]
  let yDenominator: [Field]

  /// The image as a point with z = xDenominator·yDenominator, so that nothing is inverted; a
  /// denominator of zero leads to infinity.
  func map<C: Curve>(_ x: Field, _ y: Field, onto curve: C.Type) -> Jacobian<C>
  where C.Coordinate == Field {
    let xn = evaluate(xNumerator, at: x, from: .zero)
    let xd = evaluate(xDenominator, at: x, from: .one)
    let yn = evaluate(yNumerator, at: x, from: .zero)
    let yd = evaluate(yDenominator, at: x, from: .one)
    let square = yd.squared()
    return Jacobian(xn * xd * square, y * yn * xd.squared() * xd * square, xd * yd)
  }

  private func evaluate(_ coefficients: [Field], at x: Field, from leading: Field) -> Field {
    coefficients.reversed().reduce(leading) { $0 * x + $1 }
  }
}
