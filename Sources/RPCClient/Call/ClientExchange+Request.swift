internal import Synchronization
internal import Buffers
internal import HTTP
internal import Net
internal import RPC
internal import RPCWire

extension ClientExchange {
  /// The request's header block, pseudo header fields first.
  func appendHead(to fields: inout HeaderList, scheme: StaticString, authority: String) {
    let isGet = usesGet
    // Connect's unary call says it of its message, the others of the messages that may come.
    let compression = wire == .connectUnary && !outputIsCompressed ? .identity : head.compression
    fields.append(":method", isGet ? "GET" : "POST")
    fields.append(":scheme", scheme)
    if isGet {
      let query = ConnectQuery(
        head.codec, output.take(output.count), compression: compression)
      fields.append(":path", "\(head.method.path)?\(query.text)")
    } else {
      fields.append(":path", head.method.path)
    }
    fields.append(":authority", authority)
    if let deadline = head.deadline {
      fields.append(wire.timeoutField, wire.timeout(writing: deadline.remaining))
    }
    if !isGet { fields.append("content-type", contentType.value) }
    if wire == .grpc { fields.append("te", "trailers") }
    if wire.isConnect, !isGet { fields.append("connect-protocol-version", "1") }
    if wire == .grpcWeb || wire == .grpcWebText { fields.append("x-grpc-web", "1") }
    if compression != .identity, !isGet {
      fields.append(wire.encodingField, compression.name)
    }
    fields.append(wire.acceptEncodingField, AcceptedCompressions.all.list)
    if head.metadata["user-agent"] == nil {
      fields.append("user-agent", configuration.userAgent)
    }
    for field in head.metadata.fields where field.name == "grpc-previous-rpc-attempts" {
      if case .text(let text) = field.value { fields.append("grpc-previous-rpc-attempts", text) }
    }
    var metadata = head.metadata
    metadata.removeAll("grpc-previous-rpc-attempts")
    // It was validated when the call was made.
    try? metadata.append(to: &fields)
  }

  private var usesGet: Bool {
    configuration.usesGet && wire == .connectUnary && head.method.idempotency == .noSideEffects
  }

  /// Whether the request waits for its message before its head is sent: Connect's unary call has
  /// no frames, so the body's length is known.
  var mustBeWhole: Bool { wire == .connectUnary }

  func write(_ message: [UInt8], isLast: Bool) {
    guard !isEnded else { return }
    let before = output.count
    do {
      try append(message)
    } catch {
      finish(RPCError(thrown: error))
      carrier?.reset(self, code: HTTP2Code.cancel)
      return
    }
    // From here on what counts is how much waits in the output.
    inbox.withLock { $0.unsentCount += output.count - before - message.count }
    if isLast { outputHasEnded = true }
    if wasStarted { carrier?.outputGrew(self) } else { startWhenReady?() }
  }

  func endOutput() {
    guard !isEnded, !outputHasEnded else { return }
    outputHasEnded = true
    if wasStarted { carrier?.outputGrew(self) } else { startWhenReady?() }
  }

  private func append(_ message: [UInt8]) throws {
    let bytes = unsafe message.span.bytes
    let isPlain = message.isEmpty || head.compresses?(message) == false
    let compression = isPlain ? .identity : head.compression
    // Nothing stands for nothing in every compression, so an empty message may name one.
    outputIsCompressed = head.compression != .identity && head.compresses?(message) != false
    switch wire {
    case .connectUnary:
      codecs.compressor.compress(bytes, into: &output, compression)
    case .grpcWebText:
      var framed = ByteQueue()
      try appendFramed(bytes, compression, to: &framed)
      framed.withBytes { output.appendBase64($0) }
    case .grpc, .grpcWeb, .connectStream:
      try appendFramed(bytes, compression, to: &output)
    }
  }

  private func appendFramed(
    _ bytes: RawSpan, _ compression: Compression, to target: inout ByteQueue
  ) throws {
    try target.appendMessage(compression == .identity ? [] : .compressed) { target in
      codecs.compressor.compress(bytes, into: &target, compression)
    }
  }

  /// The carrier took bytes.
  func wakeWriter() {
    let count = output.count
    let limit = configuration.requestBufferMax
    let writer = unsafe inbox.withLock { inbox in
      inbox.unsentCount = count
      return count <= limit / 2 ? unsafe inbox.takeWriter() : nil
    }
    unsafe writer?.resume()
  }
}
