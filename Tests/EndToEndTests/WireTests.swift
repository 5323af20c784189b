import Foundation
import InteropSchema
import InteropService
import RPC
import RPCClient
import RPCServer
import SwiftProtobuf
import Testing

/// A server on a free port and a channel to it, for the duration of `body`.
func withServer(
  _ configure: (inout Server.Configuration) -> Void = { _ in },
  channel: ChannelConfiguration = ChannelConfiguration(),
  body: (Grpc_Testing.TestClient, Server) async throws -> Void
) async throws {
  var configuration = Server.Configuration(listen: ["127.0.0.1:0"])
  configure(&configuration)
  let server = try Server(Router(services: [TestService()]), configuration)
  let channel = try Channel(server.addresses[0], channel)
  try await body(Grpc_Testing.TestClient(Client(transport: channel)), server)
  await channel.close()
  await server.shutdown(grace: .seconds(1))
}

struct Wire: CustomTestStringConvertible, Sendable {
  var format: ChannelConfiguration.WireFormat
  var http: ChannelConfiguration.HTTP
  var codec: Codec

  var testDescription: String { "\(format) over \(http) with \(codec)" }

  static let all: [Wire] = [ChannelConfiguration.WireFormat.grpc, .grpcWeb, .grpcWebText, .connect]
    .flatMap { format in
      [ChannelConfiguration.HTTP.http2, .http1].flatMap { http in
        Codec.allCases.map { Wire(format: format, http: http, codec: $0) }
      }
    }
    .filter { $0.format != .grpc || $0.http == .http2 }

  var channel: ChannelConfiguration {
    var configuration = ChannelConfiguration()
    configuration.wire = format
    configuration.http = http
    return configuration
  }

  var options: CallOptions { CallOptions(timeout: .seconds(120), codec: codec) }
}

@Suite
struct WireTests {
  @Test(arguments: Wire.all)
  func `a unary call returns its response`(wire: Wire) async throws {
    try await withServer(channel: wire.channel) { client, _ in
      let response = try await client.unaryCall(
        .with {
          $0.responseSize = 314_159
          $0.payload.body = Data(count: 271_828)
        }, options: wire.options)

      #expect(response.payload.body == Data(count: 314_159))
    }
  }

  @Test(arguments: Wire.all)
  func `a client stream is summed up`(wire: Wire) async throws {
    try await withServer(channel: wire.channel) { client, _ in
      let requests = [27182, 8, 1828, 45904].map { size in
        Grpc_Testing.StreamingInputCallRequest.with { $0.payload.body = Data(count: size) }
      }

      let response = try await client.streamingInputCall(requests, options: wire.options)

      #expect(response.aggregatedPayloadSize == 74922)
    }
  }

  @Test(arguments: Wire.all)
  func `a server stream arrives in order`(wire: Wire) async throws {
    try await withServer(channel: wire.channel) { client, _ in
      let sizes: [Int32] = [31415, 9, 2653, 58979]
      let request = Grpc_Testing.StreamingOutputCallRequest.with {
        $0.responseParameters = sizes.map { size in .with { $0.size = size } }
      }

      var received: [Int32] = []
      for try await response in client.streamingOutputCall(request, options: wire.options) {
        received.append(Int32(response.payload.body.count))
      }

      #expect(received == sizes)
    }
  }

  @Test(arguments: Wire.all)
  func `a handler's error reaches the caller`(wire: Wire) async throws {
    try await withServer(channel: wire.channel) { client, _ in
      let text = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"

      let error = await #expect(throws: RPCError.self) {
        try await client.unaryCall(
          .with {
            $0.responseStatus.code = 2
            $0.responseStatus.message = text
          }, options: wire.options)
      }

      #expect(error?.code == .unknown)
      #expect(error?.message == text)
    }
  }

  @Test(arguments: Wire.all)
  func `metadata goes both ways`(wire: Wire) async throws {
    try await withServer(channel: wire.channel) { client, _ in
      var options = wire.options
      options.metadata["x-grpc-test-echo-initial"] = "test_initial_metadata_value"
      options.metadata[binary: "x-grpc-test-echo-trailing-bin"] = [0xAB, 0xAB, 0xAB]
      let request = Grpc_Testing.StreamingOutputCallRequest.with {
        $0.responseParameters = [.with { $0.size = 1 }]
      }

      let stream = client.streamingOutputCall(request, options: options)
      let metadata = try await stream.metadata()
      for try await _ in stream {}

      #expect(metadata["x-grpc-test-echo-initial"] == "test_initial_metadata_value")
      #expect(stream.trailers[binary: "x-grpc-test-echo-trailing-bin"] == [0xAB, 0xAB, 0xAB])
    }
  }

  @Test(arguments: Wire.all, [Compression.gzip, .deflate, .zstd])
  func `compressed requests are understood`(wire: Wire, compression: Compression) async throws {
    try await withServer(channel: wire.channel) { client, _ in
      var options = wire.options
      options.compression = compression

      let response = try await client.unaryCall(
        .with {
          $0.expectCompressed.value = true
          $0.responseCompressed.value = true
          $0.responseSize = 100_000
          $0.payload.body = Data(count: 100_000)
        }, options: options)

      #expect(response.payload.body.count == 100_000)
    }
  }

  @Test(arguments: Wire.all)
  func `a deadline ends a sleeping call`(wire: Wire) async throws {
    try await withServer(channel: wire.channel) { client, _ in
      var options = wire.options
      options.timeout = .milliseconds(50)
      let request = Grpc_Testing.StreamingOutputCallRequest.with {
        $0.responseParameters = [.with { $0.intervalUs = 60_000_000 }]
      }

      let error = await #expect(throws: RPCError.self) {
        for try await _ in client.streamingOutputCall(request, options: options) {}
      }

      #expect(error?.code == .deadlineExceeded)
    }
  }
}

@Suite
struct DuplexTests {
  @Test
  func `ping and pong alternate`() async throws {
    try await withServer { client, _ in
      let (requests, feed) = AsyncStream.makeStream(
        of: Grpc_Testing.StreamingOutputCallRequest.self)
      let request = { (size: Int32) in
        Grpc_Testing.StreamingOutputCallRequest.with {
          $0.responseParameters = [.with { $0.size = size }]
        }
      }
      feed.yield(request(1))

      var sizes: [Int] = []
      for try await response in client.fullDuplexCall(requests) {
        sizes.append(response.payload.body.count)
        if sizes.count < 4 { feed.yield(request(Int32(sizes.count + 1))) } else { feed.finish() }
      }

      #expect(sizes == [1, 2, 3, 4])
    }
  }
}
