/// A number of six 64-bit words, least significant first.
struct Limbs6: Limbs {
  var w0, w1, w2, w3, w4, w5: UInt64

  @inline(__always)
  init(_ w0: UInt64, _ w1: UInt64, _ w2: UInt64, _ w3: UInt64, _ w4: UInt64, _ w5: UInt64) {
    self.w0 = w0
    self.w1 = w1
    self.w2 = w2
    self.w3 = w3
    self.w4 = w4
    self.w5 = w5
  }

  static var count: Int { 6 }

  @inline(__always)
  static var zero: Self { Self(0, 0, 0, 0, 0, 0) }

  subscript(index: Int) -> UInt64 {
    get {
      switch index {
      case 0: w0
      case 1: w1
      case 2: w2
      case 3: w3
      case 4: w4
      default: w5
      }
    }
    set {
      switch index {
      case 0: w0 = newValue
      case 1: w1 = newValue
      case 2: w2 = newValue
      case 3: w3 = newValue
      case 4: w4 = newValue
      default: w5 = newValue
      }
    }
  }

  /// One word of Montgomery's product: self = (self + a·b + m·p) / 2^64.
  @inline(__always)
  mutating func accumulate(_ a: Self, times b: UInt64, modulo p: Self, _ negatedInverse: UInt64) {
    var high: UInt64 = 0
    var carry: UInt64 = 0
    (w0, high) = multiply(a.w0, b, adding: w0, 0)
    let m = w0 &* negatedInverse
    (_, carry) = multiply(m, p.w0, adding: w0, 0)
    (w1, high) = multiply(a.w1, b, adding: w1, high)
    (w0, carry) = multiply(m, p.w1, adding: w1, carry)
    (w2, high) = multiply(a.w2, b, adding: w2, high)
    (w1, carry) = multiply(m, p.w2, adding: w2, carry)
    (w3, high) = multiply(a.w3, b, adding: w3, high)
    (w2, carry) = multiply(m, p.w3, adding: w3, carry)
    (w4, high) = multiply(a.w4, b, adding: w4, high)
    (w3, carry) = multiply(m, p.w4, adding: w4, carry)
    (w5, high) = multiply(a.w5, b, adding: w5, high)
    (w4, carry) = multiply(m, p.w5, adding: w5, carry)
    // No carry is lost where the top bit of p is zero.
    w5 = high &+ carry
  }

  @inline(__always)
  static func montgomeryProduct(
    _ a: Self, _ b: Self, modulo p: Self, _ negatedInverse: UInt64
  ) -> Self {
    var t = Self.zero
    t.accumulate(a, times: b.w0, modulo: p, negatedInverse)
    t.accumulate(a, times: b.w1, modulo: p, negatedInverse)
    t.accumulate(a, times: b.w2, modulo: p, negatedInverse)
    t.accumulate(a, times: b.w3, modulo: p, negatedInverse)
    t.accumulate(a, times: b.w4, modulo: p, negatedInverse)
    t.accumulate(a, times: b.w5, modulo: p, negatedInverse)
    return t.reduced(modulo: p)
  }

