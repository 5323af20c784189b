internal import HTTP

extension RawSpan {
  subscript(offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount)
    return unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  /// A copy of the bytes.
  var array: [UInt8] {
    unsafe withUnsafeBytes { unsafe [UInt8]($0) }
  }

  /// The bytes as text, when they are ASCII letters, digits and signs only.
  var printableASCII: String? {
    for offset in byteOffsets where self[offset] < 0x20 || self[offset] > 0x7E { return nil }
    return string
  }

  func starts(with text: StaticString) -> Bool {
    byteCount >= text.utf8CodeUnitCount && extracting(first: text.utf8CodeUnitCount).equals(text)
  }

  package func ends(with text: StaticString) -> Bool {
    byteCount >= text.utf8CodeUnitCount && extracting(last: text.utf8CodeUnitCount).equals(text)
  }

  /// The number that the bytes spell in decimal digits, at most `digitsMax` of them and all of them
  /// digits.
  func decimal(digitsMax: Int) -> Int64? {
    guard byteCount >= 1, byteCount <= digitsMax else { return nil }
    var number: Int64 = 0
    for offset in byteOffsets {
      let digit = self[offset]
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      number = number * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    return number
  }

  /// The offsets that are left when spaces and tabs at both ends are not counted.
  func trimmedOffsets(in range: Range<Int>) -> Range<Int> {
    var range = range
    while let last = range.last, isBlank(last) { range = range.lowerBound..<last }
    while let first = range.first, isBlank(first) { range = first + 1..<range.upperBound }
    return range
  }

  private func isBlank(_ offset: Int) -> Bool {
    self[offset] == UInt8(ascii: " ") || self[offset] == UInt8(ascii: "\t")
  }

  /// Lets `body` have each part between separators, without the blanks around it.
  func forEachPart<E: Error>(
    separatedBy separator: UInt8, _ body: (RawSpan) throws(E) -> Void
  ) throws(E) {
    var start = 0
    for offset in 0...byteCount where offset == byteCount || self[offset] == separator {
      try body(extracting(trimmedOffsets(in: start..<offset)))
      start = offset + 1
    }
  }
}
