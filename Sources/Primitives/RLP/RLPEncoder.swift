extension RLP {
  /// Appends items to a buffer.
  public struct Encoder {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func append(_ string: Span<UInt8>) {
      if string.count == 1 && string[0] < 0x80 {
        bytes.append(string[0])
        return
      }
      appendHeader(0x80, string.count, at: bytes.count)
      unsafe string.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    public mutating func append(_ string: [UInt8]) {
      append(string.span)
    }

    /// A number as its bytes without leading zeros.
    public mutating func append(_ number: UInt64) {
      if number == 0 {
        bytes.append(0x80)
      } else if number < 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: number))
      } else {
        let count = 8 - number.leadingZeroBitCount / 8
        bytes.append(0x80 + UInt8(truncatingIfNeeded: count))
        appendBigEndian(number, count)
      }
    }

    public mutating func append(_ number: U256) {
      guard !number.fitsInOneLimb else { return append(number.w0) }
      append(number.minimalBytes)
    }

    public mutating func append(_ digest: Digest) {
      append(digest.bytes.span)
    }

    public mutating func append(_ address: Address) {
      append(address.bytes)
    }

    /// An address, or the empty string of a contract's creation.
    public mutating func append(_ address: Address?) {
      if let address { append(address) } else { bytes.append(0x80) }
    }

    public mutating func append(_ item: Item) {
      switch item {
      case .bytes(let string): append(string)
      case .list(let items):
        list { list in
          for item in items { list.append(item) }
        }
      }
    }

    /// Bytes that are an item, or several, already.
    public mutating func appendEncoded(_ encoded: [UInt8]) {
      bytes += encoded
    }

    /// A list of what `content` appends.
    public mutating func list(_ content: (inout Encoder) -> Void) {
      let start = bytes.count
      content(&self)
      appendHeader(0xC0, bytes.count - start, at: start)
    }

    /// Puts a header before `count` bytes that are there from `start` on, or will be.
    private mutating func appendHeader(_ kind: UInt8, _ count: Int, at start: Int) {
      guard count > 55 else {
        bytes.insert(kind + UInt8(truncatingIfNeeded: count), at: start)
        return
      }
      let length = UInt64(count)
      let width = 8 - length.leadingZeroBitCount / 8
      var header = [kind + 55 + UInt8(truncatingIfNeeded: width)]
      for index in (0..<width).reversed() {
        header.append(UInt8(truncatingIfNeeded: length >> UInt64(8 * index)))
      }
      bytes.insert(contentsOf: header, at: start)
    }

    private mutating func appendBigEndian(_ number: UInt64, _ count: Int) {
      for index in (0..<count).reversed() {
        bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index)))
      }
    }
  }
}
