internal import Chain
internal import JSONTree
internal import Primitives

/// Why a value is not what it should be, in geth's words.
struct BadValue: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }

  static func type(_ value: JSON, _ wanted: String) -> BadValue {
    BadValue("json: cannot unmarshal \(value.kind) into Go value of type \(wanted)")
  }

  static func into(_ reason: String, _ wanted: String) -> BadValue {
    BadValue("json: cannot unmarshal \(reason) into Go value of type \(wanted)")
  }
}

extension JSON {
  private static let noPrefix = "hex string without 0x prefix"

  private func digits(_ wanted: String) throws(BadValue) -> Substring {
    guard let text = string else { throw BadValue.type(self, wanted) }
    guard text.hasPrefix("0x") || text.hasPrefix("0X") else {
      throw text.isEmpty
        ? BadValue.into("empty hex string", wanted) : BadValue.into(Self.noPrefix, wanted)
    }
    return text.dropFirst(2)
  }

  private func fixed(_ count: Int, _ wanted: String) throws(BadValue) -> [UInt8] {
    let digits = try digits(wanted)
    guard digits.utf8.count.isMultiple(of: 2) else {
      throw .into("hex string of odd length", wanted)
    }
    guard digits.utf8.count == count * 2 else {
      throw .into(
        "hex string has length \(digits.utf8.count), want \(count * 2) for \(wanted.dropFirst(7))",
        wanted)
    }
    guard let bytes = try? Hex.decode(digits) else { throw .into("invalid hex string", wanted) }
    return bytes
  }

  func asDigest() throws(BadValue) -> Digest {
    let bytes = try fixed(32, "common.Hash")
    return Digest(U256(bigEndian: bytes) ?? .zero)
  }

  func asAddress() throws(BadValue) -> Address {
    Address(truncating: U256(bigEndian: try fixed(20, "common.Address")) ?? .zero)
  }

  func asBytes() throws(BadValue) -> [UInt8] {
    let digits = try digits("hexutil.Bytes")
    guard digits.utf8.count.isMultiple(of: 2) else {
      throw .into("hex string of odd length", "hexutil.Bytes")
    }
    guard let bytes = try? Hex.decode(digits) else {
      throw .into("invalid hex string", "hexutil.Bytes")
    }
    return bytes
  }

  /// A number in hexadecimal, without leading zeros.
  private func number(_ bits: Int, _ wanted: String) throws(BadValue) -> U256 {
    let digits = try digits(wanted)
    guard !digits.isEmpty else { throw .into("hex string \"0x\"", wanted) }
    guard digits.utf8.count == 1 || digits.first != "0" else {
      throw .into("hex number with leading zero digits", wanted)
    }
    guard digits.utf8.count <= bits / 4 else { throw .into("hex number > \(bits) bits", wanted) }
    guard let value = U256(hex: "0x" + digits) else { throw .into("invalid hex string", wanted) }
    return value
  }

  func asQuantity() throws(BadValue) -> UInt64 {
    try number(64, "hexutil.Uint64").clamped
  }

  func asBigQuantity() throws(BadValue) -> U256 {
    try number(256, "*hexutil.Big")
  }

  /// A word of storage: up to 32 bytes of hexadecimal digits, with leading zeros or without.
  func asWord() throws(BadValue) -> U256 {
    guard let text = string else { throw BadValue.type(self, "common.Hash") }
    let digits = text.hasPrefix("0x") ? text.dropFirst(2) : text[...]
    guard digits.utf8.count <= 64 else {
      throw BadValue("storage key too long (want at most 32 bytes): \"\(text.prefix(200))\"")
    }
    guard !digits.isEmpty, let word = U256(hex: "0x" + digits) else {
      throw BadValue("invalid hex in storage key: \"\(text.prefix(200))\"")
    }
    return word
  }

  func asBlock(hashes: Bool) throws(BadValue) -> BlockReference {
    if case .object = self {
      guard hashes else { throw BadValue.type(self, "rpc.BlockNumber") }
      if let hash = self["blockHash"] {
        guard self["blockNumber"] == nil else {
          throw BadValue("cannot specify both BlockHash and BlockNumber, choose one or the other")
        }
        return .hash(try hash.asDigest())
      }
      guard let number = self["blockNumber"] else { throw BadValue("invalid arguments") }
      return try number.asBlock(hashes: false)
    }
    guard let text = string else { throw BadValue.type(self, "rpc.BlockNumber") }
    switch text {
    case "latest": return .latest
    case "earliest": return .earliest
    case "pending": return .pending
    case "safe": return .safe
    case "finalized": return .finalized
    default: break
    }
    if hashes, text.utf8.count == 66 { return .hash(try asDigest()) }
    guard text.hasPrefix("0x") || text.hasPrefix("0X") else { throw BadValue(Self.noPrefix) }
    do throws(BadValue) {
      return .number(try asQuantity())
    } catch {
      throw BadValue(
        error.reason.replacing("json: cannot unmarshal ", with: "")
          .replacing(" into Go value of type hexutil.Uint64", with: ""))
    }
  }

  /// A member's value read as something, or nil where it is not there.
  func optional<Value>(
    _ key: String, _ body: (JSON) throws(BadValue) -> Value
  ) throws(BadValue) -> Value? {
    guard let value = self[key] else { return nil }
    return try body(value)
  }

  /// The first of several members that is there.
  func first<Value>(
    of keys: String..., read body: (JSON) throws(BadValue) -> Value
  ) throws(BadValue) -> Value? {
    for key in keys {
      if let value = self[key] { return try body(value) }
    }
    return nil
  }

  /// All of a list's values, read alike.
  func list<Value>(
    _ wanted: String, _ body: (JSON) throws(BadValue) -> Value
  ) throws(BadValue) -> [Value] {
    guard let elements else { throw BadValue.type(self, wanted) }
    var values: [Value] = []
    values.reserveCapacity(elements.count)
    for element in elements { values.append(try body(element)) }
    return values
  }
}
