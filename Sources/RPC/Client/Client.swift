public import SwiftProtobuf

/// Makes calls over a transport. Generated clients wrap one; it is a value and free to copy.
public struct Client: Sendable {
  /// What calls use where they say nothing else.
  public var defaults: CallOptions
  let transport: any ClientTransport
  let interceptors: [any ClientInterceptor]
  let throttle: RetryThrottle

  public init(
    transport: any ClientTransport, interceptors: [any ClientInterceptor] = [],
    defaults: CallOptions = CallOptions(), throttle: RetryThrottle = RetryThrottle()
  ) {
    self.transport = transport
    self.interceptors = interceptors
    self.defaults = defaults
    self.throttle = throttle
  }

  /// The largest response message that is accepted where nothing else is said: 4 MiB, as in gRPC.
  public static let responseSizeMaxDefault = 4 << 20

  /// Ends calls that run and closes the transport.
  public func close() async {
    await transport.close()
  }

  /// Makes a call whose messages are bytes in the codec of `options`.
  public func start(
    _ method: MethodDescriptor, message: [UInt8], options: CallOptions = CallOptions()
  ) async throws(RPCError) -> ClientResponse {
    try await start(request(method, .message(message), options))
  }

  /// Makes a call whose request messages are bytes that come one after the other.
  public func start<Messages: AsyncSequence & Sendable>(
    _ method: MethodDescriptor, messages: Messages, options: CallOptions = CallOptions()
  ) async throws(RPCError) -> ClientResponse where Messages.Element == [UInt8] {
    try await start(
      request(
        method,
        .stream { sink in
          for try await message in messages { try await sink.send(message) }
        }, options))
  }
}

// MARK: - Typed calls

extension Client {
  public func unary<Request: Message, Response: Message>(
    _ method: MethodDescriptor, _ message: Request, options: CallOptions
  ) async throws(RPCError) -> Response {
    let codec = self.codec(options)
    let response = try await start(
      request(method, .message(try codec.encode(message)), options))
    return try await response.only(Response.self, method, codec)
  }

  public func clientStreaming<Requests: AsyncSequence & Sendable, Response: Message>(
    _ method: MethodDescriptor, _ messages: Requests, options: CallOptions
  ) async throws(RPCError) -> Response where Requests.Element: Message {
    let response = try await start(streaming(method, messages, options))
    return try await response.only(Response.self, method, codec(options))
  }

  public func serverStreaming<Request: Message, Response: Message>(
    _ method: MethodDescriptor, _ message: Request, options: CallOptions
  ) -> ResponseStream<Response> {
    let codec = self.codec(options)
    return ResponseStream(codec: codec) { () throws(RPCError) in
      try await start(request(method, .message(try codec.encode(message)), options))
    }
  }

  public func bidirectional<Requests: AsyncSequence & Sendable, Response: Message>(
    _ method: MethodDescriptor, _ messages: Requests, options: CallOptions
  ) -> ResponseStream<Response> where Requests.Element: Message {
    ResponseStream(codec: codec(options)) { () throws(RPCError) in
      try await start(streaming(method, messages, options))
    }
  }

  public func clientStreaming<Requests: Sequence & Sendable, Response: Message>(
    _ method: MethodDescriptor, _ messages: Requests, options: CallOptions
  ) async throws(RPCError) -> Response where Requests.Element: Message {
    try await clientStreaming(method, Elements(sequence: messages), options: options)
  }

  public func bidirectional<Requests: Sequence & Sendable, Response: Message>(
    _ method: MethodDescriptor, _ messages: Requests, options: CallOptions
  ) -> ResponseStream<Response> where Requests.Element: Message {
    bidirectional(method, Elements(sequence: messages), options: options)
  }

  private func codec(_ options: CallOptions) -> Codec {
    options.codec ?? defaults.codec ?? .proto
  }

  private func streaming<Requests: AsyncSequence & Sendable>(
    _ method: MethodDescriptor, _ messages: Requests, _ options: CallOptions
  ) -> ClientRequest where Requests.Element: Message {
    let codec = codec(options)
    return request(
      method,
      .stream { sink in
        for try await message in messages { try await sink.send(codec.encode(message)) }
      }, options)
  }

  private func request(
    _ method: MethodDescriptor, _ body: ClientRequest.Body, _ options: CallOptions
  ) -> ClientRequest {
    let options = options.completed(by: defaults)
    let deadline = Deadline.earliest(
      options.timeout.map { .after($0) }, ServerCall.current?.deadline)
    return ClientRequest(
      method: method, metadata: options.metadata, deadline: deadline,
      codec: options.codec ?? .proto, options: options, body: body)
  }
}

/// The elements of a sequence, for where an asynchronous one is asked for.
private struct Elements<Base: Sequence & Sendable>: AsyncSequence, Sendable {
  let sequence: Base

  func makeAsyncIterator() -> Iterator {
    Iterator(iterator: sequence.makeIterator())
  }

  struct Iterator: AsyncIteratorProtocol {
    var iterator: Base.Iterator

    mutating func next() async -> Base.Element? {
      iterator.next()
    }
  }
}

extension ClientResponse {
  /// The one message of a response that does not stream.
  fileprivate func only<Response: Message>(
    _ type: Response.Type, _ method: MethodDescriptor, _ codec: Codec
  ) async throws(RPCError) -> Response {
    guard let bytes = try await next() else {
      throw RPCError(.unimplemented, "\(method.path) answered without a message")
    }
    guard try await next() == nil else {
      cancel()
      throw RPCError(.unimplemented, "\(method.path) answered with more than one message")
    }
    return unsafe try codec.decode(type, from: bytes.span.bytes)
  }
}
