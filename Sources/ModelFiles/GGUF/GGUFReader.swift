/// A place in a GGUF file that moves on with each value read.
struct GGUFReader {
  private(set) var offset = 0

  /// Passes `count` bytes.
  mutating func take(
    _ count: Int, _ part: GGUFMalformed.Part, _ bytes: Span<UInt8>
  ) throws(GGUFMalformed) -> Range<Int> {
    guard count <= bytes.count - offset else { throw .cut(part, offset: offset) }
    let range = offset..<offset + count
    offset = range.upperBound
    return range
  }

  mutating func integer<Value: FixedWidthInteger>(
    _ part: GGUFMalformed.Part, _ bytes: Span<UInt8>
  ) throws(GGUFMalformed) -> Value {
    let range = try take(Value.bitWidth / 8, part, bytes)
    var value: Value = 0
    for position in range.reversed() {
      value = value << 8 | Value(truncatingIfNeeded: bytes[position])
    }
    return value
  }

  /// A count that is at most `max`, and not more than the rest of the file can hold.
  mutating func count(
    _ part: GGUFMalformed.Part, max: Int, elementBytes: Int, _ bytes: Span<UInt8>
  ) throws(GGUFMalformed) -> Int {
    let start = offset
    let count: UInt64 = try integer(part, bytes)
    guard count <= UInt64(clamping: max),
      count <= UInt64(clamping: (bytes.count - offset) / elementBytes)
    else { throw .tooMany(part, count: count, offset: start) }
    return Int(count)
  }

  mutating func string(
    _ part: GGUFMalformed.Part, lengthMax: Int, _ bytes: Span<UInt8>
  ) throws(GGUFMalformed) -> String {
    let start = offset
    let length = try count(part, max: lengthMax, elementBytes: 1, bytes)
    let range = try take(length, part, bytes)
    do {
      return String(copying: try UTF8Span(validating: bytes.extracting(range)))
    } catch {
      throw .text(part, offset: start)
    }
  }
}
