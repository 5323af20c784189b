/// Inverses by division steps (Bernstein and Yang 2019; in the form of libsecp256k1's
/// doc/safegcd_implementation.md: 62 steps at a time on the lowest words, then one update of the
/// long numbers). Time depends on the values.
struct Inversion<P: FieldParameters> {
  /// A signed number of 62-bit digits, the highest of which holds the sign.
  typealias Digits = [7 of Int64]

  private static var mask: Int64 { Int64.max >> 1 }

  /// Digits that a number of the field needs, and one bit more.
  private static var count: Int { (64 * P.Words.count + 1) / 62 + 1 }

  /// Sixty-two division steps: 2^62·(f', g') = (u·f + v·g, q·f + r·g).
  private struct Matrix {
    var u: Int64 = 1
    var v: Int64 = 0
    var q: Int64 = 0
    var r: Int64 = 1
  }

  private let modulus: Digits
  /// 1/p modulo 2^62.
  private let inverse: Int64

  init() {
    modulus = Self.digits(P.modulus)
    inverse = Int64(bitPattern: 0 &- P.negatedInverse) & Self.mask
  }

  /// 1/a modulo p, for a from 1 to p - 1.
  func inverse(of a: P.Words) -> P.Words {
    var (f, g) = (modulus, Self.digits(a))
    var (d, e) = (Digits(repeating: 0), Digits(repeating: 0))
    e[0] = 1
    var eta: Int64 = -1
    while !Self.isZero(g) {
      let matrix = Self.steps(&eta, f[0], g[0])
      updateCofactors(&d, &e, matrix)
      Self.update(&f, &g, matrix)
    }
    // f is 1 or -1, and d·a = f.
    return normalized(d, isNegated: f[Self.count - 1] < 0)
  }
}

// MARK: - Steps

extension Inversion {
  private static func steps(_ eta: inout Int64, _ f0: Int64, _ g0: Int64) -> Matrix {
    var matrix = Matrix()
    var (f, g) = (UInt64(bitPattern: f0), UInt64(bitPattern: g0))
    var rest: Int64 = 62
    while true {
      // Halvings of an even g, as many as there are, but no more than are left.
      let zeros = Int64((g | (UInt64.max << UInt64(rest))).trailingZeroBitCount)
      g = g &>> UInt64(zeros)
      matrix.u = matrix.u &<< zeros
      matrix.v = matrix.v &<< zeros
      eta -= zeros
      rest -= zeros
      if rest == 0 { return matrix }
      if eta < 0 {
        eta = -eta
        (f, g) = (g, 0 &- f)
        (matrix.u, matrix.q) = (matrix.q, 0 &- matrix.u)
        (matrix.v, matrix.r) = (matrix.r, 0 &- matrix.v)
      }
      // The multiple of f that clears up to six bits of g; eta says how many may go.
      let limit = min(eta + 1, rest, 6)
      let low = (UInt64(1) << UInt64(limit)) - 1
      // f·(f² - 2) is -1/f modulo 2^6 for odd f.
      let w = (f &* g &* (f &* f &- 2)) & low
      g = g &+ f &* w
      matrix.q = matrix.q &+ matrix.u &* Int64(w)
      matrix.r = matrix.r &+ matrix.v &* Int64(w)
    }
  }

  /// (f, g) = (u·f + v·g, q·f + r·g) / 2^62, without remainder.
  private static func update(_ f: inout Digits, _ g: inout Digits, _ t: Matrix) {
    var (cf, cg) = (
      product(t.u, f[0]) + product(t.v, g[0]), product(t.q, f[0]) + product(t.r, g[0])
    )
    cf >>= 62
    cg >>= 62
    for index in 1..<count {
      cf += product(t.u, f[index]) + product(t.v, g[index])
      cg += product(t.q, f[index]) + product(t.r, g[index])
      f[index - 1] = Int64(truncatingIfNeeded: cf) & mask
      g[index - 1] = Int64(truncatingIfNeeded: cg) & mask
      cf >>= 62
      cg >>= 62
    }
    f[count - 1] = Int64(truncatingIfNeeded: cf)
    g[count - 1] = Int64(truncatingIfNeeded: cg)
  }