  /// One word of a Montgomery sum of two products: self = (self + a·b + c·d + m·p) / 2^64.
  @inline(__always)
  mutating func accumulate(
    _ a: Self, times b: UInt64, _ c: Self, times d: UInt64, modulo p: Self,
    _ negatedInverse: UInt64
  ) {
    var (first, second, carry) = (UInt64(0), UInt64(0), UInt64(0))
    (w0, first) = multiply(a.w0, b, adding: w0, 0)
    (w0, second) = multiply(c.w0, d, adding: w0, 0)
    let m = w0 &* negatedInverse
    (_, carry) = multiply(m, p.w0, adding: w0, 0)
    (w1, first) = multiply(a.w1, b, adding: w1, first)
    (w1, second) = multiply(c.w1, d, adding: w1, second)
    (w0, carry) = multiply(m, p.w1, adding: w1, carry)
    (w2, first) = multiply(a.w2, b, adding: w2, first)
    (w2, second) = multiply(c.w2, d, adding: w2, second)
    (w1, carry) = multiply(m, p.w2, adding: w2, carry)
    (w3, first) = multiply(a.w3, b, adding: w3, first)
    (w3, second) = multiply(c.w3, d, adding: w3, second)
    (w2, carry) = multiply(m, p.w3, adding: w3, carry)
    (w4, first) = multiply(a.w4, b, adding: w4, first)
    (w4, second) = multiply(c.w4, d, adding: w4, second)
    (w3, carry) = multiply(m, p.w4, adding: w4, carry)
    (w5, first) = multiply(a.w5, b, adding: w5, first)
    (w5, second) = multiply(c.w5, d, adding: w5, second)
    (w4, carry) = multiply(m, p.w5, adding: w5, carry)
    // No carry is lost where the top two bits of p are zero.
    w5 = first &+ second &+ carry
  }

  @inline(__always)
  static func montgomerySum(
    _ a: Self, _ b: Self, _ c: Self, _ d: Self, modulo p: Self, _ negatedInverse: UInt64
  ) -> Self {
    var t = Self.zero
    t.accumulate(a, times: b.w0, c, times: d.w0, modulo: p, negatedInverse)
    t.accumulate(a, times: b.w1, c, times: d.w1, modulo: p, negatedInverse)
    t.accumulate(a, times: b.w2, c, times: d.w2, modulo: p, negatedInverse)
    t.accumulate(a, times: b.w3, c, times: d.w3, modulo: p, negatedInverse)
    t.accumulate(a, times: b.w4, c, times: d.w4, modulo: p, negatedInverse)
    t.accumulate(a, times: b.w5, c, times: d.w5, modulo: p, negatedInverse)
    return t.reduced(modulo: p)
  }

