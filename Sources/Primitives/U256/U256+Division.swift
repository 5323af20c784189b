extension U256 {
  /// Quotient and remainder; both zero for a divisor of zero, as the EVM has it.
  @inline(never)
  public func quotientAndRemainder(dividingBy divisor: U256) -> (quotient: U256, remainder: U256) {
    if divisor.fitsInOneLimb {
      if divisor.w0 == 0 { return (.zero, .zero) }
      if fitsInOneLimb { return (U256(w0 / divisor.w0), U256(w0 % divisor.w0)) }
      return divided(bySmall: divisor.w0)
    }
    if self < divisor { return (.zero, self) }
    return unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 10) { limbs in
      guard let u = limbs.baseAddress else { return (.zero, .zero) }
      let q = unsafe u + 5
      unsafe u[0] = w0
      unsafe u[1] = w1
      unsafe u[2] = w2
      unsafe u[3] = w3
      for index in 4..<10 {
        unsafe u[index] = 0
      }
      let remainder = unsafe divideLimbs(u, 4, by: divisor, q)
      return unsafe (U256(q[0], q[1], q[2], q[3]), remainder)
    }
  }

  public static func / (left: U256, right: U256) -> U256 {
    left.quotientAndRemainder(dividingBy: right).quotient
  }

  public static func % (left: U256, right: U256) -> U256 {
    left.quotientAndRemainder(dividingBy: right).remainder
  }

  /// Divides as two's complement, towards zero.
  public func dividedSigned(by divisor: U256) -> U256 {
    let quotient = (isNegative ? -self : self) / (divisor.isNegative ? -divisor : divisor)
    return isNegative != divisor.isNegative ? -quotient : quotient
  }

  /// The remainder as two's complement; it takes the sign of the dividend.
  public func remainderSigned(dividingBy divisor: U256) -> U256 {
    let remainder = (isNegative ? -self : self) % (divisor.isNegative ? -divisor : divisor)
    return isNegative ? -remainder : remainder
  }

  private func divided(bySmall divisor: UInt64) -> (quotient: U256, remainder: U256) {
    let shift = UInt64(truncatingIfNeeded: divisor.leadingZeroBitCount)
    let d = divisor &<< shift
    let v = reciprocal(ofNormalized: d)
    let u = shiftedLeft(by: shift)
    let top = shift == 0 ? 0 : w3 &>> (64 &- shift)
    let (q3, r3) = divide2by1(top, u.w3, d, v)
    let (q2, r2) = divide2by1(r3, u.w2, d, v)
    let (q1, r1) = divide2by1(r2, u.w1, d, v)
    let (q0, r0) = divide2by1(r1, u.w0, d, v)
    return (U256(q0, q1, q2, q3), U256(r0 &>> shift))
  }
}

/// Divides `count` limbs at `u` by a divisor of one to four limbs: Knuth's algorithm D with the
/// reciprocals of Möller and Granlund, "Improved division by invariant integers" (2011).
///
/// `u` has a spare limb at `count`, and is overwritten. Quotient limbs go to `q`, whose others stay.
func divideLimbs(
  _ u: UnsafeMutablePointer<UInt64>, _ count: Int, by divisor: U256,
  _ q: UnsafeMutablePointer<UInt64>
) -> U256 {
  let n = (divisor.bitWidth + 63) / 64
  var m = count
  while unsafe m > 0 && u[m - 1] == 0 { m -= 1 }
  if m < n {
    return unsafe U256(m > 0 ? u[0] : 0, m > 1 ? u[1] : 0, m > 2 ? u[2] : 0, 0)
  }

  let shift = UInt64(truncatingIfNeeded: n * 64 - divisor.bitWidth)
  let d = divisor.shiftedLeft(by: shift)
  unsafe shiftLimbsLeft(u, m, by: shift)

  switch n {
  case 1:
    let v = reciprocal(ofNormalized: d.w0)
    var r = unsafe u[m]
    var j = m - 1
    while j >= 0 {
      unsafe (q[j], r) = unsafe divide2by1(r, u[j], d.w0, v)
      j -= 1
    }
    return U256(r &>> shift)
  case 2:
    let v = reciprocal(ofNormalized: d.w1, d.w0)
    var r1 = unsafe u[m]
    var r0 = unsafe u[m - 1]
    var j = m - 2
    while j >= 0 {
      unsafe (q[j], r1, r0) = unsafe divide3by2(r1, r0, u[j], d.w1, d.w0, v)
      j -= 1
    }
    return U256(r0, r1, 0, 0).shiftedRight(by: shift)
  case 3:
    return unsafe divideBy3Limbs(u, m, d, q).shiftedRight(by: shift)
  default:
    return unsafe divideBy4Limbs(u, m, d, q).shiftedRight(by: shift)
  }
}

@inline(__always)
private func shiftLimbsLeft(_ u: UnsafeMutablePointer<UInt64>, _ count: Int, by shift: UInt64) {
  let rest = 63 &- shift
  unsafe u[count] = (unsafe u[count - 1] &>> 1) &>> rest
  var index = count - 1
  while index > 0 {
    unsafe u[index] = u[index] &<< shift | (u[index - 1] &>> 1) &>> rest
    index -= 1
  }
  unsafe u[0] = u[0] &<< shift
}

