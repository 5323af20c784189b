internal import Synchronization
internal import Buffers
internal import HTTP
internal import RPC
internal import RPCWire

extension ServerExchange {
  /// Adds a message to the response.
  func put(_ compressed: Bool?, _ encode: (inout ByteQueue) throws -> Void) throws {
    if let failure = state.failure { throw failure }
    guard !state.isFinished else { throw RPCError.cancelled }
    chooseCompression()
    if wire != .connectUnary { startResponse() }
    let before = output.count
    try append(compressed, encode)
    state.counts.responses += 1
    state.counts.responseBytes += output.count - before
    carrier?.outputGrew(self)
  }

  private func append(_ compressed: Bool?, _ encode: (inout ByteQueue) throws -> Void) throws {
    let isPlain = state.responseCompression == .identity || compressed == false
    if wire == .grpcWebText || !isPlain {
      try appendTransformed(compressed, encode)
    } else if wire == .connectUnary {
      output.removeAll()
      try encode(&output)
    } else {
      try output.appendMessage(.none, encode)
    }
  }

  /// The message goes through a queue of its own, since its final form is not what `encode` writes.
  private func appendTransformed(
    _ compressed: Bool?, _ encode: (inout ByteQueue) throws -> Void
  ) throws {
    var message = ByteQueue()
    try encode(&message)
    let compresses =
      state.responseCompression != .identity
      && (compressed ?? (message.count >= context.compression.sizeMin || handlerCompresses))
    var framed = ByteQueue()
    let write: (inout ByteQueue) throws -> Void = {
      [context, responseCompression = state.responseCompression] target in
      message.withBytes { bytes in
        if compresses {
          context.compressor.compress(bytes, into: &target, responseCompression)
        } else {
          target.append(bytes)
        }
      }
    }
    switch wire {
    case .connectUnary:
      output.removeAll()
      try write(&output)
      if !compresses { state.responseCompression = .identity }
    case .grpcWebText:
      try framed.appendMessage(compresses ? .compressed : .none, write)
      framed.withBytes { output.appendBase64($0) }
    case .grpc, .grpcWeb, .connectStream:
      try output.appendMessage(compresses ? .compressed : .none, write)
    }
  }

  private var handlerCompresses: Bool {
    changedExtras?.read(\.compression) != nil
  }

  /// What the handler asked for counts until the response has begun.
  private func chooseCompression() {
    guard !state.responseStarted, let wanted = changedExtras?.read(\.compression) else { return }
    state.responseCompression = state.accepted.choose(wanted)
  }

  /// Sends the response's headers, unless they are sent.
  func startResponse() {
    guard !state.responseStarted, !state.isFinished else { return }
    chooseCompression()
    respondWithHead()
  }

  private func respondWithHead() {
    state.responseStarted = true
    if headIsPlain {
      carrier?.respond(self, HeaderList(Self.plainHead))
      return
    }
    var fields = HeaderList()
    appendHead(to: &fields)
    appendMetadata(changedExtras?.read(\.responseMetadata), to: &fields)
    carrier?.respond(self, fields)
  }

  /// Whether the head is that of nearly all calls.
  private var headIsPlain: Bool {
    state.contentType == ContentType(.grpc, .proto) && state.responseCompression == .identity
      && state.requestCompression == .identity && state.accepted.rawValue == 0
      && !state.compressionIsUnknown && state.origin == nil && changedExtras == nil
  }

  private static let plainHead = ConstantFields([
    (":status", "200"), ("content-type", ContentType(.grpc, .proto).value),
  ])
  private static let plainTrailers = ConstantFields([("grpc-status", "0")])

  private func appendHead(to fields: inout HeaderList) {
    fields.append(":status", "200")
    fields.append("content-type", state.contentType.value)
    if state.responseCompression != .identity {
      fields.append(wire.encodingField, state.responseCompression.name)
    }
    if state.requestCompression != .identity || state.accepted != [] || state.compressionIsUnknown {
      fields.append(wire.acceptEncodingField, AcceptedCompressions.all.list)
    }
    if let origin = state.origin { context.cors?.append(to: &fields, for: origin) }
  }

  private func appendMetadata(
    _ metadata: Metadata?, to fields: inout HeaderList, prefix: String = ""
  ) {
    guard let metadata, !metadata.isEmpty else { return }
    // What the handler set and cannot travel is left out: the call's outcome matters more.
    try? metadata.append(to: &fields, prefix: prefix)
  }

