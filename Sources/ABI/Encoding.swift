internal import Primitives

/// The encoding of values as the arguments of a call.
public enum Encoding {
  /// - Throws: ``Mismatch`` where a value is not of its type.
  public static func encode(_ values: [Value], as kinds: [Kind]) throws(Mismatch) -> [UInt8] {
    guard values.count == kinds.count else { throw Mismatch(kind: .tuple(kinds)) }
    var head: [UInt8] = []
    var tail: [UInt8] = []
    let headByteCount = kinds.reduce(0) { $0 + $1.headByteCount }
    for (value, kind) in zip(values, kinds) {
      if kind.isDynamic {
        head += U256(UInt64(headByteCount + tail.count)).bytes
        tail += try encode(value, as: kind)
      } else {
        head += try encode(value, as: kind)
      }
    }
    return head + tail
  }

  /// A call's data: the function's selector and its arguments.
  public static func call(
    _ name: String, _ values: [Value], as kinds: [Kind]
  ) throws(Mismatch) -> [UInt8] {
    try selector(name, kinds) + encode(values, as: kinds)
  }

  /// The first four bytes of the signature's Keccak-256.
  public static func selector(_ name: String, _ kinds: [Kind]) -> [UInt8] {
    let signature = name + "(" + kinds.map(\.description).joined(separator: ",") + ")"
    return Array(Keccak256.hash(Array(signature.utf8)).array.prefix(4))
  }

  private static func encode(_ value: Value, as kind: Kind) throws(Mismatch) -> [UInt8] {
    switch (kind, value) {
    case (.uint(let bits), .uint(let number)) where number.bitWidth <= bits: return number.bytes
    case (.int(let bits), .int(let number)) where number.isSigned(bits: bits):
      return number.bytes
    case (.address, .address(let address)): return address.word.bytes
    case (.bool, .bool(let condition)): return U256(condition).bytes
    case (.fixedBytes(let count), .bytes(let bytes)) where bytes.count == count:
      return padded(bytes)
    case (.bytes, .bytes(let bytes)): return U256(UInt64(bytes.count)).bytes + padded(bytes)
    case (.string, .string(let text)):
      return U256(UInt64(text.utf8.count)).bytes + padded(Array(text.utf8))
    case (.array(let element), .array(let elements)):
      return U256(UInt64(elements.count)).bytes
        + (try encode(elements, as: elements.map { _ in element }))
    case (.fixedArray(let element, let count), .array(let elements)) where elements.count == count:
      return try encode(elements, as: elements.map { _ in element })
    case (.tuple(let kinds), .tuple(let values)): return try encode(values, as: kinds)
    default: throw Mismatch(kind: kind)
    }
  }

  private static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32)
  }
}

extension U256 {
  /// Whether a number in two's complement fits so many bits.
  func isSigned(bits: Int) -> Bool {
    signExtended(fromByte: U256(UInt64(bits / 8 - 1))) == self
  }
}
