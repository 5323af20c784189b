public import Primitives

/// A Swift type that stands for one type of the contract ABI.
public protocol ABIValue: Sendable {
  static var abiKind: Kind { get }
  var abiValue: Value { get }
  /// Nil where the value is of another type or out of range.
  init?(_ value: Value)
}

extension U256: ABIValue {
  public static var abiKind: Kind { .uint(256) }
  public var abiValue: Value { .uint(self) }

  public init?(_ value: Value) {
    guard case .uint(let number) = value else { return nil }
    self = number
  }
}

extension ABIValue where Self: FixedWidthInteger & UnsignedInteger {
  public static var abiKind: Kind { .uint(Self.bitWidth) }
  public var abiValue: Value { .uint(U256(UInt64(self))) }

  public init?(_ value: Value) {
    guard case .uint(let number) = value, number.fitsInOneLimb else { return nil }
    self.init(exactly: number.w0)
  }
}

extension UInt8: ABIValue {}
extension UInt32: ABIValue {}
extension UInt64: ABIValue {}

extension Bool: ABIValue {
  public static var abiKind: Kind { .bool }
  public var abiValue: Value { .bool(self) }

  public init?(_ value: Value) {
    guard case .bool(let condition) = value else { return nil }
    self = condition
  }
}

extension Address: ABIValue {
  public static var abiKind: Kind { .address }
  public var abiValue: Value { .address(self) }

  public init?(_ value: Value) {
    guard case .address(let address) = value else { return nil }
    self = address
  }
}

extension Digest: ABIValue {
  public static var abiKind: Kind { .fixedBytes(32) }
  public var abiValue: Value { .bytes(array) }

  public init?(_ value: Value) {
    guard case .bytes(let bytes) = value else { return nil }
    try? self.init(bytes)
  }
}

extension String: ABIValue {
  public static var abiKind: Kind { .string }
  public var abiValue: Value { .string(self) }

  public init?(_ value: Value) {
    guard case .string(let text) = value else { return nil }
    self = text
  }
}
