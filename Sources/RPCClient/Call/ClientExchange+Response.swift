internal import Synchronization
internal import Buffers
internal import HTTP
internal import Net
internal import RPC
internal import RPCWire

extension ClientExchange {
  func setTimer() {
    guard let deadline = head.deadline else { return }
    let timer = LoopTimer(target: self)
    self.timer = timer
    loop.set(timer, at: deadline.instant)
  }

  func fired(_ timer: LoopTimer) {
    guard !isEnded else { return }
    finish(.deadlineExceeded)
    carrier?.reset(self, code: HTTP2Code.cancel)
  }

  func takeHead() {
    guard !isEnded else { return }
    do {
      try readHead()
    } catch {
      fail(error)
    }
  }

  private func readHead() throws(RPCError) {
    guard !headersAreTooLarge else {
      throw RPCError(.resourceExhausted, "the response's headers are too large")
    }
    httpStatus = Int(headers.first(":status") ?? "") ?? 0
    switch wire {
    case .grpc, .grpcWeb, .grpcWebText: try readGRPCHead()
    case .connectStream: try readConnectStreamHead()
    case .connectUnary: try readConnectUnaryHead()
    }
  }

  private func readGRPCHead() throws(RPCError) {
    // A status in the headers counts if nothing follows them (Trailers-Only).
    hasEarlyStatus = Status(reading: headers) != nil
    if !hasEarlyStatus { try readGRPCHeadBeforeMore() }
  }

  /// Something follows the headers: a status in them means nothing.
  private func readGRPCHeadBeforeMore() throws(RPCError) {
    hasEarlyStatus = false
    try checkStatusAndType()
    try readCompression()
    if wire == .grpcWebText { base64 = Base64StreamDecoder() }
    publish(try Metadata(reading: headers))
  }

  private func readConnectStreamHead() throws(RPCError) {
    try checkStatusAndType()
    try readCompression()
    publish(try Metadata(reading: headers))
  }

  private func readConnectUnaryHead() throws(RPCError) {
    try readCompression()
    guard httpStatus == 200 else { return }
    try checkStatusAndType()
  }

  private func checkStatusAndType() throws(RPCError) {
    guard httpStatus == 200 else {
      throw RPCError(
        Status.Code(httpStatus: httpStatus),
        "the response has HTTP status \(httpStatus)")
    }
    guard let index = headers.firstIndex(of: "content-type") else {
      throw RPCError(.unknown, "the response has no content type")
    }
    let type = headers.withField(at: index) { _, value in
      (try? ContentType(reading: value), value.string)
    }
    guard let found = type.0 else {
      throw RPCError(.unknown, "the response has the content type \(type.1.prefix(100))")
    }
    guard found.wireProtocol == wire else {
      throw RPCError(.unknown, "the response has the content type \(type.1.prefix(100))")
    }
    guard found.codec == head.codec else {
      throw RPCError(.internal, "the response has the content type \(type.1.prefix(100))")
    }
  }

  private func readCompression() throws(RPCError) {
    guard let index = headers.firstIndex(of: wire.encodingField) else { return }
    let name = headers.withField(at: index) { _, value in
      (Compression(reading: value), value.string)
    }
    guard let known = name.0 else {
      throw RPCError(
        .internal, "the response is compressed with \(name.1), which was not asked for")
    }
    responseCompression = known
  }

  func take(_ body: RawSpan) {
    uncredited += body.byteCount
    guard !isEnded else { return credit() }
    do {
      if hasEarlyStatus, !body.isEmpty { try readGRPCHeadBeforeMore() }
      if base64 != nil {
        try base64?.decode(body, into: &input)
      } else {
        input.append(body)
      }
      if wire == .connectUnary {
        guard input.count <= head.responseSizeMax else {
          throw RPCError(
            .resourceExhausted, "the message has more than \(head.responseSizeMax) bytes")
        }
      } else {
        try takeMessages()
      }
    } catch {
      fail(RPCError(thrown: error))
      return
    }
    if inbox.withLock({ $0.byteCount }) <= configuration.responseBufferMax { credit() }
  }

  func credit() {
    guard uncredited > 0 else { return }
    carrier?.consumed(uncredited, by: self)
    uncredited = 0
  }

  private func takeMessages() throws(RPCError) {
    while !isEnded, let envelope = try deframer.next(in: input) {
      let compression = try envelope.compression(declared: responseCompression)
      var message: [UInt8] = []
      try input.withBytes { (all) throws(RPCError) in
        message = try decompressed(
          all.extracting(Envelope.byteCount..<envelope.totalCount), compression)
      }
      input.drop(envelope.totalCount)
      guard envelope.flags.isDisjoint(with: [.trailers, .endStream]) || input.isEmpty else {
        throw RPCError(.internal, "the response goes on after its end")
      }
      if envelope.flags.contains(.trailers) {
        try readWebTrailers(message)
      } else if envelope.flags.contains(.endStream) {
        try readEndStream(message)
      } else {
        deliver(message, wasCompressed: compression != .identity)
      }
    }
  }

  private func decompressed(
    _ bytes: RawSpan, _ compression: Compression
  ) throws(RPCError) -> [UInt8] {
    guard compression != .identity else {
      return unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
    }
    var plain = ByteQueue()
    try codecs.decompressor.decompress(
      bytes, into: &plain, compression, limit: head.responseSizeMax)
    return plain.take(plain.count)
  }

  private static let trailersSizeMax = 64 << 10

