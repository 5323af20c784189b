internal import Buffers

extension ByteQueue {
  /// Appends `text` as a string of JSON (RFC 8259 section 7).
  mutating func appendJSON(_ text: String) {
    append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case UInt8(ascii: "\n"): append("\\n")
      case 0..<0x20:
        append("\\u00")
        for digit in [byte >> 4, byte & 15] {
          append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
      default: append(byte)
      }
    }
    append(UInt8(ascii: "\""))
  }

  /// Appends what `body` makes of each element, with commas in between.
  mutating func appendJSON<S: Sequence>(
    list elements: S, _ body: (inout ByteQueue, S.Element) -> Void
  ) {
    var isFirst = true
    for element in elements {
      if !isFirst { append(UInt8(ascii: ",")) }
      isFirst = false
      body(&self, element)
    }
  }
}
