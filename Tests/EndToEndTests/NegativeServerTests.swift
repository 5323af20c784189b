import Glibc
import InteropSchema
import RPC
import RPCClient
import Testing

/// The client against servers that break calls (grpc/grpc doc/http2-interop-test-descriptions.md).
@Suite(.timeLimit(.minutes(1)))
struct NegativeServerTests {
  private func withRawServer(
    concurrentStreamsMax: UInt32? = nil, script: @escaping RawServer.Script,
    body: (Grpc_Testing.TestClient, RawServer) async throws -> Void
  ) async throws {
    let server = try RawServer(concurrentStreamsMax: concurrentStreamsMax, script: script)
    defer { server.stop() }
    let client = Client(
      transport: try Channel(server.address), defaults: CallOptions(timeout: .seconds(20)))
    try await body(Grpc_Testing.TestClient(client), server)
    await client.close()
  }

  @Test
  func `after a GOAWAY the next call uses a new connection`() async throws {
    try await withRawServer { request in
      Frame.emptyAnswer(request.stream)
        + (request.connection == 1 ? [Frame.goAway(last: request.stream)] : [])
    } body: { client, server in
      _ = try await client.emptyCall()
      while server.seen.connections == 1 { _ = try await client.emptyCall() }

      #expect(server.seen.connections == 2)
    }
  }

  @Test
  func `a call that a GOAWAY says was not looked at is sent again`() async throws {
    try await withRawServer { request in
      request.connection == 1 ? [Frame.goAway(last: 0)] : Frame.emptyAnswer(request.stream)
    } body: { client, server in
      _ = try await client.emptyCall()

      #expect(server.seen.connections == 2)
    }
  }

  @Test
  func `a streaming call that meets a draining connection takes another one`() async throws {
    try await withRawServer { request in
      // In one piece: the call's end and the connection's are known at the same moment.
      [Array((Frame.emptyAnswer(request.stream) + [Frame.goAway(last: request.stream)]).joined())]
    } body: { client, server in
      for _ in 0..<200 {
        _ = try await client.streamingInputCall([Grpc_Testing.StreamingInputCallRequest()])
      }

      #expect(server.seen.connections == 200)
    }
  }

  @Test
  func `a refused stream is sent again`() async throws {
    try await withRawServer { request in
      request.number == 1
        ? [Frame.reset(request.stream, 7)] : Frame.emptyAnswer(request.stream)
    } body: { client, server in
      _ = try await client.emptyCall()

      #expect(server.seen.requests == 2)
    }
  }

  @Test
  func `a call that waits for a stream leaves a connection that takes no more`() async throws {
    try await withRawServer(concurrentStreamsMax: 1) { request in
      switch (request.connection, request.number) {
      // Shows the settings.
      case (1, 1): Frame.emptyAnswer(request.stream)
      // Never answered, while the connection is announced to end.
      case (1, _): [Frame.goAway(last: request.stream)]
      default: Frame.emptyAnswer(request.stream)
      }
    } body: { client, server in
      _ = try await client.emptyCall()
      let held = Task { try await client.emptyCall() }
      while server.seen.requests < 2 { await Task.yield() }

      _ = try await client.emptyCall(options: CallOptions(timeout: .seconds(5)))

      #expect(server.seen.connections == 2)
      held.cancel()
      _ = await held.result
    }
  }

  private static let resets: [(UInt32, Status.Code)] = [
    (0, .internal), (1, .internal), (2, .internal), (8, .cancelled), (11, .resourceExhausted),
    (12, .permissionDenied),
  ]

  @Test(arguments: resets)
  func `a reset becomes a code`(reset: UInt32, code: Status.Code) async throws {
    for messages in 0...2 {
      try await withRawServer { request in
        let stream = request.stream
        let parts = [Frame.responseHead(stream), Frame.data(stream, [0, 0, 0, 0, 0])]
        return parts.prefix(messages) + [Frame.reset(stream, reset)]
      } body: { client, _ in
        let error = await #expect(throws: RPCError.self) { try await client.emptyCall() }

        #expect(error?.code == code)
      }
    }
  }

  @Test
  func `a server that knows the deadline may cancel first`() async throws {
    try await withRawServer { request in
      usleep(10_000)
      return [Frame.reset(request.stream, 8)]
    } body: { client, _ in
      for _ in 0..<50 {
        let error = await #expect(throws: RPCError.self) {
          try await client.emptyCall(options: CallOptions(timeout: .milliseconds(10)))
        }

        #expect(error?.code == .deadlineExceeded)
      }
    }
  }

  @Test
  func `calls share the streams that a server allows`() async throws {
    try await withRawServer(concurrentStreamsMax: 1) {
      Frame.emptyAnswer($0.stream)
    } body: { client, server in
      _ = try await client.emptyCall()
      try await withThrowingTaskGroup { group in
        for _ in 0..<15 { group.addTask { _ = try await client.emptyCall() } }
        try await group.waitForAll()
      }

      #expect(server.seen.openAtMost == 1)
      #expect(server.seen.connections == 1)
    }
  }

  @Test
  func `padding does not use up the window`() async throws {
    // 40,000 bytes in frames of 5 bytes and 255 of padding: 2 MB of window.
    let body = [UInt8](repeating: 0, count: 40_000)
    let message: [UInt8] = [0x0A, 0xC4, 0xB8, 0x02, 0x12, 0xC0, 0xB8, 0x02] + body
    try await withRawServer { request in
      let stream = request.stream
      let framed = [0] + Frame.bigEndian(UInt32(message.count)) + message
      let parts = stride(from: 0, to: framed.count, by: 5).map { start in
        Frame.data(
          stream, Array(framed[start..<min(start + 5, framed.count)]), padding: 255)
      }
      return [Frame.responseHead(stream)] + parts + [Frame.trailers(stream)]
    } body: { client, _ in
      for _ in 0..<12 {
        let response = try await client.unaryCall(Grpc_Testing.SimpleRequest())

        #expect(response.payload.body.count == 40_000)
      }
    }
  }

  @Test
  func `every PING is acknowledged`() async throws {
    try await withRawServer { request in
      (0..<10).map { _ in Frame.ping() } + Frame.emptyAnswer(request.stream)
    } body: { client, server in
      for _ in 0..<5 { _ = try await client.emptyCall() }

      while server.seen.pingsAcknowledged < 50 { await Task.yield() }
      #expect(server.seen.pingsAcknowledged == 50)
    }
  }
}
