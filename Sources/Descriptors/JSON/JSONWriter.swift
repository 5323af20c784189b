/// Writes JSON: commas, indentation and escapes are its business.
struct JSONWriter {
  private(set) var output: [UInt8] = []
  private let isPretty: Bool
  private var depth = 0
  private var isFirst = true

  init(pretty: Bool) {
    isPretty = pretty
  }

  mutating func open(_ bracket: Bracket) {
    output.append(bracket.rawValue)
    depth += 1
    isFirst = true
  }

  mutating func close(_ bracket: Bracket) {
    depth -= 1
    if !isFirst { breakLine() }
    // In ASCII a closing bracket is two behind its opening one.
    output.append(bracket.rawValue + 2)
    isFirst = false
  }

  /// Begins an element of an array, or a member's key.
  mutating func separate() {
    if !isFirst { output.append(0x2C) }
    isFirst = false
    breakLine()
  }

  mutating func key(_ name: String) {
    separate()
    string(name)
    colon()
  }

  mutating func colon() {
    output.append(0x3A)
    if isPretty { output.append(0x20) }
  }

  /// Writes a token as it stands.
  mutating func token(_ text: String) {
    output.append(contentsOf: text.utf8)
  }

  mutating func quoted(_ text: String) {
    output.append(0x22)
    output.append(contentsOf: text.utf8)
    output.append(0x22)
  }

  mutating func string(_ text: String) {
    output.append(0x22)
    for byte in text.utf8 { escape(byte) }
    output.append(0x22)
  }

  /// Writes a string of bytes that are known to be UTF-8.
  mutating func string(utf8 text: Span<UInt8>) {
    output.append(0x22)
    for offset in text.indices { escape(text[offset]) }
    output.append(0x22)
  }

  mutating func base64(_ bytes: Span<UInt8>) {
    output.append(0x22)
    Base64.encode(bytes, into: &output)
    output.append(0x22)
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case 0x22, 0x5C: output += [0x5C, byte]
    case 0x0A: output += [0x5C, 0x6E]
    case 0x0D: output += [0x5C, 0x72]
    case 0x09: output += [0x5C, 0x74]
    case 0..<0x20:
      output += Array("\\u00".utf8)
      output += [Self.digit(byte >> 4), Self.digit(byte & 15)]
    default: output.append(byte)
    }
  }

  private mutating func breakLine() {
    guard isPretty else { return }
    output.append(0x0A)
    for _ in 0..<depth { output += [0x20, 0x20] }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x61 + value - 10
  }

  enum Bracket: UInt8 {
    case array = 0x5B
    case object = 0x7B
  }
}
