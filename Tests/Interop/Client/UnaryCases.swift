internal import SwiftProtobuf
internal import InteropService
internal import Foundation
internal import InteropSchema
internal import RPC
internal import RPCClient

extension Cases {
  func emptyUnary() async throws {
    try check("the reply", try await client.emptyCall(options: options), is: Grpc_Testing.Empty())
  }

  func largeUnary() async throws {
    try await largeUnary(client, options)
  }

  func largeUnary(_ client: Grpc_Testing.TestClient, _ options: CallOptions) async throws {
    let response = try await client.unaryCall(.large, options: options)
    try check("the body", response.payload.body, is: Data(count: 314_159))
  }

  /// Two calls with GET through a caching proxy: the second answer is the first one's copy.
  func cacheableUnary() async throws {
    guard configuration.wire == .connect, configuration.usesGet else {
      throw Skip("only Connect can make calls with GET: --wire=connect --use_get=true")
    }
    var options = options
    options.metadata["x-user-ip"] = "1.2.3.4"
    let request = Grpc_Testing.SimpleRequest.with { $0.payload.body = Data("cacheable".utf8) }
    let method = Grpc_Testing.TestServiceMethods.cacheableUnaryCall.withoutSideEffects
    let first: Grpc_Testing.SimpleResponse = try await rpc.unary(method, request, options: options)
    let second: Grpc_Testing.SimpleResponse = try await rpc.unary(method, request, options: options)
    guard !first.payload.body.isEmpty else { throw Failure("the payload is empty") }
    try check("the second payload", second.payload.body, is: first.payload.body)
  }

  func clientCompressedUnary() async throws {
    var request = Grpc_Testing.SimpleRequest.large
    request.expectCompressed.value = true
    let probe = try await failing { () throws(RPCError) in
      _ = try await client.unaryCall(request, options: options)
    }
    try check("the probe's code", probe.code, is: .invalidArgument)

    let compressed = try await client.unaryCall(request, options: compressing)
    try check("the body", compressed.payload.body.count, is: 314_159)

    request.expectCompressed.value = false
    let plain = try await client.unaryCall(request, options: options)
    try check("the body", plain.payload.body.count, is: 314_159)

    // The call may name a compression and still leave a message as it is.
    var mixed = compressing
    mixed.compresses = { _ in false }
    let unwilling = try await client.unaryCall(request, options: mixed)
    try check("the body", unwilling.payload.body.count, is: 314_159)
  }

  func serverCompressedUnary() async throws {
    for isCompressed in [true, false] {
      var request = Grpc_Testing.SimpleRequest.large
      request.responseCompressed.value = isCompressed
      let response = try await rpc.start(
        Grpc_Testing.TestServiceMethods.unaryCall, message: request.serializedBytes(),
        options: options)
      guard let bytes = try await response.next() else { throw Failure("no message came") }
      let message = try Grpc_Testing.SimpleResponse(serializedBytes: bytes)
      try check("the message's compression", response.responseWasCompressed, is: isCompressed)
      try check("the body", message.payload.body, is: Data(count: 314_159))
      guard try await response.next() == nil else { throw Failure("more than one message came") }
    }
  }

  func unimplementedMethod() async throws {
    let error = try await failing { () throws(RPCError) in
      _ = try await client.unimplementedCall(options: options)
    }
    try check("the code", error.code, is: .unimplemented)
  }

  func unimplementedService() async throws {
    let error = try await failing { () throws(RPCError) in
      _ = try await Grpc_Testing.UnimplementedClient(rpc).unimplementedCall(options: options)
    }
    try check("the code", error.code, is: .unimplemented)
  }

  func specialStatusMessage() async throws {
    let text = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
    let error = try await failing { () throws(RPCError) in
      let request = Grpc_Testing.SimpleRequest.with {
        $0.responseStatus.code = 2
        $0.responseStatus.message = text
      }
      _ = try await client.unaryCall(request, options: options)
    }
    try check("the code", error.code, is: .unknown)
    try check("the message's bytes", Array(error.message.utf8), is: Array(text.utf8))
  }

  func concurrentLargeUnary() async throws {
    let count = flags.number("concurrent_calls", 1000)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<count { group.addTask { try await largeUnary() } }
      try await group.waitForAll()
    }
  }

  func longLivedChannel() async throws {
    try await largeUnary()
    try await Task.sleep(for: .seconds(flags.number("idle_seconds", 3)))
    try await largeUnary()
  }

  func pickFirstUnary() async throws {
    var seen: String?
    for _ in 0..<100 {
      let response = try await client.unaryCall(
        .with { $0.fillServerID = true }, options: options)
      guard !response.serverID.isEmpty else { throw Failure("the server sends no server_id") }
      try check("the server", response.serverID, is: seen ?? response.serverID)
      seen = response.serverID
    }
  }

  func rpcSoak() async throws {
    try await soak { try await largeUnary(client, $0) }
  }

  /// A new channel for each call.
  func channelSoak() async throws {
    try await soak { options in
      let rpc = Client(transport: try Channel(flags.target, configuration))
      try await largeUnary(Grpc_Testing.TestClient(rpc), options)
      await rpc.close()
    }
  }

  private func soak(_ iteration: (CallOptions) async throws -> Void) async throws {
    let limit = Duration.milliseconds(
      flags.number("soak_per_iteration_max_acceptable_latency_ms", 1000))
    var failures: [String] = []
    for index in 0..<flags.number("soak_iterations", 10) {
      let start = ContinuousClock.now
      do {
        try await iteration(options)
        let taken = start.duration(to: .now)
        if taken > limit { failures.append("iteration \(index) took \(taken)") }
      } catch {
        failures.append("iteration \(index): \(error)")
      }
    }
    guard failures.count <= flags.number("soak_max_failures", 0) else {
      throw Failure(failures.joined(separator: "; "))
    }
  }
}

extension Grpc_Testing.SimpleRequest {
  /// The request of `large_unary`.
  static let large = Self.with {
    $0.responseType = .compressable
    $0.responseSize = 314_159
    $0.payload.body = Data(count: 271_828)
  }
}
