/// Reads JSON by RFC 8259, strictly: nothing that only some parsers accept.
struct JSONScanner {
  private(set) var nodes: [JSONDocument.Node] = []
  private var offset = 0
  private let limits: Transcoder.Limits

  init(limits: Transcoder.Limits) {
    self.limits = limits
  }

  mutating func scan(_ text: Span<UInt8>) throws(TranscodingError) {
    do {
      _ = try UTF8Span(validating: text)
    } catch {
      throw .syntax("not valid UTF-8", error.byteOffsets.lowerBound)
    }
    skipSpace(text)
    try scanValue(text, depth: 0)
    skipSpace(text)
    guard offset == text.count else { throw .syntax("text after the value", offset) }
  }

  private mutating func skipSpace(_ text: Span<UInt8>) {
    while offset < text.count {
      switch text[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return
      }
    }
  }

  private mutating func scanValue(
    _ text: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    guard offset < text.count else { throw .syntax("the text ends too early", offset) }
    switch text[offset] {
    case 0x7B: try scanObject(text, depth: depth)
    case 0x5B: try scanArray(text, depth: depth)
    case 0x22: try scanString(text)
    case 0x2D, 0x30...0x39: try scanNumber(text)
    case 0x74: try scanWord("true", .true, text)
    case 0x66: try scanWord("false", .false, text)
    case 0x6E: try scanWord("null", .null, text)
    default: throw .syntax("a value does not begin like this", offset)
    }
  }

  private mutating func append(_ kind: JSONDocument.Kind, start: Int, end: Int) {
    nodes.append(
      JSONDocument.Node(
        kind: kind, start: UInt32(clamping: start), end: UInt32(clamping: end),
        next: UInt32(clamping: nodes.count + 1)))
  }
}

// MARK: - Containers

extension JSONScanner {
  private mutating func open(
    _ kind: JSONDocument.Kind, _ text: Span<UInt8>, depth: Int
  ) throws(TranscodingError) -> Int {
    guard depth <= limits.depthMax else {
      throw TranscodingError(.limitExceeded(limit: "the depth of JSON", max: limits.depthMax))
    }
    append(kind, start: offset, end: offset)
    offset += 1
    skipSpace(text)
    return nodes.count - 1
  }

  private mutating func close(_ node: Int) {
    offset += 1
    nodes[node].end = UInt32(clamping: offset)
    nodes[node].next = UInt32(clamping: nodes.count)
  }

  private mutating func scanObject(
    _ text: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    let node = try open(.object, text, depth: depth)
    guard !follows(0x7D, text) else { return close(node) }
    while true {
      guard follows(0x22, text) else { throw .syntax("a key is a string", offset) }
      try scanString(text)
      skipSpace(text)
      guard follows(0x3A, text) else { throw .syntax("a colon follows a key", offset) }
      offset += 1
      skipSpace(text)
      try scanValue(text, depth: depth + 1)
      skipSpace(text)
      if follows(0x7D, text) { return close(node) }
      guard follows(0x2C, text) else { throw .syntax("members are separated by commas", offset) }
      offset += 1
      skipSpace(text)
    }
  }

  private mutating func scanArray(
    _ text: Span<UInt8>, depth: Int
  ) throws(TranscodingError) {
    let node = try open(.array, text, depth: depth)
    guard !follows(0x5D, text) else { return close(node) }
    while true {
      try scanValue(text, depth: depth + 1)
      skipSpace(text)
      if follows(0x5D, text) { return close(node) }
      guard follows(0x2C, text) else { throw .syntax("elements are separated by commas", offset) }
      offset += 1
      skipSpace(text)
    }
  }

  private func follows(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
    offset < text.count && text[offset] == byte
  }
}

// MARK: - Scalars

extension JSONScanner {
  private mutating func scanWord(
    _ word: StaticString, _ kind: JSONDocument.Kind, _ text: Span<UInt8>
  ) throws(TranscodingError) {
    let start = offset
    for byte in "\(word)".utf8 {
      guard follows(byte, text) else { throw .syntax("a value does not begin like this", start) }
      offset += 1
    }
    append(kind, start: start, end: offset)
  }

  private mutating func scanNumber(_ text: Span<UInt8>) throws(TranscodingError) {
    let start = offset
    guard let end = JSONNumber.end(from: start, in: text) else {
      throw .syntax("not a number", start)
    }
    guard end - start <= limits.numberLengthMax else {
      throw TranscodingError(
        .limitExceeded(limit: "the length of a number", max: limits.numberLengthMax))
    }
    offset = end
    append(.number, start: start, end: end)
  }

  private mutating func scanString(_ text: Span<UInt8>) throws(TranscodingError) {
    let start = offset + 1
    var kind = JSONDocument.Kind.string
    offset = start
    while offset < text.count {
      switch text[offset] {
      case 0x22:
        append(kind, start: start, end: offset)
        offset += 1
        return
      case 0x5C:
        kind = .escapedString
        try skipEscape(text)
      case 0..<0x20: throw .syntax("a control character is escaped in a string", offset)
      default: offset += 1
      }
    }
    throw .syntax("the string does not end", start)
  }

  private mutating func skipEscape(_ text: Span<UInt8>) throws(TranscodingError) {
    guard offset + 1 < text.count else { throw .syntax("the string does not end", offset) }
    switch text[offset + 1] {
    case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
      offset += 2
    case 0x75:
      guard let unit = JSONEscape.codeUnit(at: offset + 2, in: text) else {
        throw .syntax("\\u is followed by four hexadecimal digits", offset)
      }
      guard 0xD800...0xDFFF ~= unit else {
        offset += 6
        return
      }
      guard unit < 0xDC00, offset + 7 < text.count, text[offset + 6] == 0x5C,
        text[offset + 7] == 0x75, let low = JSONEscape.codeUnit(at: offset + 8, in: text),
        0xDC00...0xDFFF ~= low
      else { throw .syntax("half of a surrogate pair", offset) }
      offset += 12
    default: throw .syntax("no such escape", offset)
    }
  }
}

extension Error where Self == TranscodingError {
  fileprivate static func syntax(_ what: String, _ offset: Int) -> TranscodingError {
    TranscodingError(.syntax(what, offset: offset))
  }
}
