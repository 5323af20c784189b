internal import Buffers
internal import HTTP

extension ServerSession {
  /// Takes what the socket brought, all of it.
  ///
  /// An error is for the log: the client's answer is in the output, and ``shouldClose`` says
  /// when it is sent.
  public func receive(_ bytes: RawSpan) throws(HTTP1Error) {
    let hadFailed = failure != nil
    if unread.isEmpty {
      let count = read(bytes)
      unread.append(bytes.extracting(count...))
    } else {
      unread.append(bytes)
      readUnread()
    }
    if let failure, !hadFailed { throw failure }
  }

  /// Goes on with input that had to wait.
  func readUnread() {
    guard !isReading else { return }
    if hasParkedHead || !unread.isEmpty {
      // Exchanges may be called, so nothing holds on to the property meanwhile.
      var waiting = ByteQueue()
      swap(&waiting, &unread)
      let count = waiting.withBytes { read($0) }
      waiting.drop(count)
      if !waiting.isEmpty { swap(&waiting, &unread) }
    }
    if inputHasEnded, unread.isEmpty { endTruncated() }
  }

  private func endTruncated() {
    guard let transaction = receiving else {
      if !hasParkedHead { acceptsRequests = false }
      return
    }
    failure = .truncated
    acceptsRequests = false
    receiving = nil
    transaction.isAborted = true
    end(transaction, .connectionLost)
  }

  /// Reads as far as it may, and says how many bytes are done with.
  private func read(_ bytes: RawSpan) -> Int {
    isReading = true
    defer { isReading = false }
    var offset = 0
    do throws(HTTP1Error) {
      while try step(bytes, &offset) {}
    } catch {
      fail(error)
      return bytes.byteCount
    }
    return offset
  }

  /// Makes one step and says whether another may follow.
  private func step(_ bytes: RawSpan, _ offset: inout Int) throws(HTTP1Error) -> Bool {
    guard (acceptsRequests || receiving != nil) && !isBroken && !hasUpgraded else {
      hasParkedHead = false
      offset = bytes.byteCount
      return false
    }
    if hasParkedHead {
      guard mayStart else { return false }
      hasParkedHead = false
      try start(rest: bytes.extracting(offset...))
      return true
    }
    guard receiving == nil || unconsumed < limits.bodyBufferMax else { return false }
    let rest = bytes.extracting(offset...)
    let step = try reader.next(rest)
    offset += step.count
    switch step.event {
    case .incomplete: return false
    case .head: hasParkedHead = true
    case .body: received(rest.extracting(step.bodyStart..<step.count))
    case .end: receivedEnd()
    }
    return true
  }

  /// Whether the parked request may run beside the open ones: several may only if none of them
  /// changes anything (RFC 9112 section 9.3.2).
  private var mayStart: Bool {
    guard let last = transactions.last else { return true }
    return transactions.count < limits.pipelinedMax && last.isSafe && reader.parser.isSafe
      && !reader.parser.asksForUpgrade && !isDraining
  }

  private func start(rest: RawSpan) throws(HTTP1Error) {
    var request = try RequestHead(reader.parser, scheme: scheme)
    if let name = request.upgrade, offerUpgrade(to: name, request.headers, rest) { return }
    guard let exchange = delegate?.makeExchange() else {
      refuse()
      return
    }
    let transaction = Transaction(exchange, reader.parser)
    transaction.expectsContinue = request.expectsContinue
    transactions.append(transaction)
    receiving = transaction
    if transaction.closes { acceptsRequests = false }
    exchange.carrier = self
    swap(&exchange.headers, &request.headers)
    exchange.receivedHeaders(isLast: reader.isAtEnd)
    // The exchange had its chance to answer at once; else the body may come.
    if transaction.expectsContinue { askForFlush() }
  }

  private func refuse() {
    acceptsRequests = false
    transactions.append(
      Transaction(refusing: 503, "the server takes no requests now", date: date))
    askForFlush()
  }

  private func offerUpgrade(
    to name: String, _ headers: borrowing HeaderList, _ rest: RawSpan
  ) -> Bool {
    guard transactions.isEmpty, !isDraining, let delegate else { return false }
    // The new protocol's first message needs the fields about the connection, too.
    var all = HeaderList()
    for index in 0..<headers.count {
      headers.withField(at: index) { name, value in all.append(name, value) }
    }
    for index in 0..<reader.parser.fields.count {
      reader.parser.fields.withField(at: index) { name, value in
        if name.isAboutConnection { all.append(name, value) }
      }
    }
    hasUpgraded = true
    hasUpgraded = delegate.upgrade(to: name, all, remaining: rest)
    return hasUpgraded
  }

  private func received(_ body: RawSpan) {
    guard let transaction = receiving else { return }
    transaction.expectsContinue = false
    guard let exchange = transaction.exchange else {
      discard(body.byteCount, of: transaction)
      return
    }
    transaction.unconsumed += body.byteCount
    exchange.received(body)
  }

  /// Lets pass what a client still sends after its answer, if it is little enough.
  private func discard(_ count: Int, of transaction: Transaction) {
    transaction.discarded += count
    guard transaction.discarded > limits.discardedMax else { return }
    acceptsRequests = false
    receiving = nil
    askForFlush()
  }

  private func receivedEnd() {
    guard let transaction = receiving else { return }
    receiving = nil
    transaction.hasReceivedAll = true
    guard let exchange = transaction.exchange else {
      askForFlush()
      return
    }
    if reader.parser.isChunked { swap(&exchange.trailerFields, &reader.parser.fields) }
    exchange.receivedEnd()
  }

  /// Answers what cannot be understood, once it is its turn, and reads no more.
  private func fail(_ error: HTTP1Error) {
    failure = error
    acceptsRequests = false
    hasParkedHead = false
    if let transaction = receiving {
      receiving = nil
      transaction.hasReceivedAll = true
      if transaction.headIsWritten {
        transaction.isAborted = true
      } else {
        transaction.refuse(error.status, error.description, date: date)
      }
      end(transaction, .reset(HTTP2Code.protocolError))
    } else {
      transactions.append(
        Transaction(refusing: error.status, error.description, date: date))
    }
    askForFlush()
  }
}
