internal import Synchronization
internal import Buffers
internal import SwiftProtobuf

/// A call that is being answered: what came with it, and what goes back beside the messages.
public struct ServerCall: Sendable {
  package let stream: any ServerStream
  package var requestObserver: (@Sendable (RawSpan) throws -> Void)?

  package init(_ stream: any ServerStream) {
    self.stream = stream
  }

  /// The call that the current task answers, if any. Calls that it makes to other servers inherit
  /// the deadline and the trace context.
  @TaskLocal public static var current: ServerCall?

  public var method: MethodDescriptor { stream.method }
  /// What the caller sent beside its messages.
  public var metadata: Metadata { stream.metadata }
  /// When the caller stops waiting; the call is cancelled then.
  public var deadline: Deadline? { stream.deadline }
  public var peer: Peer { stream.peer }
  /// How the caller encodes messages, and the response is encoded.
  public var codec: Codec { stream.codec }

  /// Whether the message that was received last had been compressed on its way.
  public var requestWasCompressed: Bool { stream.requestWasCompressed }

  /// Who calls, where an interceptor has proven it.
  public var caller: Caller? {
    get { stream.extras.read(\.caller) }
    nonmutating set { stream.extras.change { $0.caller = newValue } }
  }

  /// What goes back before the first message. Changes after that have no effect.
  public var responseMetadata: Metadata {
    get { stream.extras.read(\.responseMetadata) }
    nonmutating set { stream.extras.change { $0.responseMetadata = newValue } }
  }

  /// What goes back with the status.
  public var responseTrailers: Metadata {
    get { stream.extras.read(\.responseTrailers) }
    nonmutating set { stream.extras.change { $0.responseTrailers = newValue } }
  }

  /// How response messages are compressed, or else by what the caller accepts; nil leaves it to
  /// the server.
  public var compression: Compression? {
    get { stream.extras.read(\.compression) }
    nonmutating set { stream.extras.change { $0.compression = newValue } }
  }

  /// Sends the response metadata now instead of with the first message.
  public func sendMetadata() async throws {
    try await stream.sendMetadata()
  }

  /// The same call, with `observer` reading each request message before it is decoded. An error
  /// that it throws ends the call.
  public func observingRequests(
    _ observer: @escaping @Sendable (RawSpan) throws -> Void
  ) -> ServerCall {
    var call = self
    if let inner = requestObserver {
      call.requestObserver = { bytes in
        try observer(bytes)
        try inner(bytes)
      }
    } else {
      call.requestObserver = observer
    }
    return call
  }
}

// MARK: - Messages

extension ServerCall {
  func receive<M: Message>(_ type: M.Type) async throws -> M? {
    var message = M()
    // A message that is here costs no other async function.
    if let arrived = try receiveNow(into: &message) { return arrived ? message : nil }
    return try await receiveLater(type)
  }

  /// Reads a message when that needs no waiting, and says whether there was one.
  private func receiveNow<M: Message>(into message: inout M) throws -> Bool? {
    try stream.receiveNow { bytes in
      try requestObserver?(bytes)
      try codec.decode(bytes, into: &message)
    }
  }

  private func receiveLater<M: Message>(_ type: M.Type) async throws -> M? {
    var message = M()
    let codec = codec
    let observer = requestObserver
    let arrived = try await stream.receive { bytes in
      try observer?(bytes)
      try codec.decode(bytes, into: &message)
    }
    return arrived ? message : nil
  }

  /// The one request of a call whose requests do not stream.
  func receiveOnly<M: Message>(_ type: M.Type) async throws -> M {
    if stream.requestIsWhole { return try receiveOnlyNow(type) }
    guard let message = try await receiveLater(type) else { throw noRequest }
    if try await stream.receive({ _ in }) { throw surplusRequest }
    return message
  }

  private func receiveOnlyNow<M: Message>(_ type: M.Type) throws -> M {
    var message = M()
    guard try receiveNow(into: &message) == true else { throw noRequest }
    guard try stream.receiveNow({ _ in }) == false else { throw surplusRequest }
    return message
  }

  private var noRequest: RPCError {
    RPCError(.unimplemented, "\(method.path) takes one request message, none came")
  }

  private var surplusRequest: RPCError {
    RPCError(.unimplemented, "\(method.path) takes one request message, more came")
  }

  func send<M: Message>(_ message: M, compressed: Bool?) async throws {
    if try sendNow(message, compressed) { return }
    let codec = codec
    try await stream.send(compressed: compressed) { output in
      try codec.encode(message, into: &output)
    }
  }

  private func sendNow<M: Message>(_ message: M, _ compressed: Bool?) throws -> Bool {
    try stream.sendNow(compressed: compressed) { output in
      try codec.encode(message, into: &output)
    }
  }

  /// The next request's bytes, for services that know no message types; nil after the last.
  public func receiveBytes() async throws -> [UInt8]? {
    var message: [UInt8] = []
    let observer = requestObserver
    let arrived = try await stream.receive { bytes in
      try observer?(bytes)
      message = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
    }
    return arrived ? message : nil
  }

  /// Sends a response as bytes in the call's codec.
  public func sendBytes(_ bytes: [UInt8], compressed: Bool? = nil) async throws {
    try await stream.send(compressed: compressed) { $0.append(bytes) }
  }
}