  /// The products of two different words count twice: fewer multiplications than a product.
  @inline(__always)
  static func montgomerySquare(_ a: Self, modulo p: Self, _ negatedInverse: UInt64) -> Self {
    var carry: UInt64 = 0
    var top: UInt64 = 0
    var s1: UInt64
    (s1, carry) = multiply(a.w0, a.w1, adding: 0, 0)
    var s2: UInt64
    (s2, carry) = multiply(a.w0, a.w2, adding: 0, carry)
    var s3: UInt64
    (s3, carry) = multiply(a.w0, a.w3, adding: 0, carry)
    var s4: UInt64
    (s4, carry) = multiply(a.w0, a.w4, adding: 0, carry)
    var s5: UInt64
    (s5, carry) = multiply(a.w0, a.w5, adding: 0, carry)
    var s6 = carry
    (s3, carry) = multiply(a.w1, a.w2, adding: s3, 0)
    (s4, carry) = multiply(a.w1, a.w3, adding: s4, carry)
    (s5, carry) = multiply(a.w1, a.w4, adding: s5, carry)
    (s6, carry) = multiply(a.w1, a.w5, adding: s6, carry)
    var s7 = carry
    (s5, carry) = multiply(a.w2, a.w3, adding: s5, 0)
    (s6, carry) = multiply(a.w2, a.w4, adding: s6, carry)
    (s7, carry) = multiply(a.w2, a.w5, adding: s7, carry)
    var s8 = carry
    (s7, carry) = multiply(a.w3, a.w4, adding: s7, 0)
    (s8, carry) = multiply(a.w3, a.w5, adding: s8, carry)
    var s9 = carry
    (s9, carry) = multiply(a.w4, a.w5, adding: s9, 0)
    var s10 = carry
    let s11 = s10 &>> 63
    s10 = s10 &<< 1 | s9 &>> 63
    s9 = s9 &<< 1 | s8 &>> 63
    s8 = s8 &<< 1 | s7 &>> 63
    s7 = s7 &<< 1 | s6 &>> 63
    s6 = s6 &<< 1 | s5 &>> 63
    s5 = s5 &<< 1 | s4 &>> 63
    s4 = s4 &<< 1 | s3 &>> 63
    s3 = s3 &<< 1 | s2 &>> 63
    s2 = s2 &<< 1 | s1 &>> 63
    s1 = s1 &<< 1
    var (low, high) = multiply(a.w0, a.w0, adding: 0, 0)
    let t0 = low
    var t1: UInt64
    (t1, carry) = add(s1, high, 0)
    (low, high) = multiply(a.w1, a.w1, adding: 0, 0)
    var t2: UInt64
    var t3: UInt64
    (t2, carry) = add(s2, low, carry)
    (t3, carry) = add(s3, high, carry)
    (low, high) = multiply(a.w2, a.w2, adding: 0, 0)
    var t4: UInt64
    var t5: UInt64
    (t4, carry) = add(s4, low, carry)
    (t5, carry) = add(s5, high, carry)
    (low, high) = multiply(a.w3, a.w3, adding: 0, 0)
    var t6: UInt64
    var t7: UInt64
    (t6, carry) = add(s6, low, carry)
    (t7, carry) = add(s7, high, carry)
    (low, high) = multiply(a.w4, a.w4, adding: 0, 0)
    var t8: UInt64
    var t9: UInt64
    (t8, carry) = add(s8, low, carry)
    (t9, carry) = add(s9, high, carry)
    (low, high) = multiply(a.w5, a.w5, adding: 0, 0)
    var t10: UInt64
    var t11: UInt64
    (t10, carry) = add(s10, low, carry)
    (t11, carry) = add(s11, high, carry)
    var m: UInt64
    m = t0 &* negatedInverse
    (_, carry) = multiply(m, p.w0, adding: t0, 0)
    (t1, carry) = multiply(m, p.w1, adding: t1, carry)
    (t2, carry) = multiply(m, p.w2, adding: t2, carry)
    (t3, carry) = multiply(m, p.w3, adding: t3, carry)
    (t4, carry) = multiply(m, p.w4, adding: t4, carry)
    (t5, carry) = multiply(m, p.w5, adding: t5, carry)
    (t6, top) = add(t6, carry, top)
    m = t1 &* negatedInverse
    (_, carry) = multiply(m, p.w0, adding: t1, 0)
    (t2, carry) = multiply(m, p.w1, adding: t2, carry)
    (t3, carry) = multiply(m, p.w2, adding: t3, carry)
    (t4, carry) = multiply(m, p.w3, adding: t4, carry)
    (t5, carry) = multiply(m, p.w4, adding: t5, carry)
    (t6, carry) = multiply(m, p.w5, adding: t6, carry)
    (t7, top) = add(t7, carry, top)
    m = t2 &* negatedInverse
    (_, carry) = multiply(m, p.w0, adding: t2, 0)
    (t3, carry) = multiply(m, p.w1, adding: t3, carry)
    (t4, carry) = multiply(m, p.w2, adding: t4, carry)
    (t5, carry) = multiply(m, p.w3, adding: t5, carry)
    (t6, carry) = multiply(m, p.w4, adding: t6, carry)
    (t7, carry) = multiply(m, p.w5, adding: t7, carry)
    (t8, top) = add(t8, carry, top)
    m = t3 &* negatedInverse
    (_, carry) = multiply(m, p.w0, adding: t3, 0)
    (t4, carry) = multiply(m, p.w1, adding: t4, carry)
    (t5, carry) = multiply(m, p.w2, adding: t5, carry)
    (t6, carry) = multiply(m, p.w3, adding: t6, carry)
    (t7, carry) = multiply(m, p.w4, adding: t7, carry)
    (t8, carry) = multiply(m, p.w5, adding: t8, carry)
    (t9, top) = add(t9, carry, top)
    m = t4 &* negatedInverse
    (_, carry) = multiply(m, p.w0, adding: t4, 0)
    (t5, carry) = multiply(m, p.w1, adding: t5, carry)
    (t6, carry) = multiply(m, p.w2, adding: t6, carry)
    (t7, carry) = multiply(m, p.w3, adding: t7, carry)
    (t8, carry) = multiply(m, p.w4, adding: t8, carry)
    (t9, carry) = multiply(m, p.w5, adding: t9, carry)
    (t10, top) = add(t10, carry, top)
    m = t5 &* negatedInverse
    (_, carry) = multiply(m, p.w0, adding: t5, 0)
    (t6, carry) = multiply(m, p.w1, adding: t6, carry)
    (t7, carry) = multiply(m, p.w2, adding: t7, carry)
    (t8, carry) = multiply(m, p.w3, adding: t8, carry)
    (t9, carry) = multiply(m, p.w4, adding: t9, carry)
    (t10, carry) = multiply(m, p.w5, adding: t10, carry)
    (t11, top) = add(t11, carry, top)
    return Self(t6, t7, t8, t9, t10, t11).reduced(modulo: p)
  }

