/// A parsed JSON text: a flat list of nodes that point into the text.
///
/// A container is followed by its children, an object's in pairs of key and value.
struct JSONDocument {
  enum Kind: UInt8 {
    case null, `true`, `false`, number, string, escapedString, array, object
  }

  struct Node {
    let kind: Kind
    /// The text between the quotes for a string, the token or container otherwise.
    let start: UInt32
    var end: UInt32
    /// The index of the node behind this one and its children.
    var next: UInt32
  }

  private(set) var nodes: [Node]

  init(_ text: Span<UInt8>, limits: Transcoder.Limits) throws(TranscodingError) {
    var scanner = JSONScanner(limits: limits)
    try scanner.scan(text)
    nodes = scanner.nodes
  }

  func kind(_ node: Int) -> Kind { nodes[node].kind }
  func next(_ node: Int) -> Int { Int(nodes[node].next) }
  func range(_ node: Int) -> Range<Int> { Int(nodes[node].start)..<Int(nodes[node].end) }

  func isString(_ node: Int) -> Bool {
    nodes[node].kind == .string || nodes[node].kind == .escapedString
  }

  /// The characters of a string node, escapes resolved.
  func string(_ node: Int, in text: Span<UInt8>) -> [UInt8] {
    let range = range(node)
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    guard nodes[node].kind == .escapedString else {
      for offset in range { result.append(text[offset]) }
      return result
    }
    var offset = range.lowerBound
    while offset < range.upperBound {
      guard text[offset] == 0x5C else {
        result.append(text[offset])
        offset += 1
        continue
      }
      let (scalar, length) = JSONEscape.scalar(at: offset, in: text)
      result.append(contentsOf: String(Character(scalar)).utf8)
      offset += length
    }
    return result
  }

  /// The text of a node as an error message shows it.
  func excerpt(_ node: Int, in text: Span<UInt8>) -> String {
    let range = range(node)
    var bytes: [UInt8] = []
    for offset in range.prefix(Self.excerptMax) { bytes.append(text[offset]) }
    let shown = String(decoding: bytes, as: UTF8.self) + (range.count > Self.excerptMax ? "…" : "")
    return isString(node) ? "\"\(shown)\"" : shown
  }

  private static let excerptMax = 40
}

/// The escapes of JSON strings.
enum JSONEscape {
  /// The scalar that a checked escape stands for, and the escape's length.
  static func scalar(at offset: Int, in text: Span<UInt8>) -> (Unicode.Scalar, length: Int) {
    switch text[offset + 1] {
    case 0x62: return ("\u{8}", 2)
    case 0x66: return ("\u{C}", 2)
    case 0x6E: return ("\n", 2)
    case 0x72: return ("\r", 2)
    case 0x74: return ("\t", 2)
    case 0x75: break
    case let other: return (Unicode.Scalar(other), 2)
    }
    let unit = codeUnit(at: offset + 2, in: text) ?? 0
    if let scalar = Unicode.Scalar(unit) { return (scalar, 6) }
    let low = codeUnit(at: offset + 8, in: text) ?? 0
    let joined = 0x10000 + ((unit & 0x3FF) << 10 | low & 0x3FF)
    return (Unicode.Scalar(joined) ?? "\u{FFFD}", 12)
  }

  /// The four hexadecimal digits at `offset`.
  static func codeUnit(at offset: Int, in text: Span<UInt8>) -> UInt32? {
    guard offset + 4 <= text.count else { return nil }
    var unit: UInt32 = 0
    for position in offset..<offset + 4 {
      guard let digit = Character(Unicode.Scalar(text[position])).hexDigitValue,
        text[position] < 0x80
      else { return nil }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }
}
