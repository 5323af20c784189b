/// The 2048-bit filter over a block's log addresses and topics (Yellow Paper, 4.3.1).
public struct Bloom: Hashable, Sendable {
  public static let byteCount = 256

  public private(set) var bytes: [UInt8]

  /// One piece of memory for all empty filters.
  private static let zeros = [UInt8](repeating: 0, count: byteCount)

  public init() {
    bytes = Self.zeros
  }

  /// Whether nothing was inserted.
  public var isEmpty: Bool { bytes == Self.zeros }

  /// Nil unless there are 256 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// Sets the three bits of an address or a topic.
  public mutating func insert(_ value: [UInt8]) {
    for bit in Self.bits(of: value) {
      bytes[Self.byteCount - 1 - bit / 8] |= 1 << UInt8(bit % 8)
    }
  }

  /// False only when the value was never inserted.
  public func mayContain(_ value: [UInt8]) -> Bool {
    Self.bits(of: value).allSatisfy { bit in
      bytes[Self.byteCount - 1 - bit / 8] >> UInt8(bit % 8) & 1 == 1
    }
  }

  public mutating func formUnion(_ other: Bloom) {
    if other.isEmpty { return }
    for index in bytes.indices {
      bytes[index] |= other.bytes[index]
    }
  }

  private static func bits(of value: [UInt8]) -> [Int] {
    let hash = Keccak256.hash(value).bytes
    return [0, 2, 4].map { (Int(hash[$0]) << 8 | Int(hash[$0 + 1])) & 2047 }
  }
}
