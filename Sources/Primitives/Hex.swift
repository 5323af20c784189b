/// Bytes as lowercase hexadecimal digits, with or without `0x` in front.
public enum Hex {
  /// Why a text is not hexadecimal.
  public enum Malformed: Error, Hashable, Sendable {
    case oddLength(Int)
    /// `offset` counts bytes of the text, the prefix included.
    case notADigit(UInt8, offset: Int)
  }

  public static func encode(_ bytes: Span<UInt8>, prefix: Bool = false) -> String {
    var digits: [UInt8] = prefix ? [UInt8(ascii: "0"), UInt8(ascii: "x")] : []
    digits.reserveCapacity(digits.count + bytes.count * 2)
    for index in bytes.indices {
      digits.append(digit(bytes[index] >> 4))
      digits.append(digit(bytes[index] & 15))
    }
    return String(decoding: digits, as: UTF8.self)
  }

  public static func encode(_ bytes: [UInt8], prefix: Bool = false) -> String {
    encode(bytes.span, prefix: prefix)
  }

  /// Reads pairs of digits of either case.
  public static func decode(_ text: some StringProtocol) throws(Malformed) -> [UInt8] {
    let digits = Array(text.utf8)
    let hasPrefix =
      digits.count >= 2 && digits[0] == UInt8(ascii: "0") && digits[1] | 0x20 == UInt8(ascii: "x")
    var offset = hasPrefix ? 2 : 0
    guard (digits.count - offset).isMultiple(of: 2) else {
      throw .oddLength(digits.count - offset)
    }

    var bytes: [UInt8] = []
    bytes.reserveCapacity((digits.count - offset) / 2)
    while offset < digits.count {
      let high = try value(of: digits[offset], at: offset)
      let low = try value(of: digits[offset + 1], at: offset + 1)
      bytes.append(high << 4 | low)
      offset += 2
    }
    return bytes
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
  }

  private static func value(of digit: UInt8, at offset: Int) throws(Malformed) -> UInt8 {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: throw .notADigit(digit, offset: offset)
    }
  }
}

extension Hex.Malformed: CustomStringConvertible {
  public var description: String {
    switch self {
    case .oddLength(let count):
      "hexadecimal digits come in pairs, but there are \(count)"
    case .notADigit(let byte, let offset):
      "byte \(byte) at offset \(offset) is not a hexadecimal digit"
    }
  }
}
