/// A curve y² = x³ + b.
protocol Curve: Sendable {
  associatedtype Coordinate: FieldElement

  static var b: Coordinate { get }
}

/// A point by its coordinates, or the point at infinity.
struct Affine<C: Curve>: Equatable, Sendable {
  var x: C.Coordinate
  var y: C.Coordinate
  let isInfinity: Bool

  init(_ x: C.Coordinate, _ y: C.Coordinate) {
    self.x = x
    self.y = y
    isInfinity = false
  }

  private init() {
    x = .zero
    y = .zero
    isInfinity = true
  }

  static var infinity: Self { Self() }

  var isOnCurve: Bool {
    isInfinity || y.squared() == x.squared() * x + C.b
  }

  static prefix func - (a: Self) -> Self {
    a.isInfinity ? a : Self(a.x, -a.y)
  }
}
