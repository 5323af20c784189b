extension U256 {
  @inlinable @inline(__always)
  public static func &+ (left: U256, right: U256) -> U256 {
    left.addingReportingCarry(right).sum
  }

  @inlinable @inline(__always)
  public static func &- (left: U256, right: U256) -> U256 {
    left.subtractingReportingBorrow(right).difference
  }

  @inlinable @inline(__always)
  public static prefix func - (value: U256) -> U256 {
    .zero &- value
  }

  @inlinable @inline(__always)
  public func addingReportingCarry(_ other: U256) -> (sum: U256, carry: Bool) {
    let (s0, c0) = w0.addingReportingOverflow(other.w0)
    let (s1, c1) = addWithCarry(w1, other.w1, c0)
    let (s2, c2) = addWithCarry(w2, other.w2, c1)
    let (s3, c3) = addWithCarry(w3, other.w3, c2)
    return (U256(s0, s1, s2, s3), c3)
  }

  @inlinable @inline(__always)
  public func subtractingReportingBorrow(_ other: U256) -> (difference: U256, borrow: Bool) {
    let (d0, b0) = w0.subtractingReportingOverflow(other.w0)
    let (d1, b1) = subtractWithBorrow(w1, other.w1, b0)
    let (d2, b2) = subtractWithBorrow(w2, other.w2, b1)
    let (d3, b3) = subtractWithBorrow(w3, other.w3, b2)
    return (U256(d0, d1, d2, d3), b3)
  }

  /// The sum, or nil where it needs more than 256 bits.
  @inlinable
  public func adding(_ other: U256) -> U256? {
    let (sum, carry) = addingReportingCarry(other)
    return carry ? nil : sum
  }

  /// The difference, or nil where it would be negative.
  @inlinable
  public func subtracting(_ other: U256) -> U256? {
    let (difference, borrow) = subtractingReportingBorrow(other)
    return borrow ? nil : difference
  }

  /// The low 256 bits of the product: six full multiplications and four low halves.
  @inlinable @inline(__always)
  public static func &* (left: U256, right: U256) -> U256 {
    let (r0, k0) = multiplyAdd(left.w0, right.w0, 0, 0)
    let (r1, k1) = multiplyAdd(left.w0, right.w1, k0, 0)
    let (r2, k2) = multiplyAdd(left.w0, right.w2, k1, 0)
    let r3 = left.w0 &* right.w3 &+ k2
    let (s1, l0) = multiplyAdd(left.w1, right.w0, r1, 0)
    let (s2, l1) = multiplyAdd(left.w1, right.w1, r2, l0)
    let s3 = r3 &+ left.w1 &* right.w2 &+ l1
    let (t2, m0) = multiplyAdd(left.w2, right.w0, s2, 0)
    let t3 = s3 &+ left.w2 &* right.w1 &+ m0
    return U256(r0, s1, t2, t3 &+ left.w3 &* right.w0)
  }

  /// The product with a small factor, or nil where it needs more than 256 bits.
  public func multiplied(by factor: UInt64) -> U256? {
    let (r0, k0) = multiplyAdd(w0, factor, 0, 0)
    let (r1, k1) = multiplyAdd(w1, factor, k0, 0)
    let (r2, k2) = multiplyAdd(w2, factor, k1, 0)
    let (r3, k3) = multiplyAdd(w3, factor, k2, 0)
    return k3 == 0 ? U256(r0, r1, r2, r3) : nil
  }

  /// `self` to the power of `exponent`, by squaring over its significant bits.
  public func power(_ exponent: U256) -> U256 {
    if self == U256(2) {
      return exponent.fitsInOneLimb ? U256.one.shiftedLeft(by: exponent.w0) : .zero
    }
    var result = U256.one
    var square = self
    var rest = exponent
    while !rest.fitsInOneLimb {
      if rest.w0 & 1 == 1 { result = result &* square }
      square = square &* square
      rest = rest.shiftedRight(by: 1)
    }
    var limb = rest.w0
    while limb != 0 {
      if limb & 1 == 1 { result = result &* square }
      square = square &* square
      limb &>>= 1
    }
    return result
  }
}

@inlinable @inline(__always)
func addWithCarry(_ a: UInt64, _ b: UInt64, _ carry: Bool) -> (UInt64, Bool) {
  let (sum, first) = a.addingReportingOverflow(b)
  let (total, second) = sum.addingReportingOverflow(carry ? 1 : 0)
  return (total, first != second)
}

@inlinable @inline(__always)
func subtractWithBorrow(_ a: UInt64, _ b: UInt64, _ borrow: Bool) -> (UInt64, Bool) {
  let (difference, first) = a.subtractingReportingOverflow(b)
  let (total, second) = difference.subtractingReportingOverflow(borrow ? 1 : 0)
  return (total, first != second)
}

/// a * b + c + d, which always fits two limbs.
@inlinable @inline(__always)
func multiplyAdd(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) -> (low: UInt64, high: UInt64)
{
  let (high, low) = a.multipliedFullWidth(by: b)
  let (first, carry) = low.addingReportingOverflow(c)
  let (second, carryAgain) = first.addingReportingOverflow(d)
  return (second, high &+ (carry ? 1 : 0) &+ (carryAgain ? 1 : 0))
}
