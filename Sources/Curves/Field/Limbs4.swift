/// A number of four 64-bit words, least significant first.
struct Limbs4: Limbs {
  var w0, w1, w2, w3: UInt64

  @inline(__always)
  init(_ w0: UInt64, _ w1: UInt64, _ w2: UInt64, _ w3: UInt64) {
    self.w0 = w0
    self.w1 = w1
    self.w2 = w2
    self.w3 = w3
  }

  static var count: Int { 4 }

  @inline(__always)
  static var zero: Self { Self(0, 0, 0, 0) }

  subscript(index: Int) -> UInt64 {
    get {
      switch index {
      case 0: w0
      case 1: w1
      case 2: w2
      default: w3
      }
    }
    set {
      switch index {
      case 0: w0 = newValue
      case 1: w1 = newValue
      case 2: w2 = newValue
      default: w3 = newValue
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
    // No carry is lost where the top bit of p is zero.
    w3 = high &+ carry
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
    return t.reduced(modulo: p)
  }

  @inline(__always)
  static func addingReportingCarry(_ a: Self, _ b: Self) -> (sum: Self, carry: UInt64) {
    var s = a
    var carry: UInt64 = 0
    (s.w0, carry) = add(a.w0, b.w0, carry)
    (s.w1, carry) = add(a.w1, b.w1, carry)
    (s.w2, carry) = add(a.w2, b.w2, carry)
    (s.w3, carry) = add(a.w3, b.w3, carry)
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
    return (d, borrow)
  }

  @inline(__always)
  static func & (a: Self, mask: UInt64) -> Self {
    Self(a.w0 & mask, a.w1 & mask, a.w2 & mask, a.w3 & mask)
  }

  /// `yes` where all bits of the mask are set, `no` where none is.
  @inline(__always)
  static func select(_ mask: UInt64, _ yes: Self, _ no: Self) -> Self {
    Self(
      no.w0 ^ ((no.w0 ^ yes.w0) & mask), no.w1 ^ ((no.w1 ^ yes.w1) & mask),
      no.w2 ^ ((no.w2 ^ yes.w2) & mask), no.w3 ^ ((no.w3 ^ yes.w3) & mask)
    )
  }

  /// Half the number, with `top` as the new highest bit.
  @inline(__always)
  func halved(top: UInt64 = 0) -> Self {
    Self(
      w0 &>> 1 | w1 &<< 63,
      w1 &>> 1 | w2 &<< 63,
      w2 &>> 1 | w3 &<< 63,
      w3 &>> 1 | top &<< 63)
  }

  @inline(__always)
  var isZero: Bool { (w0 | w1 | w2 | w3) == 0 }
}
