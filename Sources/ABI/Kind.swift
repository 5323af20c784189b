/// A type of the contract ABI (Solidity's "Contract ABI Specification").
public indirect enum Kind: Hashable, Sendable {
  /// 8 to 256 bits, in steps of 8.
  case uint(Int)
  case int(Int)
  case address
  case bool
  /// 1 to 32 bytes.
  case fixedBytes(Int)
  case bytes
  case string
  case array(Kind)
  /// At least one element.
  case fixedArray(Kind, Int)
  /// At least one component.
  case tuple([Kind])

  /// How deep types may be nested, so that nobody's type exhausts the stack.
  public static let depthMax = 16
  /// How many words the fixed part of a type may have.
  public static let headWordsMax = 1 << 16

  /// Whether values differ in size, and so lie behind an offset.
  public var isDynamic: Bool {
    switch self {
    case .bytes, .string, .array: true
    case .fixedArray(let element, _): element.isDynamic
    case .tuple(let components): components.contains(where: \.isDynamic)
    case .uint, .int, .address, .bool, .fixedBytes: false
    }
  }

  /// The bytes in the fixed part of what holds the value: its own, or an offset's.
  var headByteCount: Int {
    guard !isDynamic else { return 32 }
    return switch self {
    case .fixedArray(let element, let count): element.headByteCount * count
    case .tuple(let components): components.reduce(0) { $0 + $1.headByteCount }
    default: 32
    }
  }
}

extension Kind: CustomStringConvertible {
  /// The canonical name, as it stands in signatures.
  public var description: String {
    switch self {
    case .uint(let bits): "uint\(bits)"
    case .int(let bits): "int\(bits)"
    case .address: "address"
    case .bool: "bool"
    case .fixedBytes(let count): "bytes\(count)"
    case .bytes: "bytes"
    case .string: "string"
    case .array(let element): "\(element)[]"
    case .fixedArray(let element, let count): "\(element)[\(count)]"
    case .tuple(let components): "(" + components.map(\.description).joined(separator: ",") + ")"
    }
  }
}