private func divideBy3Limbs(
  _ u: UnsafeMutablePointer<UInt64>, _ m: Int, _ d: U256, _ q: UnsafeMutablePointer<UInt64>
) -> U256 {
  let v = reciprocal(ofNormalized: d.w2, d.w1)
  var j = m - 3
  while j >= 0 {
    let u3 = unsafe u[j + 3]
    let u2 = unsafe u[j + 2]
    if u3 == d.w2 && u2 == d.w1 {
      // The quotient digit is the largest one or one less.
      unsafe q[j] = unsafe subtractMultiple3(u + j, d, .max)
    } else {
      let (digit, r1, r0) = unsafe divide3by2(u3, u2, u[j + 1], d.w2, d.w1, v)
      // What is left is (r1, r0, u[j]) - digit * d.w0.
      let product = digit.multipliedFullWidth(by: d.w0)
      let (s0, b0) = unsafe u[j].subtractingReportingOverflow(product.low)
      let (s1, b1) = subtractWithBorrow(r0, product.high, b0)
      let (s2, b2) = r1.subtractingReportingOverflow(b1 ? 1 : 0)
      unsafe u[j] = s0
      unsafe u[j + 1] = s1
      unsafe u[j + 2] = s2
      unsafe q[j] = digit
      if b2 {
        unsafe q[j] = digit &- 1
        unsafe addBack(u + j, d, 3)
      }
    }
    j -= 1
  }
  return unsafe U256(u[0], u[1], u[2], 0)
}

private func divideBy4Limbs(
  _ u: UnsafeMutablePointer<UInt64>, _ m: Int, _ d: U256, _ q: UnsafeMutablePointer<UInt64>
) -> U256 {
  let v = reciprocal(ofNormalized: d.w3, d.w2)
  var j = m - 4
  while j >= 0 {
    let u4 = unsafe u[j + 4]
    let u3 = unsafe u[j + 3]
    if u4 == d.w3 && u3 == d.w2 {
      unsafe q[j] = unsafe subtractMultiple4(u + j, d, .max)
    } else {
      let (digit, r1, r0) = unsafe divide3by2(u4, u3, u[j + 2], d.w3, d.w2, v)
      let (p0, k0) = multiplyAdd(digit, d.w0, 0, 0)
      let (p1, p2) = multiplyAdd(digit, d.w1, k0, 0)
      let (s0, b0) = unsafe u[j].subtractingReportingOverflow(p0)
      let (s1, b1) = unsafe subtractWithBorrow(u[j + 1], p1, b0)
      let (s2, b2) = subtractWithBorrow(r0, p2, b1)
      let (s3, b3) = r1.subtractingReportingOverflow(b2 ? 1 : 0)
      unsafe u[j] = s0
      unsafe u[j + 1] = s1
      unsafe u[j + 2] = s2
      unsafe u[j + 3] = s3
      unsafe q[j] = digit
      if b3 {
        unsafe q[j] = digit &- 1
        unsafe addBack(u + j, d, 4)
      }
    }
    j -= 1
  }
  return unsafe U256(u[0], u[1], u[2], u[3])
}

/// Takes `digit` times three limbs away, and once less where that was too much.
private func subtractMultiple3(
  _ u: UnsafeMutablePointer<UInt64>, _ d: U256, _ digit: UInt64
) -> UInt64 {
  let (p0, k0) = multiplyAdd(digit, d.w0, 0, 0)
  let (p1, k1) = multiplyAdd(digit, d.w1, k0, 0)
  let (p2, p3) = multiplyAdd(digit, d.w2, k1, 0)
  let (s0, b0) = unsafe u[0].subtractingReportingOverflow(p0)
  let (s1, b1) = unsafe subtractWithBorrow(u[1], p1, b0)
  let (s2, b2) = unsafe subtractWithBorrow(u[2], p2, b1)
  let (_, b3) = unsafe subtractWithBorrow(u[3], p3, b2)
  unsafe u[0] = s0
  unsafe u[1] = s1
  unsafe u[2] = s2
  guard b3 else { return digit }
  unsafe addBack(u, d, 3)
  return digit &- 1
}

private func subtractMultiple4(
  _ u: UnsafeMutablePointer<UInt64>, _ d: U256, _ digit: UInt64
) -> UInt64 {
  let (p0, k0) = multiplyAdd(digit, d.w0, 0, 0)
  let (p1, k1) = multiplyAdd(digit, d.w1, k0, 0)
  let (p2, k2) = multiplyAdd(digit, d.w2, k1, 0)
  let (p3, p4) = multiplyAdd(digit, d.w3, k2, 0)
  let (s0, b0) = unsafe u[0].subtractingReportingOverflow(p0)
  let (s1, b1) = unsafe subtractWithBorrow(u[1], p1, b0)
  let (s2, b2) = unsafe subtractWithBorrow(u[2], p2, b1)
  let (s3, b3) = unsafe subtractWithBorrow(u[3], p3, b2)
  let (_, b4) = unsafe subtractWithBorrow(u[4], p4, b3)
  unsafe u[0] = s0
  unsafe u[1] = s1
  unsafe u[2] = s2
  unsafe u[3] = s3
  guard b4 else { return digit }
  unsafe addBack(u, d, 4)
  return digit &- 1
}

private func addBack(_ u: UnsafeMutablePointer<UInt64>, _ d: U256, _ count: Int) {
  let (s0, c0) = unsafe u[0].addingReportingOverflow(d.w0)
  let (s1, c1) = unsafe addWithCarry(u[1], d.w1, c0)
  let (s2, c2) = unsafe addWithCarry(u[2], d.w2, c1)
  unsafe u[0] = s0
  unsafe u[1] = s1
  unsafe u[2] = s2
  guard count == 4 else { return }
  unsafe u[3] = u[3] &+ d.w3 &+ (c2 ? 1 : 0)
}
