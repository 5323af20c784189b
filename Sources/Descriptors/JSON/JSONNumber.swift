/// A number in JSON's grammar, exact.
struct JSONNumber {
  private(set) var isNegative = false
  /// The digits without a sign, a point and the zeros at both ends.
  private var digits: [UInt8] = []
  /// The power of ten that the digits are multiplied with.
  private var exponent = 0

  /// Reads a whole text; `nil` when it is not a number.
  init?(_ text: Span<UInt8>) {
    guard Self.end(from: 0, in: text) == text.count else { return nil }
    var offset = 0
    if text[0] == 0x2D { (isNegative, offset) = (true, 1) }
    var fractionCount = 0
    var isFraction = false
    while offset < text.count, text[offset].isDigit || text[offset] == 0x2E {
      if text[offset] == 0x2E {
        isFraction = true
      } else {
        if !digits.isEmpty || text[offset] != 0x30 { digits.append(text[offset] - 0x30) }
        if isFraction { fractionCount += 1 }
      }
      offset += 1
    }
    exponent = Self.exponent(from: offset, in: text) - fractionCount
    while digits.last == 0 {
      digits.removeLast()
      exponent += 1
    }
  }

  /// The absolute value, when it is whole and fits.
  var magnitude: UInt64? {
    guard !digits.isEmpty else { return 0 }
    guard exponent >= 0, digits.count + exponent <= Self.digitsMax else { return nil }
    var value: UInt64 = 0
    for index in 0..<digits.count + exponent {
      let (product, overflows) = value.multipliedReportingOverflow(by: 10)
      let digit = index < digits.count ? UInt64(digits[index]) : 0
      let (sum, carries) = product.addingReportingOverflow(digit)
      guard !overflows, !carries else { return nil }
      value = sum
    }
    return value
  }

  var int64: Int64? {
    guard let magnitude else { return nil }
    guard isNegative else { return Int64(exactly: magnitude) }
    return magnitude == 1 << 63 ? .min : Int64(exactly: magnitude).map { -$0 }
  }

  var uint64: UInt64? {
    isNegative && magnitude != 0 ? nil : magnitude
  }

  /// Where the number that begins at `start` ends.
  static func end(from start: Int, in text: Span<UInt8>) -> Int? {
    var offset = start
    func isDigit(_ offset: Int, _ text: Span<UInt8>) -> Bool {
      offset < text.count && text[offset].isDigit
    }
    if offset < text.count, text[offset] == 0x2D { offset += 1 }
    guard isDigit(offset, text) else { return nil }
    let hasLeadingZero = text[offset] == 0x30
    offset += 1
    if hasLeadingZero, isDigit(offset, text) { return nil }
    while isDigit(offset, text) { offset += 1 }
    if offset < text.count, text[offset] == 0x2E {
      offset += 1
      guard isDigit(offset, text) else { return nil }
      while isDigit(offset, text) { offset += 1 }
    }
    if offset < text.count, text[offset] | 0x20 == 0x65 {
      offset += 1
      if offset < text.count, text[offset] == 0x2B || text[offset] == 0x2D { offset += 1 }
      guard isDigit(offset, text) else { return nil }
      while isDigit(offset, text) { offset += 1 }
    }
    return offset
  }

  private static func exponent(from start: Int, in text: Span<UInt8>) -> Int {
    guard start < text.count else { return 0 }
    var offset = start + 1
    let isNegative = text[offset] == 0x2D
    if isNegative || text[offset] == 0x2B { offset += 1 }
    var value = 0
    while offset < text.count {
      // Beyond this no 64-bit integer is whole or fits, whatever the digits.
      value = min(value * 10 + Int(text[offset] - 0x30), 1 << 30)
      offset += 1
    }
    return isNegative ? -value : value
  }

  /// 2⁶⁴ has 20 digits.
  private static let digitsMax = 20
}