  @inline(__always)
  static func addingReportingCarry(_ a: Self, _ b: Self) -> (sum: Self, carry: UInt64) {
    var s = a
    var carry: UInt64 = 0
    (s.w0, carry) = add(a.w0, b.w0, carry)
    (s.w1, carry) = add(a.w1, b.w1, carry)
    (s.w2, carry) = add(a.w2, b.w2, carry)
    (s.w3, carry) = add(a.w3, b.w3, carry)
    (s.w4, carry) = add(a.w4, b.w4, carry)
    (s.w5, carry) = add(a.w5, b.w5, carry)
    return (s, carry)
  }

  @inline(__always)
  static func subtractingReportingBorrow(_ a: Self, _ b: Self) -> (difference: Self, borrow: UInt64)
  {
    var d = a
    var borrow: UInt64 = 0
    (d.w0, borrow) = subtract(a.w0, b.w0, borrow)
    (d.w1, borrow) = subtract(a.w1, b.w1, borrow)
    (d.w2, borrow) = subtract(a.w2, b.w2, borrow)
    (d.w3, borrow) = subtract(a.w3, b.w3, borrow)
    (d.w4, borrow) = subtract(a.w4, b.w4, borrow)
    (d.w5, borrow) = subtract(a.w5, b.w5, borrow)
    return (d, borrow)
  }

  @inline(__always)
  static func & (a: Self, mask: UInt64) -> Self {
    Self(a.w0 & mask, a.w1 & mask, a.w2 & mask, a.w3 & mask, a.w4 & mask, a.w5 & mask)
  }

  /// `yes` where all bits of the mask are set, `no` where none is.
  @inline(__always)
  static func select(_ mask: UInt64, _ yes: Self, _ no: Self) -> Self {
    Self(
      no.w0 ^ ((no.w0 ^ yes.w0) & mask), no.w1 ^ ((no.w1 ^ yes.w1) & mask),
      no.w2 ^ ((no.w2 ^ yes.w2) & mask), no.w3 ^ ((no.w3 ^ yes.w3) & mask),
      no.w4 ^ ((no.w4 ^ yes.w4) & mask), no.w5 ^ ((no.w5 ^ yes.w5) & mask)
    )
  }

  /// Half the number, with `top` as the new highest bit.
  @inline(__always)
  func halved(top: UInt64 = 0) -> Self {
    Self(
      w0 &>> 1 | w1 &<< 63,
      w1 &>> 1 | w2 &<< 63,
      w2 &>> 1 | w3 &<< 63,
      w3 &>> 1 | w4 &<< 63,
      w4 &>> 1 | w5 &<< 63,
      w5 &>> 1 | top &<< 63)
  }

  @inline(__always)
  var isZero: Bool { (w0 | w1 | w2 | w3 | w4 | w5) == 0 }
}