  /// The same for d and e, modulo p: multiples of p make the sums divisible.
  private func updateCofactors(_ d: inout Digits, _ e: inout Digits, _ t: Matrix) {
    let count = Self.count
    // Both stay in -2p..<p: where one is negative, p is added on the way.
    let (ds, es) = (d[count - 1] >> 63, e[count - 1] >> 63)
    var md = (t.u & ds) &+ (t.v & es)
    var me = (t.q & ds) &+ (t.r & es)
    var cd = Self.product(t.u, d[0]) + Self.product(t.v, e[0])
    var ce = Self.product(t.q, d[0]) + Self.product(t.r, e[0])
    md = md &- (inverse &* Int64(truncatingIfNeeded: cd) &+ md) & Self.mask
    me = me &- (inverse &* Int64(truncatingIfNeeded: ce) &+ me) & Self.mask
    cd += Self.product(modulus[0], md)
    ce += Self.product(modulus[0], me)
    cd >>= 62
    ce >>= 62
    for index in 1..<count {
      cd += Self.product(t.u, d[index]) + Self.product(t.v, e[index])
      ce += Self.product(t.q, d[index]) + Self.product(t.r, e[index])
      cd += Self.product(modulus[index], md)
      ce += Self.product(modulus[index], me)
      d[index - 1] = Int64(truncatingIfNeeded: cd) & Self.mask
      e[index - 1] = Int64(truncatingIfNeeded: ce) & Self.mask
      cd >>= 62
      ce >>= 62
    }
    d[count - 1] = Int64(truncatingIfNeeded: cd)
    e[count - 1] = Int64(truncatingIfNeeded: ce)
  }

  @inline(__always)
  private static func product(_ a: Int64, _ b: Int64) -> Int128 {
    Int128(truncatingIfNeeded: a) &* Int128(truncatingIfNeeded: b)
  }
}

// MARK: - Digits

extension Inversion {
  private static func digits(_ words: P.Words) -> Digits {
    Digits { index in
      let (word, shift) = (62 * index / 64, UInt64(62 * index % 64))
      guard word < P.Words.count else { return 0 }
      var value = words[word] >> shift
      if shift > 2, word + 1 < P.Words.count { value |= words[word + 1] << (64 - shift) }
      return Int64(bitPattern: value) & mask
    }
  }

  private static func isZero(_ digits: Digits) -> Bool {
    (0..<count).reduce(0) { $0 | digits[$1] } == 0
  }

  /// d or -d as a number from 0 to p - 1, for d in -2p..<p.
  private func normalized(_ d: Digits, isNegated: Bool) -> P.Words {
    var d = d
    if isNegated { d = sum(Digits(repeating: 0), d, times: -1) }
    while d[Self.count - 1] < 0 { d = sum(d, modulus, times: 1) }
    while true {
      let less = sum(d, modulus, times: -1)
      if less[Self.count - 1] < 0 { return words(d) }
      d = less
    }
  }

  private func sum(_ a: Digits, _ b: Digits, times sign: Int64) -> Digits {
    var result = a
    var carry: Int64 = 0
    for index in 0..<Self.count {
      carry += a[index] + sign * b[index]
      result[index] = index == Self.count - 1 ? carry : carry & Self.mask
      carry >>= 62
    }
    return result
  }

  private func words(_ digits: Digits) -> P.Words {
    var words = P.Words.zero
    for index in 0..<Self.count {
      let (word, shift) = (62 * index / 64, UInt64(62 * index % 64))
      let digit = UInt64(bitPattern: digits[index])
      if word < P.Words.count { words[word] |= digit << shift }
      if shift > 2, word + 1 < P.Words.count { words[word + 1] |= digit >> (64 - shift) }
    }
    return words
  }
}
