extension UInt8 {
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
  var isLowercase: Bool { self >= 0x61 && self <= 0x7A }
  var isUppercase: Bool { self >= 0x41 && self <= 0x5A }
  var isIdentifierPart: Bool { isDigit || isLowercase || isUppercase || self == 0x5F }
}

extension String {
  /// The JSON name of a field without one, as protoc derives it.
  var lowerCamelCase: String {
    var result: [UInt8] = []
    var capitalizes = false
    for byte in utf8 {
      if byte == 0x5F {
        capitalizes = true
        continue
      }
      result.append(capitalizes && byte.isLowercase ? byte - 0x20 : byte)
      capitalizes = false
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The path of a field mask in JSON, or `nil` when it could not be read back.
  var camelCasePath: String? {
    guard utf8.allSatisfy({ $0.isIdentifierPart || $0 == 0x2E }) else { return nil }
    let camel = lowerCamelCase
    return camel.snakeCasePath == self ? camel : nil
  }

  /// The original path of a field mask's JSON form, or `nil` when it is not one.
  var snakeCasePath: String? {
    var result: [UInt8] = []
    for byte in utf8 {
      guard (byte.isIdentifierPart || byte == 0x2E) && byte != 0x5F else { return nil }
      if byte.isUppercase { result += [0x5F, byte + 0x20] } else { result.append(byte) }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
