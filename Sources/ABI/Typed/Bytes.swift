/// The ABI's `bytes`, which is not `uint8[]`.
public struct Bytes: ABIValue, Hashable {
  public let array: [UInt8]

  public init(_ array: [UInt8]) {
    self.array = array
  }

  public static var abiKind: Kind { .bytes }
  public var abiValue: Value { .bytes(array) }

  public init?(_ value: Value) {
    guard case .bytes(let bytes) = value else { return nil }
    array = bytes
  }
}

/// The ABI's `bytes1` to `bytes31`; for `bytes32` there is `Digest`.
public struct FixedBytes<let count: Int>: ABIValue, Hashable {
  public let array: [UInt8]

  /// Nil for another number of bytes.
  public init?(_ array: [UInt8]) {
    guard array.count == count else { return nil }
    self.array = array
  }

  public static var abiKind: Kind { .fixedBytes(count) }
  public var abiValue: Value { .bytes(array) }

  public init?(_ value: Value) {
    guard case .bytes(let bytes) = value else { return nil }
    self.init(bytes)
  }
}

extension Array: ABIValue where Element: ABIValue {
  public static var abiKind: Kind { .array(Element.abiKind) }
  public var abiValue: Value { .array(map(\.abiValue)) }

  public init?(_ value: Value) {
    guard case .array(let values) = value else { return nil }
    self = []
    reserveCapacity(values.count)
    for value in values {
      guard let element = Element(value) else { return nil }
      append(element)
    }
  }
}
