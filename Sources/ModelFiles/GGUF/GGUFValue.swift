/// A metadata value of a GGUF file.
public enum GGUFValue: Hashable, Sendable {
  case uint8(UInt8)
  case int8(Int8)
  case uint16(UInt16)
  case int16(Int16)
  case uint32(UInt32)
  case int32(Int32)
  case float32(Float)
  case bool(Bool)
  case string(String)
  case uint64(UInt64)
  case int64(Int64)
  case float64(Double)
  /// Elements of one type.
  indirect case array([GGUFValue])
  /// An array of strings: vocabularies have a hundred thousand.
  case strings([String])
  /// An array of numbers of any integer type.
  case integers([Int64])
  /// An array of numbers of either floating-point type.
  case floats([Double])
}

extension GGUFValue {
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// Any of the integer types, if it fits.
  public var integer: Int? {
    switch self {
    case .uint8(let value): Int(value)
    case .int8(let value): Int(value)
    case .uint16(let value): Int(value)
    case .int16(let value): Int(value)
    case .uint32(let value): Int(exactly: value)
    case .int32(let value): Int(value)
    case .uint64(let value): Int(exactly: value)
    case .int64(let value): Int(exactly: value)
    case .float32, .float64, .bool, .string, .array, .strings, .integers, .floats: nil
    }
  }

  public var float: Float? {
    switch self {
    case .float32(let value): value
    case .float64(let value): Float(value)
    case .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64, .bool, .string, .array,
      .strings, .integers, .floats:
      nil
    }
  }

  public var strings: [String]? {
    switch self {
    case .strings(let texts): texts
    case .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64, .float32, .float64,
      .bool, .string, .array, .integers, .floats:
      nil
    }
  }

  public var integers: [Int64]? {
    guard case .integers(let values) = self else { return nil }
    return values
  }

  public var floats: [Double]? {
    guard case .floats(let values) = self else { return nil }
    return values
  }
}
