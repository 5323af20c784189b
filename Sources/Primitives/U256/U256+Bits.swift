extension U256 {
  @inlinable @inline(__always)
  public static func & (left: U256, right: U256) -> U256 {
    U256(left.w0 & right.w0, left.w1 & right.w1, left.w2 & right.w2, left.w3 & right.w3)
  }

  @inlinable @inline(__always)
  public static func | (left: U256, right: U256) -> U256 {
    U256(left.w0 | right.w0, left.w1 | right.w1, left.w2 | right.w2, left.w3 | right.w3)
  }

  @inlinable @inline(__always)
  public static func ^ (left: U256, right: U256) -> U256 {
    U256(left.w0 ^ right.w0, left.w1 ^ right.w1, left.w2 ^ right.w2, left.w3 ^ right.w3)
  }

  @inlinable @inline(__always)
  public static prefix func ~ (value: U256) -> U256 {
    U256(~value.w0, ~value.w1, ~value.w2, ~value.w3)
  }

  /// Zero for a count of 256 and more.
  @inlinable @inline(__always)
  public func shiftedLeft(by count: UInt64) -> U256 {
    if count >= 256 { return .zero }
    let moved: U256 =
      switch count &>> 6 {
      case 0: self
      case 1: U256(0, w0, w1, w2)
      case 2: U256(0, 0, w0, w1)
      default: U256(0, 0, 0, w0)
      }
    let bits = count & 63
    // A shift by 64 would be one by 0: two steps instead.
    let rest = 63 &- bits
    return U256(
      moved.w0 &<< bits,
      moved.w1 &<< bits | (moved.w0 &>> 1) &>> rest,
      moved.w2 &<< bits | (moved.w1 &>> 1) &>> rest,
      moved.w3 &<< bits | (moved.w2 &>> 1) &>> rest)
  }

  /// Zero for a count of 256 and more.
  @inlinable @inline(__always)
  public func shiftedRight(by count: UInt64) -> U256 {
    if count >= 256 { return .zero }
    let moved: U256 =
      switch count &>> 6 {
      case 0: self
      case 1: U256(w1, w2, w3, 0)
      case 2: U256(w2, w3, 0, 0)
      default: U256(w3, 0, 0, 0)
      }
    let bits = count & 63
    let rest = 63 &- bits
    return U256(
      moved.w0 &>> bits | (moved.w1 &<< 1) &<< rest,
      moved.w1 &>> bits | (moved.w2 &<< 1) &<< rest,
      moved.w2 &>> bits | (moved.w3 &<< 1) &<< rest,
      moved.w3 &>> bits)
  }

  /// Shifts right and fills with the sign bit.
  @inlinable
  public func shiftedRightSigned(by count: UInt64) -> U256 {
    guard isNegative else { return shiftedRight(by: count) }
    return ~((~self).shiftedRight(by: count))
  }

  /// Extends the sign of the number in bytes 0...`index` (0 is the lowest) over the whole word.
  @inlinable
  public func signExtended(fromByte index: U256) -> U256 {
    guard index.fitsInOneLimb, index.w0 < 31 else { return self }
    let unused = 248 &- index.w0 &* 8
    return shiftedLeft(by: unused).shiftedRightSigned(by: unused)
  }

  /// The byte at `index`, of which 0 is the highest; 0 for an index past 31.
  @inlinable
  public func byte(at index: U256) -> U256 {
    guard index.fitsInOneLimb, index.w0 < 32 else { return .zero }
    return U256(shiftedRight(by: 248 &- index.w0 &* 8).w0 & 0xFF)
  }
}
