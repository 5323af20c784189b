/// The point (x/z², y/z³); z is zero at infinity.
///
/// The formulas are those of the Explicit-Formulas Database for a = 0 (hyperelliptic.org/EFD).
struct Jacobian<C: Curve>: Sendable {
  typealias Coordinate = C.Coordinate

  var x: Coordinate
  var y: Coordinate
  var z: Coordinate

  init(_ x: Coordinate, _ y: Coordinate, _ z: Coordinate) {
    self.x = x
    self.y = y
    self.z = z
  }

  init(_ point: Affine<C>) {
    self.init(point.x, point.y, point.isInfinity ? .zero : .one)
  }

  static var infinity: Self { Self(.one, .one, .zero) }

  var isInfinity: Bool { z.isZero }

  static prefix func - (a: Self) -> Self { Self(a.x, -a.y, a.z) }

  /// dbl-2009-l.
  func doubled() -> Self {
    let a = x.squared()
    let b = y.squared()
    let c = b.squared()
    let d = ((x + b).squared() - a - c).doubled()
    let e = a.tripled()
    let x3 = e.squared() - d.doubled()
    let y3 = e * (d - x3) - c.doubled().doubled().doubled()
    return Self(x3, y3, (y * z).doubled())
  }

  /// add-2007-bl.
  static func + (a: Self, b: Self) -> Self {
    if a.isInfinity { return b }
    if b.isInfinity { return a }
    let (z1, z2) = (a.z.squared(), b.z.squared())
    let (u1, u2) = (a.x * z2, b.x * z1)
    let (s1, s2) = (a.y * b.z * z2, b.y * a.z * z1)
    let h = u2 - u1
    let r = (s2 - s1).doubled()
    if h.isZero { return r.isZero ? a.doubled() : .infinity }
    let i = h.doubled().squared()
    let j = h * i
    let v = u1 * i
    let x3 = r.squared() - j - v.doubled()
    return Self(
      x3, r * (v - x3) - (s1 * j).doubled(), ((a.z + b.z).squared() - z1 - z2) * h)
  }

  /// madd-2007-bl.
  static func + (a: Self, b: Affine<C>) -> Self {
    if b.isInfinity { return a }
    if a.isInfinity { return Self(b) }
    let z1 = a.z.squared()
    let h = b.x * z1 - a.x
    let r = (b.y * a.z * z1 - a.y).doubled()
    if h.isZero { return r.isZero ? a.doubled() : .infinity }
    let hh = h.squared()
    let i = hh.doubled().doubled()
    let j = h * i
    let v = a.x * i
    let x3 = r.squared() - j - v.doubled()
    return Self(
      x3, r * (v - x3) - (a.y * j).doubled(), (a.z + h).squared() - z1 - hh)
  }

  static func == (a: Self, b: Self) -> Bool {
    if a.isInfinity || b.isInfinity { return a.isInfinity && b.isInfinity }
    let (z1, z2) = (a.z.squared(), b.z.squared())
    return a.x * z2 == b.x * z1 && a.y * b.z * z2 == b.y * a.z * z1
  }

  static func == (a: Self, b: Affine<C>) -> Bool { a == Self(b) }

  var affine: Affine<C> {
    guard !isInfinity else { return .infinity }
    let inverse = z.inverted()
    let square = inverse.squared()
    return Affine(x * square, y * square * inverse)
  }
}

extension Jacobian {
  /// The coordinates of many points, for the price of one inversion (Montgomery's trick).
  static func affine(_ points: [Self]) -> [Affine<C>] {
    var products: [Coordinate] = []
    products.reserveCapacity(points.count)
    var product = Coordinate.one
    for point in points {
      products.append(product)
      if !point.isInfinity { product = product * point.z }
    }
    var inverse = product.inverted()
    var result = [Affine<C>](repeating: .infinity, count: points.count)
    for (index, point) in points.enumerated().reversed() where !point.isInfinity {
      let single = inverse * products[index]
      inverse = inverse * point.z
      let square = single.squared()
      result[index] = Affine(point.x * square, point.y * square * single)
    }
    return result
  }
}
