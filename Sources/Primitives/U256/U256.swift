/// An unsigned number of 256 bits: the word of the EVM.
///
/// Arithmetic wraps, as the Yellow Paper's does. Four stored limbs, least significant first, so that
/// the optimizer keeps a word in registers.
public struct U256: Hashable, Sendable {
  public var w0: UInt64
  public var w1: UInt64
  public var w2: UInt64
  public var w3: UInt64

  @inlinable @inline(__always)
  public init(_ w0: UInt64, _ w1: UInt64, _ w2: UInt64, _ w3: UInt64) {
    self.w0 = w0
    self.w1 = w1
    self.w2 = w2
    self.w3 = w3
  }

  @inlinable @inline(__always)
  public init(_ value: UInt64) {
    self.init(value, 0, 0, 0)
  }

  @inlinable @inline(__always)
  public init(_ condition: Bool) {
    self.init(condition ? 1 : 0, 0, 0, 0)
  }

  @inlinable @inline(__always)
  public static var zero: U256 { U256(0, 0, 0, 0) }
  @inlinable @inline(__always)
  public static var one: U256 { U256(1, 0, 0, 0) }
  @inlinable @inline(__always)
  public static var max: U256 { U256(.max, .max, .max, .max) }

  @inlinable @inline(__always)
  public var isZero: Bool { w0 | w1 | w2 | w3 == 0 }
  /// Whether the value is less than 2^64.
  @inlinable @inline(__always)
  public var fitsInOneLimb: Bool { w1 | w2 | w3 == 0 }
  /// The sign bit of two's complement.
  @inlinable @inline(__always)
  public var isNegative: Bool { Int64(bitPattern: w3) < 0 }

  /// The value, or the largest `UInt64` when it is larger.
  @inlinable @inline(__always)
  public var clamped: UInt64 { fitsInOneLimb ? w0 : .max }

  /// The number of bits from the highest set one down; 0 for zero.
  public var bitWidth: Int {
    if w3 != 0 { return 256 - w3.leadingZeroBitCount }
    if w2 != 0 { return 192 - w2.leadingZeroBitCount }
    if w1 != 0 { return 128 - w1.leadingZeroBitCount }
    return 64 - w0.leadingZeroBitCount
  }

  /// The number of bytes of the shortest big-endian form; 0 for zero.
  public var byteWidth: Int { (bitWidth + 7) / 8 }
}

extension U256: Comparable {
  @inlinable @inline(__always)
  public static func == (left: U256, right: U256) -> Bool {
    (left.w0 ^ right.w0) | (left.w1 ^ right.w1) | (left.w2 ^ right.w2) | (left.w3 ^ right.w3) == 0
  }

  @inlinable @inline(__always)
  public static func < (left: U256, right: U256) -> Bool {
    left.subtractingReportingBorrow(right).borrow
  }

  /// Compares as two's complement.
  @inlinable @inline(__always)
  public func isLessSigned(than other: U256) -> Bool {
    isNegative == other.isNegative ? self < other : isNegative
  }
}

extension U256: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: UInt64) {
    self.init(value)
  }
}
