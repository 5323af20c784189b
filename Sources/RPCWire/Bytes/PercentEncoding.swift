internal import HTTP

/// `%41` for `A`: how text travels where only some characters may.
package enum PercentEncoding {
  /// The text for `grpc-message` (grpc/grpc doc/PROTOCOL-HTTP2.md, "Percent-Encoded").
  package static func encodeMessage(_ text: String) -> String {
    let bytes = text.utf8
    // Blanks at the ends would not survive as part of an HTTP field.
    let hasOuterBlank = bytes.first == UInt8(ascii: " ") || bytes.last == UInt8(ascii: " ")
    if !hasOuterBlank, bytes.allSatisfy(isPlainInMessage) { return text }
    var output: [UInt8] = []
    for (offset, byte) in bytes.enumerated() {
      let isOuterBlank =
        byte == UInt8(ascii: " ") && (offset == 0 || offset == bytes.count - 1)
      append(byte, isPlain: isPlainInMessage(byte) && !isOuterBlank, to: &output)
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The text of `grpc-message`. What is not a valid escape stays as it is, and what is not UTF-8
  /// is replaced: a bad message must not hide the status.
  package static func decodeMessage(_ bytes: RawSpan) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.byteCount)
    var offset = 0
    while offset < bytes.byteCount {
      if let byte = escape(in: bytes, at: offset) {
        output.append(byte)
        offset += 3
      } else {
        output.append(bytes[offset])
        offset += 1
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// A value for a URL's query.
  static func encodeQuery(_ bytes: RawSpan) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.byteCount)
    for offset in bytes.byteOffsets {
      append(bytes[offset], isPlain: isUnreserved(bytes[offset]), to: &output)
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The bytes of a name or a value in a URL's query, nil when there is a bad escape.
  static func decodeQuery(_ bytes: RawSpan) -> [UInt8]? {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.byteCount)
    var offset = 0
    while offset < bytes.byteCount {
      switch bytes[offset] {
      case UInt8(ascii: "%"):
        guard let byte = escape(in: bytes, at: offset) else { return nil }
        output.append(byte)
        offset += 3
      case UInt8(ascii: "+"):
        // Forms, and URLSearchParams with them, write a space like that.
        output.append(UInt8(ascii: " "))
        offset += 1
      default:
        output.append(bytes[offset])
        offset += 1
      }
    }
    return output
  }
}

extension PercentEncoding {
  private static func append(_ byte: UInt8, isPlain: Bool, to output: inout [UInt8]) {
    guard !isPlain else {
      output.append(byte)
      return
    }
    output.append(UInt8(ascii: "%"))
    output.append(hexDigit(byte >> 4))
    output.append(hexDigit(byte & 15))
  }

  private static func escape(in bytes: RawSpan, at offset: Int) -> UInt8? {
    guard bytes[offset] == UInt8(ascii: "%"), offset + 2 < bytes.byteCount,
      let high = hexValue(bytes[offset + 1]), let low = hexValue(bytes[offset + 2])
    else { return nil }
    return high << 4 | low
  }

  private static func isPlainInMessage(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte <= 0x7E && byte != UInt8(ascii: "%")
  }

  /// RFC 3986 section 2.3.
  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
  }

  private static func hexValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
