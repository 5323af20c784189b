extension JSON {
  /// Why a text is not JSON, or more of it than is allowed.
  public enum Malformed: Error, Hashable, Sendable {
    case syntax(offset: Int)
    case tooDeep(most: Int)
    case tooManyValues(most: Int)
  }

  /// Reads JSON by RFC 8259, and no more of it than the limits allow.
  public init(
    parsing text: [UInt8], depthMax: Int = 32, valueCountMax: Int = 1 << 20
  ) throws(Malformed) {
    guard String(validating: text, as: UTF8.self) != nil else { throw .syntax(offset: 0) }
    var parser = JSONParser(text, depthMax: depthMax, valueCountMax: valueCountMax)
    self = try parser.document()
  }
}

/// Reads a text from left to right.
private struct JSONParser {
  private let text: [UInt8]
  private let depthMax: Int
  private let valueCountMax: Int
  private var offset = 0
  private var valueCount = 0

  init(_ text: [UInt8], depthMax: Int, valueCountMax: Int) {
    self.text = text
    self.depthMax = depthMax
    self.valueCountMax = valueCountMax
  }

  mutating func document() throws(JSON.Malformed) -> JSON {
    skipSpace()
    let value = try value(depth: 1)
    skipSpace()
    guard offset == text.count else { throw .syntax(offset: offset) }
    return value
  }

  private var next: UInt8? { offset < text.count ? text[offset] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      offset += 1
    }
  }

  private mutating func take(_ character: Character) throws(JSON.Malformed) {
    guard let byte = next, byte == character.asciiValue else { throw .syntax(offset: offset) }
    offset += 1
  }

  private mutating func value(depth: Int) throws(JSON.Malformed) -> JSON {
    guard depth <= depthMax else { throw .tooDeep(most: depthMax) }
    valueCount += 1
    guard valueCount <= valueCountMax else { throw .tooManyValues(most: valueCountMax) }
    switch next {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func object(_ depth: Int) throws(JSON.Malformed) -> JSON {
    offset += 1
    var members: [JSON.Member] = []
    skipSpace()
    if next == UInt8(ascii: "}") {
      offset += 1
      return .object(members)
    }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw .syntax(offset: offset) }
      let key = try string()
      skipSpace()
      try take(":")
      skipSpace()
      members.append(JSON.Member(key, try value(depth: depth + 1)))
      skipSpace()
      guard next == UInt8(ascii: ",") else {
        try take("}")
        return .object(members)
      }
      offset += 1
    }
  }

  private mutating func array(_ depth: Int) throws(JSON.Malformed) -> JSON {
    offset += 1
    var elements: [JSON] = []
    skipSpace()
    if next == UInt8(ascii: "]") {
      offset += 1
      return .array(elements)
    }
    while true {
      skipSpace()
      elements.append(try value(depth: depth + 1))
      skipSpace()
      guard next == UInt8(ascii: ",") else {
        try take("]")
        return .array(elements)
      }
      offset += 1
    }
  }

  private mutating func word(_ word: String, _ value: JSON) throws(JSON.Malformed) -> JSON {
    let bytes = Array(word.utf8)
    guard text[offset...].starts(with: bytes) else { throw .syntax(offset: offset) }
    offset += bytes.count
    return value
  }

  private mutating func number() throws(JSON.Malformed) -> String {
    let start = offset
    if next == UInt8(ascii: "-") { offset += 1 }
    let first = offset
    try digits()
    if text[first] == UInt8(ascii: "0"), offset > first + 1 { throw .syntax(offset: first) }
    if next == UInt8(ascii: ".") {
      offset += 1
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      offset += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
      try digits()
    }
    return String(decoding: text[start..<offset], as: UTF8.self)
  }

  private mutating func digits() throws(JSON.Malformed) {
    let start = offset
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    guard offset > start else { throw .syntax(offset: offset) }
  }

  private mutating func string() throws(JSON.Malformed) -> String {
    offset += 1
    var start = offset
    var result: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        result += text[start..<offset]
        offset += 1
        return String(decoding: result, as: UTF8.self)
      case UInt8(ascii: "\\"):
        result += text[start..<offset]
        offset += 1
        try escape(into: &result)
        start = offset
      case 0..<0x20: throw .syntax(offset: offset)
      default: offset += 1
      }
    }
    throw .syntax(offset: offset)
  }

  private mutating func escape(into result: inout [UInt8]) throws(JSON.Malformed) {
    guard let byte = next else { throw .syntax(offset: offset) }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(byte)
    case UInt8(ascii: "b"): result.append(0x08)
    case UInt8(ascii: "f"): result.append(0x0C)
    case UInt8(ascii: "n"): result.append(0x0A)
    case UInt8(ascii: "r"): result.append(0x0D)
    case UInt8(ascii: "t"): result.append(0x09)
    case UInt8(ascii: "u"): result += Array(String(Character(try scalar())).utf8)
    default: throw .syntax(offset: offset - 1)
    }
  }

  private mutating func scalar() throws(JSON.Malformed) -> Unicode.Scalar {
    let high = try unit()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard (0xD800..<0xDC00).contains(high), next == UInt8(ascii: "\\") else {
      throw .syntax(offset: offset)
    }
    offset += 1
    try take("u")
    let low = try unit()
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    else { throw .syntax(offset: offset) }
    return scalar
  }

  private mutating func unit() throws(JSON.Malformed) -> UInt32 {
    guard offset + 4 <= text.count,
      let value = UInt32(String(decoding: text[offset..<offset + 4], as: UTF8.self), radix: 16),
      text[offset] != UInt8(ascii: "+")
    else { throw .syntax(offset: offset) }
    offset += 4
    return value
  }
}
