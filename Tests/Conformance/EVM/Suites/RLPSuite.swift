internal import Primitives

/// RLPTests of `ethereum/tests`: items and their encodings, and encodings that are none.
public enum RLPSuite {
  public static func run(_ json: JSON, file: String) -> [Verdict] {
    json.members.map { name, test in
      Verdict(name: "\(file)/\(name)", failure: failure(test))
    }
  }

  private static func failure(_ test: JSON) -> String? {
    do {
      let output = try test.required("out").bytes()
      let decoded = Result { try RLP.Item(decoding: output) }
      switch try test.required("in").text {
      case "INVALID":
        return (try? decoded.get()).map { "was read as \($0)" }
      case "VALID":
        return try decoded.get().encoded == output ? nil : "does not come back the same"
      default:
        let item = try item(test.required("in"))
        if item.encoded != output { return "encoded as \(Hex.encode(item.encoded))" }
        return try decoded.get() == item ? nil : "was read as something else"
      }
    } catch {
      return "\(error)"
    }
  }

  private static func item(_ json: JSON) throws -> RLP.Item {
    switch json {
    case .array(let elements): .list(try elements.map(item))
    case .string(let text) where text.hasPrefix("#"): .bytes(bigEndian(decimal: text.dropFirst()))
    case .string(let text): .bytes(Array(text.utf8))
    case .number(let text): .bytes(bigEndian(decimal: text[...]))
    default: throw UnreadableData("no item of RLP")
    }
  }

  /// Decimal digits as bytes without leading zeros, of any length.
  private static func bigEndian(decimal digits: Substring) -> [UInt8] {
    var bytes: [UInt8] = []
    for digit in digits.utf8 {
      var carry = Int(digit) - 0x30
      for index in bytes.indices.reversed() {
        carry += Int(bytes[index]) * 10
        bytes[index] = UInt8(carry & 0xFF)
        carry >>= 8
      }
      if carry > 0 { bytes.insert(UInt8(carry), at: 0) }
    }
    return bytes
  }
}
