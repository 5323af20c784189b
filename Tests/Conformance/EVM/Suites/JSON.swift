/// A JSON value, as far as test data needs it: numbers stay texts.
public enum JSON: Sendable {
  case object([String: JSON])
  case array([JSON])
  case string(String)
  case number(String)
  case bool(Bool)
  case null

  public struct Malformed: Error {
    public let offset: Int
  }

  public init(_ bytes: ArraySlice<UInt8>) throws(Malformed) {
    var reader = JSONReader(bytes)
    self = try reader.value()
    reader.skipSpace()
    guard reader.isAtEnd else { throw Malformed(offset: reader.position) }
  }

  public init(_ bytes: [UInt8]) throws(Malformed) {
    try self.init(bytes[...])
  }

  public subscript(name: String) -> JSON? {
    if case .object(let members) = self { return members[name] }
    return nil
  }

  public var text: String? {
    if case .string(let text) = self { return text }
    return nil
  }

  public var members: [String: JSON] {
    if case .object(let members) = self { return members }
    return [:]
  }

  public var elements: [JSON] {
    if case .array(let elements) = self { return elements }
    return []
  }
}

private struct JSONReader {
  let bytes: ArraySlice<UInt8>
  var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  var isAtEnd: Bool { position >= bytes.endIndex }

  mutating func skipSpace() {
    while position < bytes.endIndex, bytes[position] <= 0x20 { position += 1 }
  }

  private func peek() throws(JSON.Malformed) -> UInt8 {
    guard position < bytes.endIndex else { throw JSON.Malformed(offset: position) }
    return bytes[position]
  }

  private mutating func expect(_ byte: UInt8) throws(JSON.Malformed) {
    skipSpace()
    guard try peek() == byte else { throw JSON.Malformed(offset: position) }
    position += 1
  }

  mutating func value() throws(JSON.Malformed) -> JSON {
    skipSpace()
    switch try peek() {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: return try number()
    }
  }

  private mutating func object() throws(JSON.Malformed) -> JSON {
    try expect(UInt8(ascii: "{"))
    var members: [String: JSON] = [:]
    skipSpace()
    if try peek() == UInt8(ascii: "}") {
      position += 1
      return .object(members)
    }
    while true {
      skipSpace()
      let name = try string()
      try expect(UInt8(ascii: ":"))
      members[name] = try value()
      skipSpace()
      if try peek() == UInt8(ascii: ",") {
        position += 1
        continue
      }
      try expect(UInt8(ascii: "}"))
      return .object(members)
    }
  }

  private mutating func array() throws(JSON.Malformed) -> JSON {
    try expect(UInt8(ascii: "["))
    var elements: [JSON] = []
    skipSpace()
    if try peek() == UInt8(ascii: "]") {
      position += 1
      return .array(elements)
    }
    while true {
      elements.append(try value())
      skipSpace()
      if try peek() == UInt8(ascii: ",") {
        position += 1
        continue
      }
      try expect(UInt8(ascii: "]"))
      return .array(elements)
    }
  }

  private mutating func string() throws(JSON.Malformed) -> String {
    try expect(UInt8(ascii: "\""))
    let start = position
    while try peek() != UInt8(ascii: "\"") {
      if try peek() == UInt8(ascii: "\\") { return try escapedString(from: start) }
      position += 1
    }
    defer { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func escapedString(from start: Int) throws(JSON.Malformed) -> String {
    var units = Array(bytes[start..<position])
    while true {
      let byte = try peek()
      position += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: units, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        units.append(byte)
        continue
      }
      let escape = try peek()
      position += 1
      switch escape {
      case UInt8(ascii: "n"): units.append(0x0A)
      case UInt8(ascii: "t"): units.append(0x09)
      case UInt8(ascii: "r"): units.append(0x0D)
      case UInt8(ascii: "b"): units.append(0x08)
      case UInt8(ascii: "f"): units.append(0x0C)
      case UInt8(ascii: "u"):
        guard position + 4 <= bytes.endIndex,
          let code = UInt32(
            String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16),
          let scalar = Unicode.Scalar(code)
        else { throw JSON.Malformed(offset: position) }
        position += 4
        units += Array(String(Character(scalar)).utf8)
      default: units.append(escape)
      }
    }
  }

  private mutating func number() throws(JSON.Malformed) -> JSON {
    let start = position
    while position < bytes.endIndex, "+-.0123456789eE".utf8.contains(bytes[position]) {
      position += 1
    }
    guard position > start else { throw JSON.Malformed(offset: position) }
    return .number(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func literal(_ text: String, _ value: JSON) throws(JSON.Malformed) -> JSON {
    guard bytes[position...].starts(with: text.utf8) else {
      throw JSON.Malformed(offset: position)
    }
    position += text.utf8.count
    return value
  }
}
