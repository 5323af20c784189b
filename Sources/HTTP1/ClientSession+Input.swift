internal import Buffers
internal import HTTP

extension ClientSession {
  /// Takes what the socket brought, all of it.
  ///
  /// An error is for the log: the exchange has ended and ``shouldClose`` is true.
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

  func readUnread() {
    guard !isReading else { return }
    if !unread.isEmpty {
      // The exchange may be called, so nothing holds on to the property meanwhile.
      var waiting = ByteQueue()
      swap(&waiting, &unread)
      let count = waiting.withBytes { read($0) }
      waiting.drop(count)
      if !waiting.isEmpty { swap(&waiting, &unread) }
    }
    if inputHasEnded, unread.isEmpty { endWithInput() }
  }

  /// The end of the connection ends a body of unknown length, and cuts anything else.
  private func endWithInput() {
    guard exchange != nil else { return }
    if hasFinalHead, reader.endsWithConnection {
      keepsAlive = false
      receivedEnd()
      return
    }
    failure = .truncated
    breakOff(headIsWritten ? .connectionLost : .refused)
  }

  private func read(_ bytes: RawSpan) -> Int {
    isReading = true
    defer { isReading = false }
    var offset = 0
    do throws(HTTP1Error) {
      while try step(bytes, &offset) {}
    } catch {
      failure = error
      breakOff(headIsWritten ? .reset(HTTP2Code.protocolError) : .refused)
      return bytes.byteCount
    }
    return offset
  }

  /// Makes one step and says whether another may follow.
  private func step(_ bytes: RawSpan, _ offset: inout Int) throws(HTTP1Error) -> Bool {
    guard !isBroken else {
      offset = bytes.byteCount
      return false
    }
    let rest = bytes.extracting(offset...)
    // What comes before the request went out cannot be its answer.
    guard exchange != nil, headIsWritten else {
      guard rest.isEmpty else { throw .unexpectedResponse }
      return false
    }
    guard unconsumed < limits.bodyBufferMax else { return false }
    let step = try reader.next(rest)
    offset += step.count
    switch step.event {
    case .incomplete: return false
    case .head: try receivedHead()
    case .body: received(rest.extracting(step.bodyStart..<step.count))
    case .end:
      // What is left cannot be asked for yet, so that no later request may take it for its own.
      if hasFinalHead, offset < bytes.byteCount { keepsAlive = false }
      receivedEnd()
    }
    return true
  }

  private func receivedHead() throws(HTTP1Error) {
    let parser = reader.parser
    if parser.status < 200 {
      interimCount += 1
      guard parser.status != 101, interimCount <= limits.interimMax else {
        throw .badInterimResponse
      }
      return
    }
    guard let exchange else { return }
    hasFinalHead = true
    if !parser.keepsAlive || reader.endsWithConnection { keepsAlive = false }
    var headers = HeaderList()
    headers.append(":status", String(parser.status))
    for index in 0..<parser.fields.count {
      parser.fields.withField(at: index) { name, value in
        if !name.isAboutConnection { headers.append(name, value) }
      }
    }
    swap(&exchange.headers, &headers)
    exchange.receivedHeaders(isLast: reader.isAtEnd)
  }

  private func received(_ body: RawSpan) {
    unconsumed += body.byteCount
    exchange?.received(body)
  }

  private func receivedEnd() {
    guard hasFinalHead, let exchange else { return }  // an interim response has no body
    if reader.parser.isChunked { swap(&exchange.trailerFields, &reader.parser.fields) }
    exchange.receivedEnd()
    guard self.exchange === exchange else { return }
    // A server that answers before it has read everything will not read the rest.
    if !hasSentAll { keepsAlive = false }
    end(.completed)
    askForFlush()
  }
}

// MARK: - Ends

extension ClientSession {
  func breakOff(_ reason: EndReason) {
    isBroken = true
    unread.removeAll(keepingUpTo: 0)
    end(reason)
    askForFlush()
  }

  func end(_ reason: EndReason) {
    guard let ending = exchange else { return }
    exchange = nil
    unconsumed = 0
    head.removeAll(keepingUpTo: 1024)
    ending.carrier = nil
    ending.ended(reason)
  }

  func askForFlush() {
    guard !hasAskedForFlush else { return }
    hasAskedForFlush = true
    delegate?.sessionHasOutput()
  }
}
