internal import Glibc

extension RawSpan {
  /// The byte at `index`; an index outside is a programmer's mistake.
  func byte(at index: Int) -> UInt8 {
    unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self)
  }

  /// The position of the first `byte` at or after `start`.
  func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
    guard start < byteCount else { return nil }
    return unsafe withUnsafeBytes { bytes -> Int? in
      guard let base = bytes.baseAddress,
        let found = unsafe memchr(base + start, Int32(byte), bytes.count - start)
      else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }

  func contains(_ byte: UInt8) -> Bool {
    firstIndex(of: byte) != nil
  }

  /// Whether the bytes are those of `text`, which is lower case, but for the case of letters.
  func equalsIgnoringCase(_ text: StaticString) -> Bool {
    guard byteCount == text.utf8CodeUnitCount else { return false }
    for index in 0..<byteCount {
      let expected = unsafe text.utf8Start[index]
      guard byte(at: index).lowercased == expected else { return false }
    }
    return true
  }

  func hasPrefixIgnoringCase(_ text: StaticString) -> Bool {
    byteCount >= text.utf8CodeUnitCount
      && extracting(0..<text.utf8CodeUnitCount).equalsIgnoringCase(text)
  }

  /// The bytes without spaces and tabs at their end.
  func withTrimmedEnd<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    var end = byteCount
    while end > 0, byte(at: end - 1) == .space || byte(at: end - 1) == .tab { end -= 1 }
    return try body(extracting(0..<end))
  }
}

extension UInt8 {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let space: UInt8 = 0x20
  static let colon = UInt8(ascii: ":")

  /// The small letter of a capital one, and any other byte as it is.
  var lowercased: UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
  }

  var isHexDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }

  /// Whether it may stand in a token (RFC 9110 section 5.6.2).
  var isToken: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "!"), UInt8(ascii: "#"),
      UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
      UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }

  /// Whether it may stand in a field value: no control character but the tab.
  var isFieldText: Bool { self == .tab || (self >= .space && self != 0x7F) }
}
