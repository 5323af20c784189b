internal import HTTP

/// What must be so before the library sees it: Debian builds it in its lenient mode, which skips
/// over stray carriage returns and allows spaces in names, and two parsers that disagree about
/// where a message ends are what request smuggling lives on.
enum Grammar {
  /// Checks header lines up to and with the empty one; `hasStartLine` says that another precedes.
  static func checkBlock(
    _ block: RawSpan, hasStartLine: Bool, countMax: Int
  ) throws(HTTP1Error) {
    var start = 0
    var isStartLine = hasStartLine
    var count = 0
    while let end = block.firstIndex(of: .lineFeed, from: start) {
      let line = try content(of: block, start, end, else: isStartLine ? .badStartLine : .badHeader)
      start = end + 1
      if isStartLine {
        try checkStartLine(block.extracting(line))
        isStartLine = false
      } else if !line.isEmpty {
        count += 1
        guard count <= countMax else { throw .tooManyHeaders(max: countMax) }
        try checkField(block.extracting(line))
      }
    }
  }

  /// Checks one line that opens a chunk and returns how many bytes of extensions it has.
  static func checkChunkLine(_ line: RawSpan) throws(HTTP1Error) -> Int {
    let line = line.extracting(try content(of: line, 0, line.byteCount - 1, else: .badChunk))
    var digits = 0
    while digits < line.byteCount, line.byte(at: digits).isHexDigit { digits += 1 }
    guard (1...16).contains(digits) else { throw .badChunk }
    let extensions = line.byteCount - digits
    guard extensions > 0 else { return 0 }
    guard line.byte(at: digits) == UInt8(ascii: ";") else { throw .badChunk }
    for index in digits..<line.byteCount where !line.byte(at: index).isFieldText {
      throw .badChunk
    }
    return extensions
  }

  /// Checks the line end after a chunk's data.
  static func checkChunkEnd(_ line: RawSpan) throws(HTTP1Error) {
    guard line.equals("\r\n") else { throw .badChunk }
  }

  /// The line from `start` without the CRLF whose line feed is at `end`.
  private static func content(
    of bytes: RawSpan, _ start: Int, _ end: Int, else error: HTTP1Error
  ) throws(HTTP1Error) -> Range<Int> {
    guard end > start, bytes.firstIndex(of: .carriageReturn, from: start) == end - 1 else {
      throw error
    }
    return start..<(end - 1)
  }

  private static func checkStartLine(_ line: RawSpan) throws(HTTP1Error) {
    for index in 0..<line.byteCount where !line.byte(at: index).isFieldText {
      throw .badStartLine
    }
  }

  private static func checkField(_ line: RawSpan) throws(HTTP1Error) {
    guard let colon = line.firstIndex(of: .colon), colon > 0 else { throw .badHeader }
    for index in 0..<colon where !line.byte(at: index).isToken { throw .badHeader }
    for index in (colon + 1)..<line.byteCount where !line.byte(at: index).isFieldText {
      throw .badHeader
    }
  }

  /// Checks a request line, whose parts are parted by single spaces, and returns its target.
  static func target(inLine line: RawSpan) throws(HTTP1Error) -> Range<Int> {
    guard let first = line.firstIndex(of: .space), first > 0,
      let second = line.firstIndex(of: .space, from: first + 1), second > first + 1,
      line.firstIndex(of: .space, from: second + 1) == nil
    else { throw .badStartLine }
    for index in 0..<line.byteCount
    where !(UInt8(ascii: " ")...UInt8(ascii: "~")).contains(line.byte(at: index)) {
      throw .badStartLine
    }
    guard line.extracting((second + 1)...).isVersion else { throw .badStartLine }
    return (first + 1)..<second
  }

  /// Checks a status line: a version, three digits and, after a space, whatever pleases.
  static func checkStatusLine(_ line: RawSpan) throws(HTTP1Error) {
    guard line.byteCount >= 12, line.extracting(0..<8).isVersion, line.byte(at: 8) == .space,
      line.byte(at: 9).isDigit, line.byte(at: 10).isDigit, line.byte(at: 11).isDigit,
      line.byteCount == 12 || line.byte(at: 12) == .space
    else { throw .badStartLine }
  }
}

extension RawSpan {
  /// Whether it names a version of HTTP, supported or not.
  fileprivate var isVersion: Bool {
    byteCount == 8 && extracting(0..<5).equals("HTTP/") && byte(at: 5).isDigit
      && byte(at: 6) == UInt8(ascii: ".") && byte(at: 7).isDigit
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
