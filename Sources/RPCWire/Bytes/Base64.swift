/// Bytes as text (RFC 4648), in the two alphabets that the protocols use.
package enum Base64 {
  package enum Alphabet: Hashable, Sendable {
    /// With `+` and `/`.
    case standard
    /// With `-` and `_`.
    case url
  }

  package static func encode(
    _ bytes: RawSpan, _ alphabet: Alphabet = .standard, padded: Bool = false
  ) -> String {
    String(decoding: encoded(bytes, alphabet, padded: padded), as: UTF8.self)
  }

  static func encoded(
    _ bytes: RawSpan, _ alphabet: Alphabet = .standard, padded: Bool = false
  ) -> [UInt8] {
    let digits = alphabet.digits
    var output: [UInt8] = []
    output.reserveCapacity((bytes.byteCount + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.byteCount, by: 3) {
      let count = min(3, bytes.byteCount - start)
      var group: UInt32 = 0
      for offset in 0..<3 {
        group = group << 8 | (offset < count ? UInt32(bytes[start + offset]) : 0)
      }
      for place in 0...count { output.append(digits[Int(group >> (18 - 6 * place)) & 63]) }
      if padded { for _ in count..<3 { output.append(UInt8(ascii: "=")) } }
    }
    return output
  }

  /// The bytes that the text stands for, padded or not; nil when it is no base64.
  package static func decode(_ text: RawSpan, _ alphabet: Alphabet = .standard) -> [UInt8]? {
    var output: [UInt8] = []
    output.reserveCapacity(text.byteCount / 4 * 3 + 2)
    var group = Group(alphabet)
    for offset in text.byteOffsets {
      // Padding ends the text: unlike in a stream, nothing comes after it.
      guard !group.endedWithPadding, group.add(text[offset], to: &output) else { return nil }
    }
    return group.finish(into: &output) ? output : nil
  }
}

extension Base64.Alphabet {
  fileprivate var digits: [UInt8] {
    switch self {
    case .standard: Self.standardDigits
    case .url: Self.urlDigits
    }
  }

  private static let standardDigits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let urlDigits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  fileprivate func value(of digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+") where self == .standard, UInt8(ascii: "-") where self == .url: 62
    case UInt8(ascii: "/") where self == .standard, UInt8(ascii: "_") where self == .url: 63
    default: nil
    }
  }
}

extension Base64 {
  /// Up to four digits, which make up to three bytes.
  struct Group: Sendable {
    private let alphabet: Alphabet
    private var bits: UInt32 = 0
    private var digitCount = 0
    private var paddingCount = 0
    private(set) var endedWithPadding = false

    init(_ alphabet: Alphabet) {
      self.alphabet = alphabet
    }

    var isEmpty: Bool { digitCount == 0 }

    /// Takes one character; false when it cannot stand here.
    mutating func add(_ character: UInt8, to output: inout [UInt8]) -> Bool {
      if character == UInt8(ascii: "=") {
        guard digitCount >= 2 else { return false }
        paddingCount += 1
        guard digitCount + paddingCount == 4 else { return true }
        emit(to: &output)
        endedWithPadding = true
        return true
      }
      guard paddingCount == 0, let value = alphabet.value(of: character) else { return false }
      bits = bits << 6 | value
      digitCount += 1
      endedWithPadding = false
      if digitCount == 4 { emit(to: &output) }
      return true
    }

    /// Takes the end of the text as the padding that it may leave out.
    mutating func finish(into output: inout [UInt8]) -> Bool {
      guard !isEmpty else { return true }
      guard digitCount >= 2, paddingCount == 0 else { return false }
      emit(to: &output)
      return true
    }

    private mutating func emit(to output: inout [UInt8]) {
      let aligned = bits << (6 * UInt32(4 - digitCount))
      for place in 0..<(digitCount - 1) {
        output.append(UInt8(truncatingIfNeeded: aligned >> (16 - 8 * UInt32(place))))
      }
      bits = 0
      digitCount = 0
      paddingCount = 0
    }
  }
}
