internal import Buffers
internal import HTTP

/// Takes a connection's input apart into heads, body bytes and ends of messages.
///
/// The session pulls: it decides after each step whether it wants the next one now.
final class MessageReader {
  enum Event { case incomplete, head, body, end }

  struct Step {
    var event: Event
    /// How many of the bytes are done with.
    var count: Int
    /// Where the body bytes begin, which reach to `count`.
    var bodyStart = 0
  }

  private enum State {
    case head
    case length(UInt64)
    case chunkLine
    case chunk(UInt64)
    case chunkEnd
    case trailers
    case untilClose
    case end
  }

  private enum Unit { case block, line }

  let parser: Parser
  private let role: Parser.Role
  private let limits: Limits
  private var state = State.head
  /// A head or a line of which a part is still missing.
  private var gathered = ByteQueue()
  private var skippedEmptyLine = false
  private var extensionBytes = 0

  init(role: Parser.Role, limits: Limits) {
    parser = Parser(role: role)
    self.role = role
    self.limits = limits
  }

  /// Whether no message has begun.
  var isBetweenMessages: Bool {
    if case .head = state { return gathered.isEmpty }
    return false
  }

  /// Whether the start of a head is here and its end is not.
  var isInsideHead: Bool {
    if case .head = state { return !gathered.isEmpty }
    return false
  }

  /// Whether the message ends with what was read so far.
  var isAtEnd: Bool {
    if case .end = state { return true }
    return false
  }

  /// How many body bytes are still to come, where that is known.
  var remaining: UInt64? {
    switch state {
    case .length(let remaining): remaining
    case .end: 0
    case .head, .chunkLine, .chunk, .chunkEnd, .trailers, .untilClose: nil
    }
  }

  /// Whether the end of the connection is the end of the message.
  var endsWithConnection: Bool {
    if case .untilClose = state { return true }
    return false
  }

  func next(_ bytes: RawSpan) throws(HTTP1Error) -> Step {
    var offset = 0
    while true {
      let rest = bytes.extracting(offset...)
      let (count, isWhole): (Int, Bool)
      switch state {
      case .head:
        (count, isWhole) = try collect(rest, .block, max: limits.headerBytesMax) {
          (block) throws(HTTP1Error) in try readHead(block)
        }
        if isWhole, !isAtHead { return Step(event: .head, count: offset + count) }
      case .length, .chunk, .untilClose:
        return try readBody(rest, at: offset)
      case .chunkLine:
        (count, isWhole) = try collect(rest, .line, max: 18 + limits.chunkExtensionBytesMax) {
          (line) throws(HTTP1Error) in try readChunkLine(line)
        }
      case .chunkEnd:
        (count, isWhole) = try collect(rest, .line, max: 2) { (line) throws(HTTP1Error) in
          try Grammar.checkChunkEnd(line)
          try parser.read(line)
          state = .chunkLine
        }
      case .trailers:
        (count, isWhole) = try collect(rest, .block, max: limits.headerBytesMax) {
          (block) throws(HTTP1Error) in try readTrailers(block)
        }
      case .end:
        beginNext()
        return Step(event: .end, count: offset)
      }
      offset += count
      guard isWhole else { return Step(event: .incomplete, count: offset) }
    }
  }

  private var isAtHead: Bool {
    if case .head = state { return true }
    return false
  }

  private func beginNext() {
    state = .head
    skippedEmptyLine = false
    extensionBytes = 0
  }
}

// MARK: - Heads and bodies

extension MessageReader {
  private func readHead(_ block: RawSpan) throws(HTTP1Error) {
    if block.byteCount <= 2 {
      // Some clients end a body with one line end too many (RFC 9112 section 2.2).
      guard role == .server, !skippedEmptyLine, block.equals("\r\n") else { throw .badStartLine }
      skippedEmptyLine = true
      return
    }
    try Grammar.checkBlock(block, hasStartLine: true, countMax: limits.headerCountMax)
    try checkStartLine(block)
    parser.begin()
    try parser.read(block)
    guard parser.isSupportedVersion else { throw .unsupportedVersion }
    try checkFraming()
    state =
      if parser.isComplete {
        .end
      } else if parser.isChunked {
        .chunkLine
      } else if let length = parser.contentLength {
        .length(length)
      } else {
        .untilClose
      }
  }

  private func checkStartLine(_ block: RawSpan) throws(HTTP1Error) {
    guard let end = block.firstIndex(of: .carriageReturn) else { throw .badStartLine }
    let line = block.extracting(0..<end)
    guard role == .server else {
      try Grammar.checkStatusLine(line)
      return
    }
    let target = try Grammar.target(inLine: line)
    guard target.count <= limits.targetBytesMax else {
      throw .targetTooLong(max: limits.targetBytesMax)
    }
  }

  /// The library is content when the last transfer coding is `chunked`; here it is the only one.
  private func checkFraming() throws(HTTP1Error) {
    var encodings = 0
    var lengths = 0
    for index in 0..<parser.fields.count {
      try parser.fields.withField(at: index) { (name, value) throws(HTTP1Error) in
        if name.equals("content-length") { lengths += 1 }
        guard name.equals("transfer-encoding") else { return }
        encodings += 1
        guard value.equalsIgnoringCase("chunked") else { throw .unsupportedTransferEncoding }
      }
    }
    guard encodings + lengths <= 1 else { throw .ambiguousLength }
    // A client of before 1.1 cannot mean it, and a proxy of that age does not see it.
    guard encodings == 0 || !parser.isHTTP10 else { throw .ambiguousLength }
    // The library must have seen the same.
    guard parser.isChunked == (encodings == 1), (parser.contentLength != nil) == (lengths == 1)
    else { throw .ambiguousLength }
  }