  private func readWebTrailers(_ block: [UInt8]) throws(RPCError) {
    let fields = unsafe try WebTrailers.read(block.span.bytes, sizeMax: Self.trailersSizeMax)
    guard let status = Status(reading: fields) else {
      throw RPCError(.internal, "the response's trailers have no grpc-status")
    }
    end(status, try Metadata(reading: fields))
  }

  private func readEndStream(_ block: [UInt8]) throws(RPCError) {
    let last = unsafe try EndStream(
      reading: block.span.bytes, trailersSizeMax: Self.trailersSizeMax)
    end(last.status, last.trailers)
  }

  func takeEnd() {
    guard !isEnded else { return }
    do {
      try readEnd()
    } catch {
      fail(error)
    }
  }

  private func readEnd() throws(RPCError) {
    if wire == .connectUnary { return try readConnectUnaryBody() }
    if hasEarlyStatus {
      if trailerFields.count == 0 { return try readTrailersOnly() }
      try readGRPCHeadBeforeMore()
    }
    try base64?.finish()
    try deframer.finish(input)
    guard wire == .grpc else {
      throw RPCError(.internal, "the response ended without its status")
    }
    guard let status = Status(reading: trailerFields) else {
      throw RPCError(
        Status.Code(httpStatus: httpStatus), "the response ended without its status")
    }
    end(status, try Metadata(reading: trailerFields))
  }

  private func readTrailersOnly() throws(RPCError) {
    let metadata = try Metadata(reading: headers)
    let status = Status(reading: headers) ?? .ok
    if status.code == .ok { publish(metadata) }
    end(status, metadata)
  }

  private func readConnectUnaryBody() throws(RPCError) {
    var body: [UInt8] = []
    try input.withBytes { (bytes) throws(RPCError) in
      body = try decompressed(bytes, bytes.isEmpty ? .identity : responseCompression)
    }
    let (metadata, trailers) = try Metadata.readUnary(headers)
    guard httpStatus == 200 else {
      let type = headers.first("content-type") ?? ""
      let status =
        unsafe type.hasPrefix("application/json")
        ? ConnectError.read(body.span.bytes, httpStatus: httpStatus)
        : Status(
          Status.Code(httpStatus: httpStatus),
          "the response has HTTP status \(httpStatus)")
      var all = metadata
      all.append(contentsOf: trailers)
      throw RPCError(status, metadata: all)
    }
    publish(metadata)
    deliver(body, wasCompressed: !body.isEmpty && responseCompression != .identity)
    end(.ok, trailers)
  }

  func takeEnd(_ reason: EndReason) {
    defer {
      whenEnded?()
      whenEnded = nil
    }
    guard !isEnded else { return }
    switch reason {
    case .completed:
      finish(RPCError(.internal, "the response ended without its status"))
    case .refused:
      var error = RPCError(.unavailable, "the server did not look at the call")
      error.isUnprocessed = true
      finish(error)
    case .reset(HTTP2Code.cancel) where head.deadline?.hasPassed == true:
      finish(.deadlineExceeded)
    case .reset(let code):
      let text = "the server ended the stream with HTTP/2 error \(code)"
      finish(seen(RPCError(Status.Code(http2Code: code), text)))
    case .connectionLost:
      finish(
        RPCError(.unavailable, "the connection was lost: \(lossReason ?? "closed by the server")"))
    }
  }
}

// MARK: - Handing over

extension ClientExchange {
  private func publish(_ metadata: Metadata) {
    let reader = unsafe inbox.withLock { inbox in
      if inbox.metadata == nil { inbox.metadata = metadata }
      return unsafe inbox.takeReader()
    }
    unsafe reader?.resume()
  }

  private func deliver(_ message: [UInt8], wasCompressed: Bool) {
    let reader = unsafe inbox.withLock { inbox in
      inbox.byteCount += message.count
      inbox.messages.append(Message(bytes: message, wasCompressed: wasCompressed))
      return unsafe inbox.takeReader()
    }
    unsafe reader?.resume()
  }

  /// The server's word on how the call went.
  private func end(_ status: Status, _ trailers: Metadata) {
    guard status.code != .ok else { return finish(nil, trailers) }
    finish(seen(RPCError(status, metadata: trailers)), trailers)
  }

  /// A server that heard of the deadline first cancels; what the caller sees is its deadline.
  private func seen(_ error: RPCError) -> RPCError {
    error.code == .cancelled && head.deadline?.hasPassed == true ? .deadlineExceeded : error
  }

  private func fail(_ error: RPCError) {
    finish(error, error.metadata)
    carrier?.reset(self, code: HTTP2Code.cancel)
  }

  /// Ends the call for its caller. Messages that arrived are still delivered when it ended well or
  /// by the server's word.
  func finish(_ error: RPCError?, _ trailers: Metadata = [:]) {
    guard !isEnded else { return }
    isEnded = true
    if let timer {
      loop.cancel(timer)
    }
    timer = nil
    startWhenReady = nil
    input.removeAll()
    credit()
    if !outputHasEnded {
      // Nobody reads what is still to be sent.
      output.removeAll()
      outputHasEnded = true
      if wasStarted { carrier?.outputGrew(self) }
    }
    let (reader, writer) = unsafe inbox.withLock { inbox in
      inbox.outcome = Outcome(error: error)
      inbox.trailers = trailers
      return unsafe (inbox.takeReader(), inbox.takeWriter())
    }
    unsafe reader?.resume()
    unsafe writer?.resume()
  }
}
