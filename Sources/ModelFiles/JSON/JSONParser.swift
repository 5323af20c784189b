/// Reads JSON by RFC 8259, strictly: nothing that only some parsers accept, no key twice.
package struct JSONParser {
  package struct Limits: Sendable {
    package var depthMax = 64
    package var valueCountMax = 16_000_000

    package init() {}
  }

  private let limits: Limits
  private var offset = 0
  private var valueCount = 0

  package static func parse(
    _ text: Span<UInt8>, limits: Limits = Limits()
  ) throws(JSONMalformed) -> JSONValue {
    do {
      _ = try UTF8Span(validating: text)
    } catch {
      throw .syntax(.notUTF8, offset: error.byteOffsets.lowerBound)
    }
    var parser = JSONParser(limits: limits)
    parser.skipSpace(text)
    let value = try parser.value(text, depth: 0)
    parser.skipSpace(text)
    guard parser.offset == text.count else { throw .syntax(.trailing, offset: parser.offset) }
    return value
  }

  private init(limits: Limits) {
    self.limits = limits
  }

  private mutating func skipSpace(_ text: Span<UInt8>) {
    while offset < text.count {
      switch text[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return
      }
    }
  }

  private mutating func value(
    _ text: Span<UInt8>, depth: Int
  ) throws(JSONMalformed) -> JSONValue {
    guard depth <= limits.depthMax else { throw .limit(.depth, max: limits.depthMax) }
    valueCount += 1
    guard valueCount <= limits.valueCountMax else {
      throw .limit(.values, max: limits.valueCountMax)
    }
    guard offset < text.count else { throw .syntax(.cut, offset: offset) }
    switch text[offset] {
    case 0x7B: return try object(text, depth: depth)
    case 0x5B: return try array(text, depth: depth)
    case 0x22: return .string(try string(text))
    case 0x2D, 0x30...0x39: return .number(try number(text))
    case 0x74: return try word("true", .bool(true), text)
    case 0x66: return try word("false", .bool(false), text)
    case 0x6E: return try word("null", .null, text)
    default: throw .syntax(.value, offset: offset)
    }
  }

  private func follows(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
    offset < text.count && text[offset] == byte
  }
}

// MARK: - Containers

extension JSONParser {
  private mutating func object(
    _ text: Span<UInt8>, depth: Int
  ) throws(JSONMalformed) -> JSONValue {
    var members: [JSONValue.Member] = []
    // Keys are compared byte by byte: Swift's strings are equal when their canonical forms are.
    var keys: Set<[UInt8]> = []
    offset += 1
    skipSpace(text)
    if follows(0x7D, text) {
      offset += 1
      return .object([])
    }
    while true {
      let start = offset
      guard follows(0x22, text) else { throw .syntax(.key, offset: offset) }
      let key = try string(text)
      guard keys.insert(Array(key.utf8)).inserted else { throw .duplicateKey(key, offset: start) }
      skipSpace(text)
      guard follows(0x3A, text) else { throw .syntax(.colon, offset: offset) }
      offset += 1
      skipSpace(text)
      members.append(JSONValue.Member(key, try value(text, depth: depth + 1)))
      if try isLast(closing: 0x7D, text) { return .object(members) }
    }
  }

  private mutating func array(
    _ text: Span<UInt8>, depth: Int
  ) throws(JSONMalformed) -> JSONValue {
    var elements: [JSONValue] = []
    offset += 1
    skipSpace(text)
    if follows(0x5D, text) {
      offset += 1
      return .array([])
    }
    while true {
      elements.append(try value(text, depth: depth + 1))
      if try isLast(closing: 0x5D, text) { return .array(elements) }
    }
  }

  /// Passes a closing bracket or a comma.
  private mutating func isLast(
    closing bracket: UInt8, _ text: Span<UInt8>
  ) throws(JSONMalformed) -> Bool {
    skipSpace(text)
    if follows(bracket, text) {
      offset += 1
      return true
    }
    guard follows(0x2C, text) else { throw .syntax(.separator, offset: offset) }
    offset += 1
    skipSpace(text)
    return false
  }
}

// MARK: - Scalars

extension JSONParser {
  private mutating func word(
    _ word: StaticString, _ value: JSONValue, _ text: Span<UInt8>
  ) throws(JSONMalformed) -> JSONValue {
    let start = offset
    for byte in "\(word)".utf8 {
      guard follows(byte, text) else { throw .syntax(.value, offset: start) }
      offset += 1
    }
    return value
  }

  private mutating func digits(_ text: Span<UInt8>) throws(JSONMalformed) {
    let start = offset
    while offset < text.count, 0x30...0x39 ~= text[offset] { offset += 1 }
    guard offset > start else { throw .syntax(.number, offset: start) }
  }

  private mutating func number(_ text: Span<UInt8>) throws(JSONMalformed) -> String {
    let start = offset
    if follows(0x2D, text) { offset += 1 }
    if follows(0x30, text) { offset += 1 } else { try digits(text) }
    if follows(0x2E, text) {
      offset += 1
      try digits(text)
    }
    if follows(0x65, text) || follows(0x45, text) {
      offset += 1
      if follows(0x2B, text) || follows(0x2D, text) { offset += 1 }
      try digits(text)
    }
    return (start..<offset).reduce(into: "") { $0.unicodeScalars.append(Unicode.Scalar(text[$1])) }
  }

  private mutating func string(_ text: Span<UInt8>) throws(JSONMalformed) -> String {
    offset += 1
    var bytes: [UInt8] = []
    while offset < text.count {
      switch text[offset] {
      case 0x22:
        offset += 1
        return String(decoding: bytes, as: UTF8.self)
      case 0x5C: bytes.append(contentsOf: String(Character(try escape(text))).utf8)
      case 0..<0x20: throw .syntax(.control, offset: offset)
      case let byte:
        bytes.append(byte)
        offset += 1
      }
    }
    throw .syntax(.cut, offset: offset)
  }

  private mutating func escape(_ text: Span<UInt8>) throws(JSONMalformed) -> Unicode.Scalar {
    let start = offset
    guard offset + 1 < text.count else { throw .syntax(.cut, offset: offset) }
    let letter = text[offset + 1]
    offset += 2
    switch letter {
    case 0x22, 0x2F, 0x5C: return Unicode.Scalar(letter)
    case 0x62: return "\u{8}"
    case 0x66: return "\u{C}"
    case 0x6E: return "\n"
    case 0x72: return "\r"
    case 0x74: return "\t"
    case 0x75: break
    default: throw .syntax(.escape, offset: start)
    }
    let unit = try codeUnit(text)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard unit < 0xDC00, follows(0x5C, text), offset + 1 < text.count, text[offset + 1] == 0x75
    else { throw .syntax(.surrogate, offset: start) }
    offset += 2
    let low = try codeUnit(text)
    guard 0xDC00...0xDFFF ~= low,
      let scalar = Unicode.Scalar(0x10000 + ((unit & 0x3FF) << 10 | low & 0x3FF))
    else { throw .syntax(.surrogate, offset: start) }
    return scalar
  }

  private mutating func codeUnit(_ text: Span<UInt8>) throws(JSONMalformed) -> UInt32 {
    guard offset + 4 <= text.count else { throw .syntax(.cut, offset: offset) }
    var unit: UInt32 = 0
    for position in offset..<offset + 4 {
      let byte = text[position]
      guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw .syntax(.escape, offset: position)
      }
      unit = unit << 4 | UInt32(digit)
    }
    offset += 4
    return unit
  }
}
