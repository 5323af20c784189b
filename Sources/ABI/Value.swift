public import Primitives

/// A value of the contract ABI.
public indirect enum Value: Hashable, Sendable {
  case uint(U256)
  /// In two's complement over 256 bits.
  case int(U256)
  case address(Address)
  case bool(Bool)
  /// Of a fixed or a variable number.
  case bytes([UInt8])
  case string(String)
  /// Of a fixed or a variable number.
  case array([Value])
  case tuple([Value])
}

/// A value is not of its type, or too large for it.
public struct Mismatch: Error, Hashable, Sendable {
  public let kind: Kind
}

/// Why bytes are not the encoding of any values of the types asked for.
public enum Malformed: Error, Hashable, Sendable {
  /// The bytes end within a value.
  case truncated
  /// Something follows the last value.
  case trailing
  /// A value does not begin where the one before ends.
  case offset
  /// A number, an address or a truth value is out of its range.
  case range
  /// Bytes that fill up a word are not zero.
  case padding
  case utf8
}
