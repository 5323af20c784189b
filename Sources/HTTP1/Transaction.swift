internal import Buffers
internal import HTTP

/// One request on a server's connection and the response that it waits for.
final class Transaction {
  /// Nil once it is over, while what is left of it passes by.
  var exchange: Exchange?
  let isHead: Bool
  let isHTTP10: Bool
  /// Whether requests behind it may run at the same time.
  let isSafe: Bool

  // The request.
  var expectsContinue = false
  var hasReceivedAll = false
  /// Body bytes that the exchange has not consumed.
  var unconsumed = 0
  /// Body bytes that came after the response's end.
  var discarded = 0

  // The response.
  /// Whole interim responses, then the final one's head but for the fields about the connection.
  var head = ByteQueue()
  var hasResponse = false
  var headIsWritten = false
  var status = 0
  var written = WrittenFields()
  var body = BodyWriter(framing: .none)
  /// Whether the connection ends with it.
  var closes = false
  /// Whether it cannot be answered any more.
  var isAborted = false

  init(_ exchange: Exchange, _ parser: Parser) {
    self.exchange = exchange
    isHead = parser.isHead
    isHTTP10 = parser.isHTTP10
    isSafe = parser.isSafe
    closes = !parser.keepsAlive
  }

  /// The refusal of a request that no exchange gets to see.
  init(refusing status: Int, _ reason: String, date: DateField) {
    exchange = nil
    isHead = false
    isHTTP10 = false
    isSafe = false
    hasReceivedAll = true
    refuse(status, reason, date: date)
  }

  /// Answers with the bare status and ends the connection.
  func refuse(_ status: Int, _ reason: String, date: DateField) {
    hasResponse = true
    headIsWritten = true
    closes = true
    body.framing = .none
    head.removeAll()
    head.append("HTTP/1.1 \(status) \(Parser.reason(for: status))\r\n")
    head.append("content-type: text/plain\r\ncontent-length: \(reason.utf8.count + 1)\r\n")
    head.append("date: \(date.value)\r\nconnection: close\r\n\r\n")
    if !isHead { head.append("\(reason)\n") }
  }
}