  /// Ends the response with what the handler, a deadline or a refusal came to. The first one counts.
  func finish(_ error: RPCError?) {
    guard !state.isFinished else { return }
    state.isFinished = true
    stopTimer()
    if let error {
      state.failure = error
      // A part of a response is worth nothing beside the error.
      if error.code == .deadlineExceeded || error.code == .cancelled { output.removeAll() }
    }
    var trailers = changedExtras?.read(\.responseTrailers) ?? Metadata()
    if let error { trailers.append(contentsOf: error.metadata) }
    let status = error?.status ?? .ok
    switch wire {
    case .grpc: finishGRPC(status, trailers)
    case .grpcWeb, .grpcWebText: finishGRPCWeb(status, trailers)
    case .connectStream: finishConnectStream(status, trailers)
    case .connectUnary: finishConnectUnary(status, trailers)
    }
    state.input.removeAll(keepingUpTo: 4096)
    credit()
    wakeReader()
    wakeWriter()
    record(status.code)
  }

  private func finishGRPC(_ status: Status, _ trailers: Metadata) {
    outputHasEnded = true
    if status.code == .ok, trailers.isEmpty {
      outputTrailers = HeaderList(Self.plainTrailers)
      beginOrContinue()
      return
    }
    var fields = HeaderList()
    let isBare = changedExtras?.read(\.responseMetadata).isEmpty ?? true
    if !state.responseStarted, status.code != .ok, isBare {
      // Trailers-Only, so that a client knows that it may try again (gRFC A6).
      state.responseStarted = true
      appendHead(to: &fields)
      status.append(to: &fields)
      appendMetadata(trailers, to: &fields)
      carrier?.respond(self, fields)
      return
    }
    status.append(to: &fields)
    appendMetadata(trailers, to: &fields)
    outputTrailers = consume fields
    beginOrContinue()
  }

  private func finishGRPCWeb(_ status: Status, _ trailers: Metadata) {
    var fields = HeaderList()
    status.append(to: &fields)
    appendMetadata(trailers, to: &fields)
    if wire == .grpcWebText {
      var frame = ByteQueue()
      WebTrailers.append(fields, to: &frame)
      frame.withBytes { output.appendBase64($0) }
    } else {
      WebTrailers.append(fields, to: &output)
    }
    outputHasEnded = true
    beginOrContinue()
  }

  private func finishConnectStream(_ status: Status, _ trailers: Metadata) {
    // Nothing in it can be refused once unsendable trailers are left out.
    try? output.appendMessage(.endStream) { output in
      do {
        try EndStream(status, trailers: trailers).append(to: &output)
      } catch {
        try EndStream(status).append(to: &output)
      }
    }
    outputHasEnded = true
    beginOrContinue()
  }

  private func beginOrContinue() {
    if state.responseStarted {
      carrier?.outputGrew(self)
    } else {
      respondWithHead()
    }
  }

  private func finishConnectUnary(_ status: Status, _ trailers: Metadata) {
    var fields = HeaderList()
    if status.code == .ok {
      appendHead(to: &fields)
    } else {
      output.removeAll()
      // Connect tells a path that nobody serves from a method that says so itself.
      fields.append(":status", state.isUnrouted ? "404" : String(status.code.httpStatus))
      fields.append("content-type", "application/json")
      if let origin = state.origin { context.cors?.append(to: &fields, for: origin) }
      ConnectError.append(status, to: &output)
    }
    if state.isGet { fields.append("vary", "accept-encoding") }
    appendMetadata(changedExtras?.read(\.responseMetadata), to: &fields)
    appendMetadata(trailers, to: &fields, prefix: "trailer-")
    state.responseStarted = true
    outputHasEnded = true
    carrier?.respond(self, fields)
  }

  /// Tells the observers.
  func record(_ code: Status.Code) {
    guard !context.observers.isEmpty, state.page == nil else { return }
    let record = CallRecord(
      method: state.handler?.method, wireProtocol: wire.name, peer: peer, code: code,
      duration: started.duration(to: .now), requestCount: state.counts.requests,
      responseCount: state.counts.responses, requestBytes: state.counts.requestBytes,
      responseBytes: state.counts.responseBytes, traceParent: headers.first("traceparent"))
    for observer in context.observers { observer.callEnded(record) }
  }
}

extension WireProtocol {
  var name: String {
    switch self {
    case .grpc: "grpc"
    case .grpcWeb: "grpc-web"
    case .grpcWebText: "grpc-web-text"
    case .connectUnary, .connectStream: "connect"
    }
  }
}
