extension RLP {
  /// Takes items off the front of a buffer and refuses everything that is not canonical.
  public struct Reader {
    private let buffer: [UInt8]
    public private(set) var position: Int
    private let limit: Int

    public init(_ bytes: [UInt8]) {
      buffer = bytes
      position = 0
      limit = bytes.count
    }

    private init(_ buffer: [UInt8], _ range: Range<Int>) {
      self.buffer = buffer
      position = range.lowerBound
      limit = range.upperBound
    }

    public var isAtEnd: Bool { position >= limit }

    /// Whether the next item is a list; false at the end.
    public var isAtList: Bool { position < limit && buffer[position] >= 0xC0 }

    /// Fails unless everything has been read.
    public func end() throws(Malformed) {
      guard isAtEnd else { throw .trailingBytes(limit - position) }
    }

    /// Where the payload of the next item is, and whether it is a list. Moves past it.
    private mutating func next() throws(Malformed) -> (isList: Bool, payload: Range<Int>) {
      guard position < limit else { throw .truncated }
      let first = buffer[position]
      switch first {
      case 0..<0x80:
        position += 1
        return (false, position - 1..<position)
      case 0x80...0xB7:
        let payload = try take(Int(first - 0x80), after: 1)
        if payload.count == 1 && buffer[payload.lowerBound] < 0x80 { throw .notCanonical }
        return (false, payload)
      case 0xB8...0xBF:
        return (false, try takeLong(Int(first - 0xB7)))
      case 0xC0...0xF7:
        return (true, try take(Int(first - 0xC0), after: 1))
      default:
        return (true, try takeLong(Int(first - 0xF7)))
      }
    }

    private mutating func take(_ count: Int, after header: Int) throws(Malformed) -> Range<Int> {
      guard count <= limit - position - header else { throw .truncated }
      let start = position + header
      position = start + count
      return start..<start + count
    }

    private mutating func takeLong(_ width: Int) throws(Malformed) -> Range<Int> {
      guard width <= limit - position - 1 else { throw .truncated }
      guard buffer[position + 1] != 0 else { throw .notCanonical }
      var length: UInt64 = 0
      for index in 1...width {
        length = length << 8 | UInt64(buffer[position + index])
      }
      guard length > 55 else { throw .notCanonical }
      guard let count = Int(exactly: length) else { throw .lengthTooLarge }
      return try take(count, after: 1 + width)
    }

    /// A reader of the next item's content, which must be a list.
    public mutating func list() throws(Malformed) -> Reader {
      let (isList, payload) = try next()
      guard isList else { throw .expectedList }
      return Reader(buffer, payload)
    }

    public mutating func bytes() throws(Malformed) -> [UInt8] {
      Array(buffer[try range()])
    }

    private mutating func range() throws(Malformed) -> Range<Int> {
      let (isList, payload) = try next()
      guard !isList else { throw .expectedBytes }
      return payload
    }

    public mutating func uint64() throws(Malformed) -> UInt64 {
      let value = try number(bytes: 8)
      return value.w0
    }

    public mutating func u256() throws(Malformed) -> U256 {
      try number(bytes: 32)
    }

    private mutating func number(bytes most: Int) throws(Malformed) -> U256 {
      let range = try range()
      if range.isEmpty { return .zero }
      guard buffer[range.lowerBound] != 0 else { throw .leadingZero }
      guard range.count <= most else { throw .wrongSize(expected: most, actual: range.count) }
      return word(range)
    }

    private func word(_ range: Range<Int>) -> U256 {
      var value = U256.zero
      for index in range {
        value = value.shiftedLeft(by: 8) | U256(UInt64(buffer[index]))
      }
      return value
    }

    public mutating func digest() throws(Malformed) -> Digest {
      Digest(word(try fixed(Digest.byteCount)))
    }

    public mutating func address() throws(Malformed) -> Address {
      Address(truncating: word(try fixed(Address.byteCount)))
    }

    /// An address, or nil for the empty string.
    public mutating func addressOrNone() throws(Malformed) -> Address? {
      let range = try range()
      if range.isEmpty { return nil }
      guard range.count == Address.byteCount else {
        throw .wrongSize(expected: Address.byteCount, actual: range.count)
      }
      return Address(truncating: word(range))
    }

    private mutating func fixed(_ count: Int) throws(Malformed) -> Range<Int> {
      let range = try range()
      guard range.count == count else { throw .wrongSize(expected: count, actual: range.count) }
      return range
    }

    /// The next item with its header.
    public mutating func encoded() throws(Malformed) -> [UInt8] {
      let start = position
      _ = try next()
      return Array(buffer[start..<position])
    }

    mutating func item(depth: Int) throws(Malformed) -> Item {
      guard depth < RLP.depthMax else { throw .tooDeep }
      let (isList, payload) = try next()
      guard isList else { return .bytes(Array(buffer[payload])) }
      var content = Reader(buffer, payload)
      var items: [Item] = []
      while !content.isAtEnd {
        items.append(try content.item(depth: depth + 1))
      }
      return .list(items)
    }
  }
}
