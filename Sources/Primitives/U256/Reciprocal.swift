// Division by invariant limbs without a division: Möller and Granlund, "Improved division by
// invariant integers", IEEE Transactions on Computers 60 (2011), algorithms 2 to 6.

/// floor((2^128 - 1) / d) - 2^64 for a d whose highest bit is set.
@inline(__always)
func reciprocal(ofNormalized d: UInt64) -> UInt64 {
  let v0 = UInt64(0x7FD00 / UInt32(truncatingIfNeeded: d &>> 55))
  let d40 = (d &>> 24) &+ 1
  let v1 = (v0 &<< 11) &- ((v0 &* v0 &* d40) &>> 40) &- 1
  let v2 = (v1 &<< 13) &+ ((v1 &* ((1 &<< 60) &- v1 &* d40)) &>> 47)
  let d0 = d & 1
  let d63 = (d &>> 1) &+ d0
  let e = ((v2 &>> 1) & (0 &- d0)) &- v2 &* d63
  let v3 = (v2.multipliedFullWidth(by: e).high &>> 1) &+ (v2 &<< 31)
  let (_, high) = multiplyAdd(v3, d, d, 0)
  return v3 &- high &- d
}

/// The reciprocal of the two limbs (d1, d0), the highest bit of which is set.
@inline(__always)
func reciprocal(ofNormalized d1: UInt64, _ d0: UInt64) -> UInt64 {
  var v = reciprocal(ofNormalized: d1)
  var p = d1 &* v &+ d0
  if p < d0 {
    v &-= 1
    if p >= d1 {
      v &-= 1
      p &-= d1
    }
    p &-= d1
  }
  let t = v.multipliedFullWidth(by: d0)
  p &+= t.high
  if p < t.high {
    v &-= 1
    if p > d1 || (p == d1 && t.low >= d0) { v &-= 1 }
  }
  return v
}

/// Divides (u1, u0) by d, where u1 < d.
@inline(__always)
func divide2by1(
  _ u1: UInt64, _ u0: UInt64, _ d: UInt64, _ v: UInt64
) -> (quotient: UInt64, remainder: UInt64) {
  let product = v.multipliedFullWidth(by: u1)
  let (low, carry) = product.low.addingReportingOverflow(u0)
  var q = product.high &+ u1 &+ (carry ? 1 : 0) &+ 1
  var r = u0 &- q &* d
  if r > low {
    q &-= 1
    r &+= d
  }
  if r >= d {
    q &+= 1
    r &-= d
  }
  return (q, r)
}

/// Divides (u2, u1, u0) by (d1, d0), where (u2, u1) < (d1, d0).
@inline(__always)
func divide3by2(
  _ u2: UInt64, _ u1: UInt64, _ u0: UInt64, _ d1: UInt64, _ d0: UInt64, _ v: UInt64
) -> (quotient: UInt64, high: UInt64, low: UInt64) {
  let product = v.multipliedFullWidth(by: u2)
  let (low, carry) = product.low.addingReportingOverflow(u1)
  let estimate = product.high &+ u2 &+ (carry ? 1 : 0)
  let t = d0.multipliedFullWidth(by: estimate)
  // (r1, r0) = (u1 - estimate * d1, u0) - t - (d1, d0)
  let (a0, b0) = u0.subtractingReportingOverflow(t.low)
  let (r0First, b1) = a0.subtractingReportingOverflow(d0)
  var r0 = r0First
  var r1 = u1 &- estimate &* d1 &- t.high &- (b0 ? 1 : 0) &- d1 &- (b1 ? 1 : 0)
  var q = estimate &+ 1
  if r1 >= low {
    q &-= 1
    let (sum, carry) = r0.addingReportingOverflow(d0)
    r0 = sum
    r1 = r1 &+ d1 &+ (carry ? 1 : 0)
  }
  if r1 > d1 || (r1 == d1 && r0 >= d0) {
    q &+= 1
    let (difference, borrow) = r0.subtractingReportingOverflow(d0)
    r0 = difference
    r1 = r1 &- d1 &- (borrow ? 1 : 0)
  }
  return (q, r1, r0)
}
