/// Writes CBOR in its core deterministic form (RFC 8949, section 4.2.1): every number in its
/// shortest form, every length given in advance, keys of a map ascending.
public struct CBORWriter: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public mutating func write(_ value: UInt64) {
    head(.unsigned, value)
  }

  public mutating func write(_ value: [UInt8]) {
    head(.bytes, UInt64(value.count))
    bytes += value
  }

  public mutating func write(_ value: String) {
    head(.text, UInt64(value.utf8.count))
    bytes += value.utf8
  }

  /// Begins an array, of which `count` items must follow.
  public mutating func beginArray(_ count: Int) {
    head(.array, UInt64(count))
  }

  /// Begins a map, of which `count` pairs must follow, ascending by key.
  public mutating func beginMap(_ count: Int) {
    head(.map, UInt64(count))
  }

  private mutating func head(_ type: CBORType, _ value: UInt64) {
    let major = type.rawValue << 5
    let size =
      switch value {
      case ..<24: 0
      case ...0xFF: 1
      case ...0xFFFF: 2
      case ...0xFFFF_FFFF: 4
      default: 8
      }
    guard size > 0 else { return bytes.append(major | UInt8(value)) }
    bytes.append(major | UInt8(24 + size.trailingZeroBitCount))
    for shift in stride(from: (size - 1) * 8, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }
}

/// The major types that receipts are made of (RFC 8949, section 3.1).
enum CBORType: UInt8 {
  case unsigned = 0
  case bytes = 2
  case text = 3
  case array = 4
  case map = 5
}
