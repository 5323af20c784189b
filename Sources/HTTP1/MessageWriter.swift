internal import Buffers
internal import HTTP

/// How the end of a body is told.
enum BodyFraming: Hashable {
  /// There is no body, whatever the exchange puts out.
  case none
  case length(Int)
  case chunked
  case untilClose
}

/// Writes one exchange's body.
struct BodyWriter {
  enum Progress {
    /// Nothing is there to be written now.
    case stalled
    /// The limit was reached.
    case full
    case ended
    /// The exchange ended before the length that its head promised.
    case broken
  }

  var framing: BodyFraming

  mutating func write(
    _ exchange: Exchange, into output: inout ByteQueue, limit: Int
  ) -> Progress {
    while true {
      if case .length(0) = framing { return .ended }
      if framing == .none { return .ended }
      guard !exchange.output.isEmpty else { return finish(exchange, &output) }
      guard output.count < limit else { return .full }
      move(exchange, min(exchange.output.count, limit - output.count), &output)
      exchange.outputShrank()
    }
  }

  private mutating func move(_ exchange: Exchange, _ available: Int, _ output: inout ByteQueue) {
    var count = available
    switch framing {
    case .none, .untilClose: break
    case .length(let left):
      count = min(count, left)
      framing = .length(left - count)
    case .chunked:
      output.append(String(count, radix: 16))
      output.append("\r\n")
    }
    exchange.output.withBytes { output.append($0.extracting(0..<count)) }
    exchange.output.drop(count)
    if framing == .chunked { output.append("\r\n") }
  }

  private func finish(_ exchange: Exchange, _ output: inout ByteQueue) -> Progress {
    guard exchange.outputHasEnded else {
      exchange.isStalled = true
      return .stalled
    }
    if case .length = framing { return .broken }
    if framing == .chunked { output.append("0\r\n\r\n") }
    return .ended
  }
}

/// What a writer must know of the fields that it has written.
struct WrittenFields {
  var contentLength: Int?
  var hasDate = false
}

extension ByteQueue {
  /// Appends `name: value` lines for all fields but pseudo fields and those that are about the
  /// connection, which are the session's to write. The length is told but left out, too.
  mutating func appendFields(_ headers: borrowing HeaderList) -> WrittenFields {
    var written = WrittenFields()
    for index in 0..<headers.count {
      headers.withField(at: index) { name, value in
        if name.equals("content-length") {
          written.contentLength = Int(value.string).flatMap { $0 >= 0 ? $0 : nil }
          return
        }
        guard !name.isAboutConnection, name.isToken else { return }
        if name.equals("date") { written.hasDate = true }
        append(name)
        append(": ")
        appendFieldText(value)
        append("\r\n")
      }
    }
    return written
  }

  /// Appends a value in which no byte can end the line: such a byte becomes a space.
  mutating func appendFieldText(_ text: RawSpan) {
    for index in 0..<text.byteCount where !text.byte(at: index).isFieldText {
      for index in 0..<text.byteCount {
        append(text.byte(at: index).isFieldText ? text.byte(at: index) : .space)
      }
      return
    }
    append(text)
  }
}

extension RawSpan {
  var isToken: Bool {
    guard !isEmpty else { return false }
    for index in 0..<byteCount where !byte(at: index).isToken { return false }
    return true
  }
}
