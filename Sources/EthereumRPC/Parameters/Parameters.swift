internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

/// A request's parameters, by position, read as what a method wants them to be.
///
/// Messages are geth's, which some tools look into.
struct Parameters {
  private let values: [JSON]

  init(_ params: JSON?) throws(RPCFailure) {
    switch params {
    case nil, .null?: values = []
    case .array(let elements)?: values = elements
    default: throw .invalid("non-array args")
    }
  }

  var count: Int { values.count }

  /// Nil where the value is absent or null.
  subscript(index: Int) -> JSON? {
    index < values.count && !values[index].isNull ? values[index] : nil
  }

  func required(_ index: Int) throws(RPCFailure) -> JSON {
    guard let value = self[index] else {
      throw .invalid("missing value for required argument \(index)")
    }
    return value
  }

  private func named<Value>(
    _ index: Int, _ body: (JSON) throws(BadValue) -> Value
  ) throws(RPCFailure) -> Value {
    let value = try required(index)
    do throws(BadValue) {
      return try body(value)
    } catch {
      throw .invalid("invalid argument \(index): \(error.reason)")
    }
  }

  private func optional<Value>(
    _ index: Int, _ body: (JSON) throws(BadValue) -> Value
  ) throws(RPCFailure) -> Value? {
    guard self[index] != nil else { return nil }
    return try named(index, body)
  }

  // MARK: Values

  func digest(_ index: Int) throws(RPCFailure) -> Digest {
    try named(index) { (value) throws(BadValue) in try value.asDigest() }
  }

  func address(_ index: Int) throws(RPCFailure) -> Address {
    try named(index) { (value) throws(BadValue) in try value.asAddress() }
  }

  func bytes(_ index: Int) throws(RPCFailure) -> [UInt8] {
    try named(index) { (value) throws(BadValue) in try value.asBytes() }
  }

  func quantity(_ index: Int) throws(RPCFailure) -> UInt64 {
    try named(index) { (value) throws(BadValue) in try value.asQuantity() }
  }

  func bigQuantity(_ index: Int) throws(RPCFailure) -> U256 {
    try named(index) { (value) throws(BadValue) in try value.asBigQuantity() }
  }

  /// A number as hex, decimal digits or JSON's own: development tools write all three.
  func looseQuantity(_ index: Int) throws(RPCFailure) -> UInt64? {
    try optional(index) { (value) throws(BadValue) in
      switch value {
      case .number(let text), .string(let text):
        if let number = UInt64(text) { return number }
        return try JSON.string(text).asQuantity()
      default: throw BadValue("cannot read \(value.kind) as a number")
      }
    }
  }

  func flag(_ index: Int) throws(RPCFailure) -> Bool? {
    try optional(index) { (value) throws(BadValue) in
      guard case .bool(let flag) = value else { throw BadValue.type(value, "bool") }
      return flag
    }
  }

  func string(_ index: Int) throws(RPCFailure) -> String {
    try named(index) { (value) throws(BadValue) in
      guard let text = value.string else { throw BadValue.type(value, "string") }
      return text
    }
  }

  /// A block by number, tag or hash (EIP-1898); the latest where it is left out.
  func block(_ index: Int, hashes: Bool = true) throws(RPCFailure) -> BlockReference {
    try optional(index) { (value) throws(BadValue) in
      try value.asBlock(hashes: hashes)
    } ?? .latest
  }

  func requiredBlock(_ index: Int, hashes: Bool = false) throws(RPCFailure) -> BlockReference {
    try named(index) { (value) throws(BadValue) in try value.asBlock(hashes: hashes) }
  }

  func call(_ index: Int) throws(RPCFailure) -> CallRequest {
    try named(index) { (value) throws(BadValue) in try CallRequest(value) }
  }

  func stateOverrides(_ index: Int) throws(RPCFailure) -> StateOverrides {
    try optional(index) { (value) throws(BadValue) in try StateOverrides(json: value) } ?? [:]
  }

  func blockOverrides(_ index: Int) throws(RPCFailure) -> BlockOverrides {
    try optional(index) { (value) throws(BadValue) in try BlockOverrides(value) }
      ?? BlockOverrides()
  }

  /// Reads an argument with a method's own eyes.
  func value<Value>(
    _ index: Int, _ body: (JSON) throws(BadValue) -> Value
  ) throws(RPCFailure) -> Value {
    try named(index, body)
  }
}
