/// Writing the wire format at the end of an array.
extension [UInt8] {
  mutating func appendVarint(_ value: UInt64) {
    var value = value
    while value >= 0x80 {
      append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    append(UInt8(truncatingIfNeeded: value))
  }

  mutating func appendTag(_ number: Int, _ type: WireType) {
    appendVarint(UInt64(number) << 3 | UInt64(type.rawValue))
  }

  mutating func appendFixed(_ bits: UInt64, byteCount: Int) {
    for position in 0..<byteCount {
      append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * position)))
    }
  }

  mutating func appendDelimited(_ bytes: [UInt8]) {
    appendVarint(UInt64(bytes.count))
    append(contentsOf: bytes)
  }

  /// Leaves room for a length that is not known yet.
  mutating func beginDelimited() -> Int {
    append(0)
    return count
  }

  /// Fills in the length of all that came since `start`.
  mutating func endDelimited(_ start: Int) {
    var length = count - start
    // Most lengths fit the one byte that was left for them; the rest move their content.
    guard length >= 0x80 else {
      self[start - 1] = UInt8(length)
      return
    }
    var bytes: [UInt8] = []
    while length >= 0x80 {
      bytes.append(UInt8(length & 0x7F) | 0x80)
      length >>= 7
    }
    bytes.append(UInt8(length))
    replaceSubrange(start - 1..<start, with: bytes)
  }
}