  private func readBody(_ bytes: RawSpan, at offset: Int) throws(HTTP1Error) -> Step {
    guard !bytes.isEmpty else { return Step(event: .incomplete, count: offset) }
    let count: Int
    switch state {
    case .length(let left):
      count = Int(min(UInt64(bytes.byteCount), left))
      state = UInt64(count) == left ? .end : .length(left - UInt64(count))
    case .chunk(let left):
      count = Int(min(UInt64(bytes.byteCount), left))
      state = UInt64(count) == left ? .chunkEnd : .chunk(left - UInt64(count))
    case .head, .chunkLine, .chunkEnd, .trailers, .untilClose, .end:
      count = bytes.byteCount
    }
    try parser.read(bytes.extracting(0..<count))
    return Step(event: .body, count: offset + count, bodyStart: offset)
  }

  private func readChunkLine(_ line: RawSpan) throws(HTTP1Error) {
    extensionBytes += try Grammar.checkChunkLine(line)
    guard extensionBytes <= limits.chunkExtensionBytesMax else {
      throw .chunkExtensionsTooLarge(max: limits.chunkExtensionBytesMax)
    }
    do {
      try parser.read(line)
    } catch {
      throw .badChunk
    }
    state = parser.chunkLength == 0 ? .trailers : .chunk(parser.chunkLength)
    if parser.chunkLength == 0 { parser.beginTrailers() }
  }

  private func readTrailers(_ block: RawSpan) throws(HTTP1Error) {
    try Grammar.checkBlock(block, hasStartLine: false, countMax: limits.headerCountMax)
    do {
      try parser.read(block)
    } catch {
      throw .forbiddenTrailer
    }
    for index in 0..<parser.fields.count {
      let isForbidden = parser.fields.withField(at: index) { name, _ in
        name.equals("content-length") || name.equals("transfer-encoding") || name.equals("host")
          || name.equals("connection") || name.equals("trailer") || name.equals("upgrade")
      }
      guard !isForbidden else { throw .forbiddenTrailer }
    }
    state = .end
  }
}

// MARK: - Units that come in pieces

extension MessageReader {
  /// Hands a whole block or line to `use`, from `bytes` or together with what came before.
  private func collect(
    _ bytes: RawSpan, _ unit: Unit, max limit: Int, _ use: (RawSpan) throws(HTTP1Error) -> Void
  ) throws(HTTP1Error) -> (count: Int, isWhole: Bool) {
    if gathered.isEmpty, let end = end(of: unit, in: bytes, from: 0), end <= limit {
      try use(bytes.extracting(0..<end))
      return (end, true)
    }
    let before = gathered.count
    // One byte more than allowed, so that a unit that is too long is noticed.
    let part = min(bytes.byteCount, limit + 1 - before)
    gathered.append(bytes.extracting(0..<part))
    let found = gathered.withBytes { bytes -> Int? in
      end(of: unit, in: bytes, from: before - 2)
    }
    guard let found, found <= limit else {
      guard gathered.count <= limit else { throw tooLong(unit) }
      return (part, false)
    }
    let excess = gathered.count - found
    gathered.truncate(to: found)
    try gathered.withBytes { (whole) throws(HTTP1Error) in try use(whole) }
    gathered.removeAll(keepingUpTo: 1024)
    return (part - excess, true)
  }

  /// Where the unit ends. A lone line feed ends it too, so that it is refused at once.
  private func end(of unit: Unit, in bytes: RawSpan, from start: Int) -> Int? {
    var index = max(0, start)
    if unit == .line { return bytes.firstIndex(of: .lineFeed, from: index).map { $0 + 1 } }
    if bytes.byteCount > 0, bytes.byte(at: 0) == .lineFeed { return 1 }
    if bytes.byteCount > 1, bytes.extracting(0..<2).equals("\r\n") { return 2 }
    while let found = bytes.firstIndex(of: .lineFeed, from: index) {
      index = found + 1
      if index < bytes.byteCount, bytes.byte(at: index) == .lineFeed { return index + 1 }
      if index + 1 < bytes.byteCount, bytes.extracting(index..<(index + 2)).equals("\r\n") {
        return index + 2
      }
    }
    return nil
  }

  private func tooLong(_ unit: Unit) -> HTTP1Error {
    switch state {
    case .chunkLine: .chunkExtensionsTooLarge(max: limits.chunkExtensionBytesMax)
    case .head where role == .server && firstLineIsTooLong:
      .targetTooLong(max: limits.targetBytesMax)
    case .head, .trailers: .headersTooLarge(max: limits.headerBytesMax)
    case .length, .chunk, .chunkEnd, .untilClose, .end: .badChunk
    }
  }

  private var firstLineIsTooLong: Bool {
    gathered.withBytes { bytes in
      (bytes.firstIndex(of: .lineFeed) ?? .max) > limits.targetBytesMax
    }
  }
}
