internal import ConnectConformance
internal import ConnectConformanceSchema
internal import RPC
internal import RPCClient
internal import SwiftProtobuf
internal import Synchronization
internal import TLS

/// One call of the suite, on a channel of its own.
struct ScriptedCall: Sendable {
  typealias Suite = Connectrpc_Conformance_V1
  typealias Methods = Suite.ConformanceServiceMethods

  let request: Suite.ClientCompatRequest

  init(_ request: Suite.ClientCompatRequest) {
    self.request = request
  }

  func response() async -> Suite.ClientCompatResponse {
    var response = Suite.ClientCompatResponse()
    response.testName = request.testName
    do {
      let channel = try Channel("\(request.host):\(request.port)", configuration())
      response.response = try await result(over: channel)
      await channel.close()
    } catch {
      response.error.message = "\(error)"
    }
    return response
  }

  private func result(over channel: Channel) async throws -> Suite.ClientResponseResult {
    let recorder = Recorder()
    let client = Client(
      transport: channel, interceptors: [recorder],
      defaults: CallOptions(retry: RetryPolicy.never))
    switch request.method {
    case "Unary":
      await unary(client, recorder, Methods.unary, try messages(Suite.UnaryRequest.self)) {
        (response: Suite.UnaryResponse) in response.payload
      }
    case "IdempotentUnary":
      await unary(
        client, recorder, Methods.idempotentUnary, try messages(Suite.IdempotentUnaryRequest.self)
      ) { (response: Suite.IdempotentUnaryResponse) in response.payload }
    case "Unimplemented":
      await unary(
        client, recorder, Methods.unimplemented, try messages(Suite.UnimplementedRequest.self)
      ) { (_: Suite.UnimplementedResponse) in nil }
    case "ServerStream":
      await serverStream(client, recorder, try messages(Suite.ServerStreamRequest.self))
    case "ClientStream":
      await clientStream(client, recorder, try messages(Suite.ClientStreamRequest.self))
    case "BidiStream":
      await bidiStream(client, recorder, try messages(Suite.BidiStreamRequest.self))
    default: throw RPCError(.unimplemented, "the method \(request.method) is not known")
    }
    return recorder.result
  }

  private func messages<M: Message>(_ type: M.Type) throws -> [M] {
    try request.requestMessages.map { try M(unpackingAny: $0) }
  }
}

// MARK: - The kinds of calls

extension ScriptedCall {
  private func unary<Request: Message, Response: Message>(
    _ client: Client, _ recorder: Recorder, _ method: MethodDescriptor, _ messages: [Request],
    _ payload: @escaping @Sendable (Response) -> Suite.ConformancePayload?
  ) async {
    await run(recorder) { () throws(RPCError) in
      guard let message = messages.first else { return }
      let response: Response = try await client.unary(method, message, options: options)
      if let payload = payload(response) { recorder.add(payload) }
    }
  }

  private func serverStream(
    _ client: Client, _ recorder: Recorder, _ messages: [Suite.ServerStreamRequest]
  ) async {
    await run(recorder) { () throws(RPCError) in
      guard let message = messages.first else { return }
      let responses: ResponseStream<Suite.ServerStreamResponse> = client.serverStreaming(
        Methods.serverStream, message, options: options)
      for try await response in responses { received(response.payload, recorder) }
    }
  }

  private func clientStream(
    _ client: Client, _ recorder: Recorder, _ messages: [Suite.ClientStreamRequest]
  ) async {
    let script = RequestScript(messages, request, turns: nil)
    await run(recorder, script.ending) { () throws(RPCError) in
      let response: Suite.ClientStreamResponse = try await client.clientStreaming(
        Methods.clientStream, script, options: options)
      recorder.add(response.payload)
    }
  }

  private func bidiStream(
    _ client: Client, _ recorder: Recorder, _ messages: [Suite.BidiStreamRequest]
  ) async {
    let (turns, turn) = AsyncStream.makeStream(of: Void.self)
    let alternates = request.streamType == .fullDuplexBidiStream
    let script = RequestScript(messages, request, turns: alternates ? turns : nil)
    await run(recorder, script.ending) { () throws(RPCError) in
      defer { turn.finish() }
      let responses: ResponseStream<Suite.BidiStreamResponse> = client.bidirectional(
        Methods.bidiStream, script, options: options)
      for try await response in responses {
        received(response.payload, recorder)
        turn.yield()
      }
    }
  }

  private func received(_ payload: Suite.ConformancePayload, _ recorder: Recorder) {
    let count = recorder.add(payload)
    if case .afterNumResponses(let wanted) = request.cancel.cancelTiming, count == wanted {
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
    }
  }

  /// Makes the call in a task of its own, and cancels it when the script says so.
  private func run(
    _ recorder: Recorder, _ ending: AsyncStream<Void>? = nil,
    _ call: @escaping @Sendable () async throws(RPCError) -> Void
  ) async {
    let task = Task {
      do throws(RPCError) {
        try await call()
        recorder.end(nil)
      } catch {
        recorder.end(error)
      }
    }
    let canceller = request.hasCancel ? Task { await cancel(task, ending) } : nil
    await task.value
    canceller?.cancel()
  }

  private func cancel(_ task: Task<Void, Never>, _ ending: AsyncStream<Void>?) async {
    var delay: UInt32 = 0
    switch request.cancel.cancelTiming {
    case .afterNumResponses: return
    case .afterCloseSendMs(let milliseconds): delay = milliseconds
    case .beforeCloseSend, nil: break
    }
    // Where requests stream, their end is when the wait begins.
    if let ending { for await _ in ending {} }
    try? await Task.sleep(for: .milliseconds(Int64(delay)))
    task.cancel()
  }
}

// MARK: - How the call is made

extension ScriptedCall {
  private var options: CallOptions {
    var options = CallOptions(metadata: Metadata(request.requestHeaders))
    if request.hasTimeoutMs { options.timeout = .milliseconds(Int64(request.timeoutMs)) }
    options.codec = request.codec == .json ? .json : .proto
    options.compression =
      switch request.compression {
      case .gzip: .gzip
      case .deflate: .deflate
      case .zstd: .zstd
      default: .identity
      }
    if request.messageReceiveLimit > 0 {
      options.responseSizeMax = Int(request.messageReceiveLimit)
    }
    return options
  }

  private func configuration() throws -> ChannelConfiguration {
    var configuration = ChannelConfiguration()
    configuration.http = request.httpVersion == .httpVersion1 ? .http1 : .http2
    configuration.wire =
      switch request.protocol {
      case .grpc: .grpc
      case .grpcWeb: .grpcWeb
      default: .connect
      }
    configuration.usesGet = request.useGetHTTPMethod
    if !request.serverTlsCert.isEmpty {
      var tls = ClientConfiguration(
        trust: .roots(.bytes([UInt8](request.serverTlsCert))),
        protocols: configuration.http == .http1 ? ["http/1.1"] : ["h2"])
      if request.hasClientTlsCreds {
        tls.identity = Identity(
          certificateChain: .bytes([UInt8](request.clientTlsCreds.cert)),
          privateKey: .bytes([UInt8](request.clientTlsCreds.key)))
      }
      configuration.tls = try TLS.Context(client: tls)
    }
    return configuration
  }
}
