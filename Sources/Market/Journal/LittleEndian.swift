extension [UInt8] {
  @inline(__always)
  mutating func append<Value: FixedWidthInteger & UnsignedInteger>(littleEndian value: Value) {
    for shift in stride(from: 0, to: Value.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> Value(shift)))
    }
  }
}

extension Span<UInt8> {
  /// Traps past the end: callers check the length.
  @inline(__always)
  func littleEndian<Value: FixedWidthInteger & UnsignedInteger>(at offset: Int) -> Value {
    var value: Value = 0
    for index in (0..<Value.bitWidth / 8).reversed() {
      value = value << 8 | Value(self[offset + index])
    }
    return value
  }
}
