extension U256 {
  /// (self + other) mod modulus over the full sum; zero for a modulus of zero.
  @inline(never)
  public func adding(_ other: U256, modulo modulus: U256) -> U256 {
    if modulus.w3 != 0 && w3 <= modulus.w3 && other.w3 <= modulus.w3 {
      // Both are less than twice the modulus: one subtraction reduces each.
      let left = reducedOnce(modulus)
      let right = other.reducedOnce(modulus)
      let (sum, carry) = left.addingReportingCarry(right)
      let (difference, borrow) = sum.subtractingReportingBorrow(modulus)
      return carry || !borrow ? difference : sum
    }
    if modulus.isZero { return .zero }
    let (sum, carry) = addingReportingCarry(other)
    if !carry { return sum % modulus }
    return unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 12) { limbs in
      guard let u = limbs.baseAddress else { return .zero }
      unsafe u[0] = sum.w0
      unsafe u[1] = sum.w1
      unsafe u[2] = sum.w2
      unsafe u[3] = sum.w3
      unsafe u[4] = 1
      unsafe u[5] = 0
      return unsafe divideLimbs(u, 5, by: modulus, u + 6)
    }
  }

  /// (self * other) mod modulus over the full product; zero for a modulus of zero.
  @inline(never)
  public func multiplied(by other: U256, modulo modulus: U256) -> U256 {
    if modulus.isZero { return .zero }
    return unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 18) { limbs in
      guard let u = limbs.baseAddress else { return .zero }
      let (r0, k0) = multiplyAdd(w0, other.w0, 0, 0)
      let (r1, k1) = multiplyAdd(w0, other.w1, k0, 0)
      let (r2, k2) = multiplyAdd(w0, other.w2, k1, 0)
      let (r3, r4) = multiplyAdd(w0, other.w3, k2, 0)
      let (s1, l0) = multiplyAdd(w1, other.w0, r1, 0)
      let (s2, l1) = multiplyAdd(w1, other.w1, r2, l0)
      let (s3, l2) = multiplyAdd(w1, other.w2, r3, l1)
      let (s4, s5) = multiplyAdd(w1, other.w3, r4, l2)
      let (t2, m0) = multiplyAdd(w2, other.w0, s2, 0)
      let (t3, m1) = multiplyAdd(w2, other.w1, s3, m0)
      let (t4, m2) = multiplyAdd(w2, other.w2, s4, m1)
      let (t5, t6) = multiplyAdd(w2, other.w3, s5, m2)
      let (v3, n0) = multiplyAdd(w3, other.w0, t3, 0)
      let (v4, n1) = multiplyAdd(w3, other.w1, t4, n0)
      let (v5, n2) = multiplyAdd(w3, other.w2, t5, n1)
      let (v6, v7) = multiplyAdd(w3, other.w3, t6, n2)
      unsafe u[0] = r0
      unsafe u[1] = s1
      unsafe u[2] = t2
      unsafe u[3] = v3
      unsafe u[4] = v4
      unsafe u[5] = v5
      unsafe u[6] = v6
      unsafe u[7] = v7
      unsafe u[8] = 0
      return unsafe divideLimbs(u, 8, by: modulus, u + 9)
    }
  }

  @inline(__always)
  private func reducedOnce(_ modulus: U256) -> U256 {
    let (difference, borrow) = subtractingReportingBorrow(modulus)
    return borrow ? self : difference
  }
}
