extension Tensor {
  /// The elements as files and hashes have them: row-major, little-endian and without padding, types
  /// below eight bits packed from the low end, each text behind its length in bytes as a
  /// little-endian uint32.
  public func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
    switch content {
    case .text(let texts): return try body(Self.bytes(of: texts).span)
    case .bytes(let storage):
      guard elementType.sizeBits >= 8 else { return try body(packed(storage).span) }
      defer { withExtendedLifetime(storage) {} }
      let elements = unsafe UnsafeBufferPointer(
        start: UnsafePointer(storage.base.assumingMemoryBound(to: UInt8.self)),
        count: count * elementType.sizeBytes)
      return try body(unsafe elements.span)
    }
  }

  /// What ``withBytes(_:)`` shows, copied.
  public var bytes: [UInt8] {
    withBytes { span in unsafe span.withUnsafeBufferPointer { unsafe Array($0) } }
  }

  private static func bytes(of texts: [String]) -> [UInt8] {
    texts.flatMap { text in
      let count = UInt32(clamping: text.utf8.count)
      return (0..<4).map { UInt8(truncatingIfNeeded: count >> UInt32($0 * 8)) } + text.utf8
    }
  }

  private func packed(_ storage: TensorStorage) -> [UInt8] {
    let width = elementType.sizeBits
    let (perByte, mask) = (8 / width, UInt8(1 << width - 1))
    let elements = Elements<UInt8>(storage, count: count)
    var bytes = [UInt8](repeating: 0, count: (count + perByte - 1) / perByte)
    for index in 0..<count {
      bytes[index / perByte] |= (elements[index] & mask) << UInt8(index % perByte * width)
    }
    return bytes
  }

  /// Reads what ``withBytes(_:)`` gives.
  public init(
    _ elementType: ElementType, _ shape: [Int], bytes: [UInt8], budget: MemoryBudget? = nil
  ) throws(TensorError) {
    guard elementType != .string else {
      self = try Tensor(shape, text: Self.texts(bytes))
      return
    }
    let count = try Self.count(of: shape, elementType)
    self = try unsafe bytes.span.bytes.withUnsafeBytes { (raw) throws(TensorError) in
      try unsafe Tensor(elementType, shape, count: count, raw: raw, budget: budget)
    }
  }

  private static func texts(_ bytes: [UInt8]) throws(TensorError) -> [String] {
    var texts: [String] = []
    var place = 0
    while place < bytes.count {
      guard bytes.count - place >= 4 else { throw .text }
      let count = (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << ($1 * 8) }
      place += 4
      guard count <= bytes.count - place, texts.count < textCountMax,
        let text = String(validating: bytes[place..<(place + count)], as: UTF8.self)
      else { throw .text }
      texts.append(text)
      place += count
    }
    return texts
  }
}
