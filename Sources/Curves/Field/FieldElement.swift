/// What the formulas for points and extensions ask of their coordinates.
protocol FieldElement: Equatable, Sendable {
  static var zero: Self { get }
  static var one: Self { get }
  var isZero: Bool { get }

  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static prefix func - (a: Self) -> Self
  func squared() -> Self
  /// The inverse; zero of zero.
  func inverted() -> Self
}

extension FieldElement {
  @inline(__always)
  func doubled() -> Self { self + self }

  @inline(__always)
  func tripled() -> Self { self + self + self }

  /// The power with an exponent of little-endian words.
  func power(_ exponent: some Limbs) -> Self {
    var result = Self.one
    for index in (0..<exponent.bitWidth).reversed() {
      result = result.squared()
      if exponent.bit(index) { result = result * self }
    }
    return result
  }
}
