extension Span<UInt8> {
  /// `count` bytes from `offset` on; the input is followed by zeros without end.
  func padded(from offset: Int, count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let available = Swift.max(0, Swift.min(count, self.count - offset))
    for index in 0..<available { bytes[index] = self[offset + index] }
    return bytes
  }

  func array() -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      for index in indices { unsafe buffer.initializeElement(at: index, to: self[index]) }
      initializedCount = count
    }
  }

  /// The big-endian number of eight bytes.
  func bigEndian(at offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 << 8 | UInt64(self[offset + $1]) }
  }

  func littleEndian(at offset: Int) -> UInt64 {
    bigEndian(at: offset).byteSwapped
  }
}
