import Foundation
import HTTP2
import InteropSchema
import RPC
import RPCClient
import RPCServer
import SwiftProtobuf
import Synchronization
import Testing

/// How many handlers of a server run.
final class Running: Sendable {
  private let counts = Mutex((started: 0, running: 0))

  var started: Int { counts.withLock { $0.started } }
  var running: Int { counts.withLock { $0.running } }

  func during<T>(_ body: () async throws -> T) async rethrows -> T {
    counts.withLock { counts in
      counts.started += 1
      counts.running += 1
    }
    defer { counts.withLock { $0.running -= 1 } }
    return try await body()
  }

  /// Waits until all have ended; false when they do not.
  func end() async -> Bool {
    for _ in 0..<1000 where running > 0 { try? await Task.sleep(for: .milliseconds(10)) }
    return running == 0
  }
}

/// Calls that end early, and servers that do.
@Suite(.timeLimit(.minutes(3)))
struct LifeTests {
  private func withService(
    _ configure: (inout Server.Configuration) -> Void = { _ in },
    channel: ChannelConfiguration = ChannelConfiguration(),
    service: Grpc_Testing.TestServiceFake,
    body: (Grpc_Testing.TestClient, Server) async throws -> Void
  ) async throws {
    var configuration = Server.Configuration(listen: ["127.0.0.1:0"])
    configure(&configuration)
    let server = try Server(Router(services: [service]), configuration)
    let client = Client(transport: try Channel(server.addresses[0], channel))
    try await body(Grpc_Testing.TestClient(client), server)
    await client.close()
    await server.shutdown(grace: .seconds(1))
  }

  /// A service that sleeps until it is cancelled.
  private func sleeping(_ handlers: Running) -> Grpc_Testing.TestServiceFake {
    Grpc_Testing.TestServiceFake { fake in
      fake.onUnaryCall = { _, _ in
        try await handlers.during { try await Task.sleep(for: .seconds(600)) }
        return Grpc_Testing.SimpleResponse()
      }
      fake.onFullDuplexCall = { requests, _, _ in
        try await handlers.during { for try await _ in requests {} }
      }
    }
  }

  @Test
  func `a thousand deadlines pass on both sides`() async throws {
    let handlers = Running()
    try await withService(
      { $0.limits.runningCallsPerConnectionMax = 2000 },
      service: sleeping(handlers)
    ) { client, _ in
      let codes = await withTaskGroup(of: Status.Code?.self) { group in
        for index in 0..<1000 {
          group.addTask {
            do throws(RPCError) {
              let timeout = Duration.milliseconds(20 + index % 100)
              _ = try await client.unaryCall(
                Grpc_Testing.SimpleRequest(), options: CallOptions(timeout: timeout))
              return nil
            } catch {
              return error.code
            }
          }
        }
        return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
      }

      #expect(codes == [.deadlineExceeded: 1000])
      #expect(await handlers.end())
    }
  }

  @Test
  func `ten thousand cancelled calls leave no handler`() async throws {
    let handlers = Running()
    try await withService(
      { $0.limits.http2.resetBurst = 100_000 },
      service: sleeping(handlers)
    ) { client, _ in
      await withTaskGroup { group in
        for worker in 0..<50 {
          group.addTask {
            for index in 0..<200 {
              let call = Task { try await client.unaryCall(Grpc_Testing.SimpleRequest()) }
              // Some before they are sent, some on their way, some when the handler runs.
              for _ in 0..<(worker + index) % 40 { await Task.yield() }
              call.cancel()
              _ = await call.result
            }
          }
        }
      }

      #expect(await handlers.end())
      #expect(handlers.started > 0)
    }
  }

  @Test
  func `a server that shuts down lets its calls end`() async throws {
    let handlers = Running()
    let service = Grpc_Testing.TestServiceFake { fake in
      fake.onEmptyCall = { request, _ in request }
      fake.onUnaryCall = { _, _ in
        try await handlers.during { try await Task.sleep(for: .milliseconds(500)) }
        return .with { $0.payload.body = Data(count: 100_000) }
      }
    }
    try await withService(service: service) { client, server in
      let calls = (0..<20).map { _ in
        Task { try await client.unaryCall(Grpc_Testing.SimpleRequest()) }
      }
      while handlers.started < 20 { await Task.yield() }

      await server.shutdown(grace: .seconds(20))

      for call in calls {
        let response = try await call.value
        #expect(response.payload.body.count == 100_000)
      }
      let error = await #expect(throws: RPCError.self) { try await client.emptyCall() }
      #expect(error?.code == .unavailable)
    }
  }

