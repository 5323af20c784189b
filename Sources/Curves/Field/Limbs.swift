/// The words of a field element, and the arithmetic on them that has no loops: the width is known.
protocol Limbs: Equatable, Sendable {
  static var count: Int { get }
  static var zero: Self { get }

  /// The word at `index`, counted from the least significant.
  subscript(index: Int) -> UInt64 { get set }

  /// a·b / 2^(64·count) modulo `p`, for a and b below it (Montgomery 1985, in the form that
  /// interleaves multiplication and reduction). `negatedInverse` is -1/p modulo 2^64, and p's top
  /// bit must be zero.
  static func montgomeryProduct(
    _ a: Self, _ b: Self, modulo p: Self, _ negatedInverse: UInt64
  ) -> Self

  /// The Montgomery product of a number with itself.
  static func montgomerySquare(_ a: Self, modulo p: Self, _ negatedInverse: UInt64) -> Self

  /// (a·b + c·d) / 2^(64·count) modulo `p`, reduced once for both products (Longa 2022, eprint
  /// 2022/367). p's top two bits must be zero.
  static func montgomerySum(
    _ a: Self, _ b: Self, _ c: Self, _ d: Self, modulo p: Self, _ negatedInverse: UInt64
  ) -> Self

  static func addingReportingCarry(_ a: Self, _ b: Self) -> (sum: Self, carry: UInt64)
  static func subtractingReportingBorrow(
    _ a: Self, _ b: Self
  ) -> (difference: Self, borrow: UInt64)
  static func & (a: Self, mask: UInt64) -> Self
  static func select(_ mask: UInt64, _ yes: Self, _ no: Self) -> Self
  func halved(top: UInt64) -> Self
  var isZero: Bool { get }
}

extension Limbs {
  @inline(__always)
  func reduced(modulo p: Self) -> Self {
    let (difference, borrow) = Self.subtractingReportingBorrow(self, p)
    return Self.select(0 &- borrow, self, difference)
  }

  @inline(__always)
  static func sum(_ a: Self, _ b: Self, modulo p: Self) -> Self {
    addingReportingCarry(a, b).sum.reduced(modulo: p)
  }

  @inline(__always)
  static func difference(_ a: Self, _ b: Self, modulo p: Self) -> Self {
    let (difference, borrow) = subtractingReportingBorrow(a, b)
    return addingReportingCarry(difference, p & (0 &- borrow)).sum
  }

  @inline(__always)
  static func < (a: Self, b: Self) -> Bool {
    subtractingReportingBorrow(a, b).borrow != 0
  }

  static func >= (a: Self, b: Self) -> Bool { !(a < b) }

  func bit(_ index: Int) -> Bool {
    self[index / 64] >> UInt64(index % 64) & 1 == 1
  }

  /// The number of significant bits.
  var bitWidth: Int {
    for index in (0..<Self.count).reversed() where self[index] != 0 {
      return 64 * index + 64 - self[index].leadingZeroBitCount
    }
    return 0
  }

  /// Reads a big-endian number, 8 bytes a word.
  init(bigEndian bytes: Span<UInt8>) {
    precondition(bytes.count == 8 * Self.count)
    self = Self.zero
    for index in 0..<Self.count {
      let offset = 8 * (Self.count - 1 - index)
      self[index] = (0..<8).reduce(0) { $0 << 8 | UInt64(bytes[offset + $1]) }
    }
  }

  var bigEndianBytes: [UInt8] {
    (0..<Self.count).reversed().flatMap { index in
      (0..<8).map { UInt8(truncatingIfNeeded: self[index] >> UInt64(56 - 8 * $0)) }
    }
  }
}

/// a·b + c + d, which always fits two words.
@inline(__always)
func multiply(
  _ a: UInt64, _ b: UInt64, adding c: UInt64, _ d: UInt64
) -> (low: UInt64, high: UInt64) {
  let sum =
    UInt128(truncatingIfNeeded: a) &* UInt128(truncatingIfNeeded: b)
    &+ UInt128(truncatingIfNeeded: c) &+ UInt128(truncatingIfNeeded: d)
  return (UInt64(truncatingIfNeeded: sum), UInt64(truncatingIfNeeded: sum &>> 64))
}

@inline(__always)
func add(_ a: UInt64, _ b: UInt64, _ carry: UInt64) -> (sum: UInt64, carry: UInt64) {
  let (partial, first) = a.addingReportingOverflow(b)
  let (sum, second) = partial.addingReportingOverflow(carry)
  return (sum, (first ? 1 : 0) | (second ? 1 : 0))
}

@inline(__always)
func subtract(
  _ a: UInt64, _ b: UInt64, _ borrow: UInt64
) -> (difference: UInt64, borrow: UInt64) {
  let (partial, first) = a.subtractingReportingOverflow(b)
  let (difference, second) = partial.subtractingReportingOverflow(borrow)
  return (difference, (first ? 1 : 0) | (second ? 1 : 0))
}
