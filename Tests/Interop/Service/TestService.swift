package import InteropSchema
package import RPC
internal import struct Foundation.Data
internal import SwiftProtobuf

/// `grpc.testing.TestService` as grpc/grpc doc/interop-test-descriptions.md describes its server.
package struct TestService: Grpc_Testing.TestService {
  package init() {}

  /// The schema does not say that CacheableUnaryCall may be made with GET; the test's text does.
  package var handlers: [MethodHandler] {
    typealias Methods = Grpc_Testing.TestServiceMethods
    return [
      .unary(Methods.emptyCall, emptyCall(_:in:)),
      .unary(Methods.unaryCall, unaryCall(_:in:)),
      .unary(Methods.cacheableUnaryCall.withoutSideEffects, cacheableUnaryCall(_:in:)),
      .serverStreaming(Methods.streamingOutputCall, streamingOutputCall(_:to:in:)),
      .clientStreaming(Methods.streamingInputCall, streamingInputCall(_:in:)),
      .bidirectional(Methods.fullDuplexCall, fullDuplexCall(_:to:in:)),
      .bidirectional(Methods.halfDuplexCall, halfDuplexCall(_:to:in:)),
      .unary(Methods.unimplementedCall, unimplementedCall(_:in:)),
    ]
  }

  package func emptyCall(_ request: Grpc_Testing.Empty, in call: ServerCall) async throws
    -> Grpc_Testing.Empty
  {
    echoMetadata(call)
    return Grpc_Testing.Empty()
  }

  package func unaryCall(
    _ request: Grpc_Testing.SimpleRequest, in call: ServerCall
  ) async throws -> Grpc_Testing.SimpleResponse {
    echoMetadata(call)
    if request.hasExpectCompressed {
      try expect(compressed: request.expectCompressed.value, in: call)
    }
    try fail(with: request.hasResponseStatus ? request.responseStatus : nil)
    if request.hasResponseCompressed {
      call.compression = request.responseCompressed.value ? .gzip : .identity
    }
    return .with {
      $0.payload = .zeros(request.responseSize)
      if request.fillServerID { $0.serverID = "interop-server" }
    }
  }

  package func cacheableUnaryCall(
    _ request: Grpc_Testing.SimpleRequest, in call: ServerCall
  ) async throws -> Grpc_Testing.SimpleResponse {
    echoMetadata(call)
    call.responseMetadata["cache-control"] = "max-age=60, public"
    let stamp = "\(ContinuousClock.now)"
    return .with { $0.payload = .with { $0.body = Data(stamp.utf8) } }
  }

  package func streamingOutputCall(
    _ request: Grpc_Testing.StreamingOutputCallRequest,
    to responses: ResponseWriter<Grpc_Testing.StreamingOutputCallResponse>, in call: ServerCall
  ) async throws {
    echoMetadata(call)
    if request.responseParameters.contains(where: \.hasCompressed) { call.compression = .gzip }
    try await answer(request, to: responses)
  }

  package func streamingInputCall(
    _ requests: RequestStream<Grpc_Testing.StreamingInputCallRequest>, in call: ServerCall
  ) async throws -> Grpc_Testing.StreamingInputCallResponse {
    echoMetadata(call)
    var size = 0
    for try await request in requests {
      if request.hasExpectCompressed {
        try expect(compressed: request.expectCompressed.value, in: call)
      }
      size += request.payload.body.count
    }
    return .with { $0.aggregatedPayloadSize = Int32(clamping: size) }
  }

  package func fullDuplexCall(
    _ requests: RequestStream<Grpc_Testing.StreamingOutputCallRequest>,
    to responses: ResponseWriter<Grpc_Testing.StreamingOutputCallResponse>, in call: ServerCall
  ) async throws {
    echoMetadata(call)
    for try await request in requests {
      try fail(with: request.hasResponseStatus ? request.responseStatus : nil)
      try await answer(request, to: responses)
    }
  }

  package func halfDuplexCall(
    _ requests: RequestStream<Grpc_Testing.StreamingOutputCallRequest>,
    to responses: ResponseWriter<Grpc_Testing.StreamingOutputCallResponse>, in call: ServerCall
  ) async throws {
    echoMetadata(call)
    var waiting: [Grpc_Testing.StreamingOutputCallRequest] = []
    for try await request in requests { waiting.append(request) }
    for request in waiting { try await answer(request, to: responses) }
  }

  package func unimplementedCall(
    _ request: Grpc_Testing.Empty, in call: ServerCall
  ) async throws -> Grpc_Testing.Empty {
    throw RPCError.unimplemented(call.method)
  }
}

extension MethodDescriptor {
  package var withoutSideEffects: MethodDescriptor {
    MethodDescriptor(service: service, name: name, kind: kind, idempotency: .noSideEffects)
  }
}

extension TestService {
  private func answer(
    _ request: Grpc_Testing.StreamingOutputCallRequest,
    to responses: ResponseWriter<Grpc_Testing.StreamingOutputCallResponse>
  ) async throws {
    for parameters in request.responseParameters {
      if parameters.intervalUs > 0 {
        try await Task.sleep(for: .microseconds(Int64(parameters.intervalUs)))
      }
      try await responses.write(
        .with { $0.payload = .zeros(parameters.size) },
        compressed: parameters.hasCompressed ? parameters.compressed.value : nil)
    }
  }

  private func echoMetadata(_ call: ServerCall) {
    if let text = call.metadata["x-grpc-test-echo-initial"] {
      call.responseMetadata["x-grpc-test-echo-initial"] = text
    }
    if let bytes = call.metadata[binary: "x-grpc-test-echo-trailing-bin"] {
      call.responseTrailers[binary: "x-grpc-test-echo-trailing-bin"] = bytes
    }
  }

  private func fail(with status: Grpc_Testing.EchoStatus?) throws {
    guard let status, status.code != 0 else { return }
    throw RPCError(Status.Code(rawValue: Int(status.code)) ?? .unknown, status.message)
  }

  private func expect(compressed: Bool, in call: ServerCall) throws {
    guard call.requestWasCompressed == compressed else {
      throw RPCError(
        .invalidArgument, compressed ? "expected a compressed message" : "expected a plain message")
    }
  }
}

extension Grpc_Testing.Payload {
  static func zeros(_ count: Int32) -> Self {
    // What a test asks for; a negative or absurd size is no reason to trap.
    .with { $0.body = Data(count: Int(min(max(count, 0), 64 << 20))) }
  }
}
