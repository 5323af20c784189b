/// Which prime field, and in how many words.
protocol FieldParameters: Sendable {
  associatedtype Words: Limbs

  /// p, whose two highest bits are zero.
  static var modulus: Words { get }
  /// -1/p modulo 2^64.
  static var negatedInverse: UInt64 { get }
  /// R = 2^(64·count) modulo p: the number one in Montgomery's form.
  static var montgomeryOne: Words { get }
  /// R² modulo p.
  static var montgomerySquare: Words { get }
}

/// An element of a prime field, kept as a·R modulo p with R = 2^(64·count) (Montgomery's form).
///
/// Time depends on the values in ``inverted()`` and in powers: everything here is public.
struct Fp<P: FieldParameters>: FieldElement {
  var words: P.Words

  /// Takes words that are in Montgomery's form already.
  @inline(__always)
  init(montgomery words: P.Words) {
    self.words = words
  }

  /// Takes a number below p.
  init(_ number: P.Words) {
    self.init(montgomery: number)
    self = self * Self(montgomery: P.montgomerySquare)
  }

  /// The number in its ordinary form.
  var number: P.Words {
    var one = P.Words.zero
    one[0] = 1
    return (self * Self(montgomery: one)).words
  }

  @inline(__always)
  static var zero: Self { Self(montgomery: .zero) }

  @inline(__always)
  static var one: Self { Self(montgomery: P.montgomeryOne) }

  @inline(__always)
  var isZero: Bool { words.isZero }

  @inline(__always)
  static func + (a: Self, b: Self) -> Self {
    Self(montgomery: .sum(a.words, b.words, modulo: P.modulus))
  }

  @inline(__always)
  static func - (a: Self, b: Self) -> Self {
    Self(montgomery: .difference(a.words, b.words, modulo: P.modulus))
  }

  @inline(__always)
  static prefix func - (a: Self) -> Self { zero - a }

  @inline(never)
  static func * (a: Self, b: Self) -> Self {
    Self(montgomery: .montgomeryProduct(a.words, b.words, modulo: P.modulus, P.negatedInverse))
  }

  @inline(never)
  func squared() -> Self {
    Self(montgomery: .montgomerySquare(words, modulo: P.modulus, P.negatedInverse))
  }

  /// a·b + c·d.
  @inline(never)
  static func sum(_ a: Self, times b: Self, _ c: Self, times d: Self) -> Self {
    Self(
      montgomery: .montgomerySum(
        a.words, b.words, c.words, d.words, modulo: P.modulus, P.negatedInverse))
  }

  /// a/2.
  @inline(__always)
  func halved() -> Self {
    let odd = 0 &- (words[0] & 1)
    let (sum, carry) = P.Words.addingReportingCarry(words, P.modulus & odd)
    return Self(montgomery: sum.halved(top: carry))
  }

  /// The inverse; zero of zero.
  func inverted() -> Self {
    guard !isZero else { return self }
    // 1/(a·R), as an ordinary number; two products with R² make it R/a.
    let inverse = Self(montgomery: Inversion<P>().inverse(of: words))
    let square = Self(montgomery: P.montgomerySquare)
    return inverse * square * square
  }
}

// MARK: - Bytes

extension Fp {
  static var byteCount: Int { 8 * P.Words.count }

  /// Reads a big-endian number; nil if it is not below p.
  init?(bigEndian bytes: Span<UInt8>) {
    let number = P.Words(bigEndian: bytes)
    guard number < P.modulus else { return nil }
    self.init(number)
  }

  var bigEndianBytes: [UInt8] { number.bigEndianBytes }
}