  @Test
  func `a failed call is sent again until it succeeds`() async throws {
    let attempts = Mutex(0)
    let service = Grpc_Testing.TestServiceFake { fake in
      fake.onEmptyCall = { request, _ in
        guard
          attempts.withLock({
            $0 += 1; return $0
          }) > 2
        else {
          throw RPCError(.unavailable, "not yet")
        }
        return request
      }
    }
    try await withService(service: service) { client, _ in
      let retry = RetryPolicy.Retry(initialBackoff: .milliseconds(1))
      _ = try await client.emptyCall(options: CallOptions(retry: .retry(retry)))

      #expect(attempts.withLock { $0 } == 3)
    }
  }

  @Test
  func `a handler may read in a child task and give up on it`() async throws {
    let service = Grpc_Testing.TestServiceFake { fake in
      fake.onStreamingInputCall = { requests, _ in
        let reader = Task { () -> Int in
          var count = 0
          for try await _ in requests { count += 1 }
          return count
        }
        try await Task.sleep(for: .milliseconds(50))
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        return .with { $0.aggregatedPayloadSize = 7 }
      }
    }
    try await withService(service: service) { client, _ in
      let (requests, feed) = AsyncStream.makeStream(
        of: Grpc_Testing.StreamingInputCallRequest.self)
      let response = try await client.streamingInputCall(
        requests, options: CallOptions(timeout: .seconds(10)))
      feed.finish()

      #expect(response.aggregatedPayloadSize == 7)
    }
  }

  @Test
  func `a caller that pings too often is sent away`() async throws {
    var channel = ChannelConfiguration()
    channel.keepaliveInterval = .milliseconds(1)
    try await withService(
      { $0.limits.http2.pingStrikesMax = 0 }, channel: channel, service: sleeping(Running())
    ) { client, _ in
      let (requests, feed) = AsyncStream.makeStream(
        of: Grpc_Testing.StreamingOutputCallRequest.self)
      let error = await #expect(throws: RPCError.self) {
        for try await _ in client.fullDuplexCall(requests) {}
      }
      feed.finish()

      #expect(error?.code == .unavailable)
      #expect(error?.message.contains("too_many_pings") == true)
    }
  }
}

/// What a caller says about single messages, and learns of them.
@Suite
struct MessageCompressionTests {
  @Test(arguments: Wire.all)
  func `each request message may be compressed or not`(wire: Wire) async throws {
    try await withServer(channel: wire.channel) { client, _ in
      var options = wire.options
      options.compression = .gzip
      options.compresses = { $0.count < 40_000 }
      let requests = [(27182, true), (45904, false)].map { size, isCompressed in
        Grpc_Testing.StreamingInputCallRequest.with {
          $0.payload.body = Data(count: size)
          $0.expectCompressed.value = isCompressed
        }
      }

      let response = try await client.streamingInputCall(requests, options: options)

      #expect(response.aggregatedPayloadSize == 73086)
    }
  }

  @Test(arguments: Wire.all, [true, false])
  func `a unary request may stay as it is`(wire: Wire, isCompressed: Bool) async throws {
    try await withServer(channel: wire.channel) { client, _ in
      var options = wire.options
      options.compression = .zstd
      options.compresses = { _ in isCompressed }

      _ = try await client.unaryCall(
        .with {
          $0.expectCompressed.value = isCompressed
          $0.payload.body = Data(count: 1000)
        }, options: options)
    }
  }

  @Test(arguments: Wire.all)
  func `a caller sees which messages came compressed`(wire: Wire) async throws {
    try await withServer(channel: wire.channel) { client, _ in
      let request = Grpc_Testing.StreamingOutputCallRequest.with {
        $0.responseParameters = [(Int32(31415), true), (92653, false)].map { size, isCompressed in
          .with {
            $0.size = size
            $0.compressed.value = isCompressed
          }
        }
      }

      let stream = client.streamingOutputCall(request, options: wire.options)
      var seen: [Bool] = []
      for try await _ in stream { seen.append(stream.responseWasCompressed) }

      #expect(seen == [true, false])
    }
  }
}
