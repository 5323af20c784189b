/// Base 64 by RFC 4648: written with padding, read in both alphabets, padded or not.
enum Base64 {
  static func encode(_ bytes: Span<UInt8>, into output: inout [UInt8]) {
    var offset = 0
    while offset < bytes.count {
      let count = min(3, bytes.count - offset)
      var group = UInt32(bytes[offset]) << 16
      if count > 1 { group |= UInt32(bytes[offset + 1]) << 8 }
      if count > 2 { group |= UInt32(bytes[offset + 2]) }
      for position in 0..<4 {
        let digit = Int(group >> UInt32(18 - 6 * position) & 63)
        output.append(position <= count ? alphabet[digit] : 0x3D)
      }
      offset += count
    }
  }

  static func decode(_ text: [UInt8]) -> [UInt8]? {
    var digits = text[...]
    if digits.count.isMultiple(of: 4) {
      for _ in 0..<2 where digits.last == 0x3D { digits.removeLast() }
    }
    guard digits.count % 4 != 1 else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(digits.count / 4 * 3 + 2)
    var group: UInt32 = 0
    var bits = 0
    for digit in digits {
      guard let value = value(of: digit) else { return nil }
      group = group << 6 | value
      bits += 6
      guard bits >= 8 else { continue }
      bits -= 8
      result.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
    }
    return result
  }

  private static func value(of digit: UInt8) -> UInt32? {
    switch digit {
    case 0x41...0x5A: UInt32(digit - 0x41)
    case 0x61...0x7A: UInt32(digit - 0x61) + 26
    case 0x30...0x39: UInt32(digit - 0x30) + 52
    case 0x2B, 0x2D: 62
    case 0x2F, 0x5F: 63
    default: nil
    }
  }

  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
}
