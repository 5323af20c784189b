/// A type that operators compute with. Integers wrap around; dividing one by zero gives zero.
protocol Number: Element, Comparable {
  static var zero: Self { get }
  static var one: Self { get }
  /// Below every other number.
  static var lowest: Self { get }
  /// Above every other number.
  static var highest: Self { get }

  func plus(_ other: Self) -> Self
  func minus(_ other: Self) -> Self
  func times(_ other: Self) -> Self
  func over(_ other: Self) -> Self
  /// The remainder of a division that rounds towards zero.
  func remainder(truncating other: Self) -> Self
  /// The remainder of a division that rounds down: it has the sign of `other`.
  func remainder(flooring other: Self) -> Self
  func timesPlus(_ factor: Self, _ sum: Self) -> Self
  /// The larger; NaN if either is. +0 is larger than -0.
  func largest(_ other: Self) -> Self
  func smallest(_ other: Self) -> Self
  var negated: Self { get }
  var absolute: Self { get }
  var signum: Self { get }
  var isNotANumber: Bool { get }

  var asDouble: Double { get }
  init(rounding value: Double)
}

extension Number where Self: FixedWidthInteger {
  static var one: Self { 1 }
  static var lowest: Self { .min }
  static var highest: Self { .max }
  func plus(_ other: Self) -> Self { self &+ other }
  func minus(_ other: Self) -> Self { self &- other }
  func times(_ other: Self) -> Self { self &* other }
  func over(_ other: Self) -> Self { other == 0 ? 0 : dividedReportingOverflow(by: other).0 }
  func remainder(truncating other: Self) -> Self {
    other == 0 ? 0 : remainderReportingOverflow(dividingBy: other).0
  }
  func remainder(flooring other: Self) -> Self {
    let rest = remainder(truncating: other)
    return rest != 0 && (rest < 0) != (other < 0) ? rest &+ other : rest
  }
  func timesPlus(_ factor: Self, _ sum: Self) -> Self { self &* factor &+ sum }
  func largest(_ other: Self) -> Self { self < other ? other : self }
  func smallest(_ other: Self) -> Self { other < self ? other : self }
  var negated: Self { 0 &- self }
  var absolute: Self { self < 0 ? 0 &- self : self }
  var signum: Self { self > 0 ? 1 : self < 0 ? 0 &- 1 : 0 }
  var isNotANumber: Bool { false }
  var asDouble: Double { Double(self) }
  init(rounding value: Double) { self = Self(nearest: value) }
}

extension Number where Self: BinaryFloatingPoint {
  static var one: Self { 1 }
  static var lowest: Self { -.infinity }
  static var highest: Self { .infinity }
  func plus(_ other: Self) -> Self { self + other }
  func minus(_ other: Self) -> Self { self - other }
  func times(_ other: Self) -> Self { self * other }
  func over(_ other: Self) -> Self { self / other }
  func remainder(truncating other: Self) -> Self { truncatingRemainder(dividingBy: other) }
  func remainder(flooring other: Self) -> Self {
    let rest = truncatingRemainder(dividingBy: other)
    return rest != 0 && (rest < 0) != (other < 0) ? rest + other : rest
  }
  func timesPlus(_ factor: Self, _ sum: Self) -> Self { sum.addingProduct(self, factor) }
  func largest(_ other: Self) -> Self {
    if isNaN { return self }
    if other.isNaN { return other }
    if self == other { return sign == .minus ? other : self }
    return self < other ? other : self
  }
  func smallest(_ other: Self) -> Self {
    if isNaN { return self }
    if other.isNaN { return other }
    if self == other { return sign == .minus ? self : other }
    return other < self ? other : self
  }
  var negated: Self { -self }
  var absolute: Self { magnitude }
  var signum: Self { self > 0 ? 1 : self < 0 ? -1 : self }
  var isNotANumber: Bool { isNaN }
}

extension Int8: Number {}
extension Int16: Number {}
extension Int32: Number {}
extension Int64: Number {}
extension UInt8: Number {}
extension UInt16: Number {}
extension UInt32: Number {}
extension UInt64: Number {}

extension Float: Number {
  var asDouble: Double { Double(self) }
  init(rounding value: Double) { self = Float(value) }
}

extension Double: Number {
  var asDouble: Double { self }
  init(rounding value: Double) { self = value }
}

/// Code for every type of number.
protocol NumberVisitor {
  associatedtype Result
  func visit<T: Number>(_ type: T.Type) throws -> Result
}

extension ElementType {
  /// Runs the code for this type; `nil` if it is no type of number.
  func visit<V: NumberVisitor>(_ visitor: V) throws -> V.Result? {
    switch self {
    case .float32: try visitor.visit(Float.self)
    case .float64: try visitor.visit(Double.self)
    case .int8: try visitor.visit(Int8.self)
    case .int16: try visitor.visit(Int16.self)
    case .int32: try visitor.visit(Int32.self)
    case .int64: try visitor.visit(Int64.self)
    case .uint8: try visitor.visit(UInt8.self)
    case .uint16: try visitor.visit(UInt16.self)
    case .uint32: try visitor.visit(UInt32.self)
    case .uint64: try visitor.visit(UInt64.self)
    default: nil
    }
  }
}

/// Code for the two types that real functions are computed in.
protocol RealVisitor {
  associatedtype Result
  func visit<T: Real>(_ type: T.Type) throws -> Result
}

extension ElementType {
  func visit<V: RealVisitor>(_ visitor: V) throws -> V.Result? {
    switch self {
    case .float32: try visitor.visit(Float.self)
    case .float64: try visitor.visit(Double.self)
    default: nil
    }
  }
}
