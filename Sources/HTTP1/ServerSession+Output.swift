public import Buffers
internal import HTTP

extension ServerSession {
  /// Appends what the client should see next, until `output` has about `limit` bytes.
  public func flush(into output: inout ByteQueue, limit: Int) {
    hasAskedForFlush = false
    readUnread()
    while output.count < limit, let transaction = transactions.first {
      if transaction.isAborted {
        breakOff()
        return
      }
      guard write(transaction, into: &output, limit: limit) else { return }
      finish(transaction)
      readUnread()
    }
  }

  /// Says whether the response is complete.
  private func write(
    _ transaction: Transaction, into output: inout ByteQueue, limit: Int
  ) -> Bool {
    if transaction.hasResponse, !transaction.headIsWritten { completeHead(of: transaction) }
    transaction.head.withBytes { output.append($0) }
    transaction.head.removeAll(keepingUpTo: 0)
    guard transaction.hasResponse else {
      if transaction.expectsContinue {
        transaction.expectsContinue = false
        output.append("HTTP/1.1 100 Continue\r\n\r\n")
      }
      return false
    }
    guard let exchange = transaction.exchange else { return true }
    switch transaction.body.write(exchange, into: &output, limit: limit) {
    case .stalled, .full: return false
    case .ended: return true
    case .broken:
      transaction.closes = true
      return true
    }
  }

  /// Decides, at the last moment, how the body is framed and whether the connection goes on.
  private func completeHead(of transaction: Transaction) {
    transaction.headIsWritten = true
    let framing = framing(of: transaction)
    transaction.body.framing = framing
    if framing == .untilClose || mustClose(after: transaction) { transaction.closes = true }
    if transaction.closes { acceptsRequests = false }
    transaction.appendEnd(framing, date: date)
  }

  private func framing(of transaction: Transaction) -> BodyFraming {
    let status = transaction.status
    guard !transaction.isHead, status != 204, status != 304 else { return .none }
    if let length = transaction.written.contentLength { return .length(length) }
    if let exchange = transaction.exchange, exchange.outputHasEnded {
      return .length(exchange.output.count)
    }
    return transaction.isHTTP10 ? .untilClose : .chunked
  }

  private func mustClose(after transaction: Transaction) -> Bool {
    let mayHaveSuccessor = !isDraining && (!inputHasEnded || hasParkedHead || !unread.isEmpty)
    if !mayHaveSuccessor { return transactions.count == 1 }
    guard !transaction.hasReceivedAll, let exchange = transaction.exchange else { return false }
    // Nobody can tell whether a client that waits for 100 (Continue) will send its body.
    if transaction.expectsContinue { return true }
    return exchange.outputHasEnded && (reader.remaining ?? 0) > UInt64(limits.discardedMax)
  }

  private func finish(_ transaction: Transaction) {
    transactions.removeFirst()
    end(transaction, .completed)
    if transaction.closes || (isDraining && transactions.isEmpty) {
      acceptsRequests = false
      if receiving === transaction { receiving = nil }
      let others = transactions
      transactions = []
      for other in others { end(other, .connectionLost) }
    }
  }
}

extension Transaction {
  /// Writes a response's status and fields; those about the connection come in ``appendEnd``.
  func begin(_ headers: borrowing HeaderList) {
    let status = headers.status
    let isInterim = status < 200
    guard !isInterim || !isHTTP10 else { return }
    head.append("HTTP/1.1 \(status) \(Parser.reason(for: status))\r\n")
    let fields = head.appendFields(headers)
    if isInterim {
      head.append("\r\n")
      if status == 100 { expectsContinue = false }
    } else {
      self.status = status
      written = fields
      hasResponse = true
    }
  }

  func appendEnd(_ framing: BodyFraming, date: DateField) {
    switch framing {
    case .none:
      // The length that GET would have had, if anybody knows it.
      let output = exchange.flatMap { isHead && $0.outputHasEnded ? $0.output.count : nil }
      if status != 204, let length = written.contentLength ?? output {
        head.append("content-length: \(length)\r\n")
      }
    case .length(let length): head.append("content-length: \(length)\r\n")
    case .chunked: head.append("transfer-encoding: chunked\r\n")
    case .untilClose: break
    }
    if !written.hasDate { head.append("date: \(date.value)\r\n") }
    if closes {
      head.append("connection: close\r\n")
    } else if isHTTP10 {
      head.append("connection: keep-alive\r\n")
    }
    head.append("\r\n")
  }
}

extension HeaderList {
  /// The status code in the first field.
  var status: Int {
    let status = first(":status").flatMap { Int($0) } ?? 0
    precondition((100...999).contains(status), "a response begins with its status")
    return status
  }
}
