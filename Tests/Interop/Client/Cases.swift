internal import InteropSchema
internal import InteropService
internal import RPC
internal import RPCClient

/// The test cases of grpc/grpc doc/interop-test-descriptions.md, each with what it asserts.
struct Cases: Sendable {
  let flags: Flags
  let configuration: ChannelConfiguration
  let rpc: Client

  var client: Grpc_Testing.TestClient { Grpc_Testing.TestClient(rpc) }
  var options: CallOptions { CallOptions(timeout: .seconds(60)) }
  var compressing: CallOptions { CallOptions(timeout: .seconds(60), compression: .gzip) }

  typealias Case = @Sendable (Cases) async throws -> Void

  static let all: [(name: String, run: Case)] = [
    ("empty_unary", { try await $0.emptyUnary() }),
    ("cacheable_unary", { try await $0.cacheableUnary() }),
    ("large_unary", { try await $0.largeUnary() }),
    ("client_compressed_unary", { try await $0.clientCompressedUnary() }),
    ("server_compressed_unary", { try await $0.serverCompressedUnary() }),
    ("client_streaming", { try await $0.clientStreaming() }),
    ("client_compressed_streaming", { try await $0.clientCompressedStreaming() }),
    ("server_streaming", { try await $0.serverStreaming() }),
    ("server_compressed_streaming", { try await $0.serverCompressedStreaming() }),
    ("ping_pong", { try await $0.pingPong() }),
    ("empty_stream", { try await $0.emptyStream() }),
    ("custom_metadata", { try await $0.customMetadata() }),
    ("status_code_and_message", { try await $0.statusCodeAndMessage() }),
    ("special_status_message", { try await $0.specialStatusMessage() }),
    ("unimplemented_method", { try await $0.unimplementedMethod() }),
    ("unimplemented_service", { try await $0.unimplementedService() }),
    ("cancel_after_begin", { try await $0.cancelAfterBegin() }),
    ("cancel_after_first_response", { try await $0.cancelAfterFirstResponse() }),
    ("timeout_on_sleeping_server", { try await $0.timeoutOnSleepingServer() }),
    ("concurrent_large_unary", { try await $0.concurrentLargeUnary() }),
    ("rpc_soak", { try await $0.rpcSoak() }),
    ("channel_soak", { try await $0.channelSoak() }),
    ("long_lived_channel", { try await $0.longLivedChannel() }),
    ("pick_first_unary", { try await $0.pickFirstUnary() }),
    ("half_duplex", { try await $0.halfDuplex() }),
    ("slow_consumer", { try await $0.slowConsumer() }),
  ]

  /// grpc/grpc doc/http2-interop-test-descriptions.md; each needs a server of its own.
  static let negative: [(name: String, run: Case)] = [
    ("goaway", { try await $0.goAway() }),
    ("rst_after_header", { try await $0.resetAfterHeader() }),
    ("rst_during_data", { try await $0.resetDuringData() }),
    ("rst_after_data", { try await $0.resetAfterData() }),
    ("ping", { try await $0.ping() }),
    ("max_streams", { try await $0.maxStreams() }),
    ("data_frame_padding", { try await $0.dataFramePadding() }),
    ("no_df_padding_sanity_test", { try await $0.dataFramePadding() }),
  ]
}

/// Why a case says nothing about this connection.
struct Skip: Error {
  let reason: String

  init(_ reason: String) {
    self.reason = reason
  }
}
