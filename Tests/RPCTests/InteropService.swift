import FoundationEssentials
import InteropSchema
import RPC
import SwiftProtobuf

/// `grpc.testing.TestService` as gRPC's interoperability tests describe it, as far as these tests
/// use it.
struct InteropService: Grpc_Testing.TestService {
  func emptyCall(
    _ request: Grpc_Testing.Empty, in call: ServerCall
  ) async throws -> Grpc_Testing.Empty {
    Grpc_Testing.Empty()
  }

  func unaryCall(
    _ request: Grpc_Testing.SimpleRequest, in call: ServerCall
  ) async throws -> Grpc_Testing.SimpleResponse {
    echoMetadata(call)
    try fail(request.responseStatus, isSet: request.hasResponseStatus)
    return .with { $0.payload.body = .init(count: Int(request.responseSize)) }
  }

  func cacheableUnaryCall(
    _ request: Grpc_Testing.SimpleRequest, in call: ServerCall
  ) async throws -> Grpc_Testing.SimpleResponse {
    try await unaryCall(request, in: call)
  }

  func streamingOutputCall(
    _ request: Grpc_Testing.StreamingOutputCallRequest,
    to responses: ResponseWriter<Grpc_Testing.StreamingOutputCallResponse>, in call: ServerCall
  ) async throws {
    echoMetadata(call)
    try await answer(request, to: responses)
  }

  func streamingInputCall(
    _ requests: RequestStream<Grpc_Testing.StreamingInputCallRequest>, in call: ServerCall
  ) async throws -> Grpc_Testing.StreamingInputCallResponse {
    var size = 0
    for try await request in requests { size += request.payload.body.count }
    return .with { $0.aggregatedPayloadSize = Int32(size) }
  }

  func fullDuplexCall(
    _ requests: RequestStream<Grpc_Testing.StreamingOutputCallRequest>,
    to responses: ResponseWriter<Grpc_Testing.StreamingOutputCallResponse>, in call: ServerCall
  ) async throws {
    echoMetadata(call)
    for try await request in requests { try await answer(request, to: responses) }
  }

  func halfDuplexCall(
    _ requests: RequestStream<Grpc_Testing.StreamingOutputCallRequest>,
    to responses: ResponseWriter<Grpc_Testing.StreamingOutputCallResponse>, in call: ServerCall
  ) async throws {
    var all: [Grpc_Testing.StreamingOutputCallRequest] = []
    for try await request in requests { all.append(request) }
    for request in all { try await answer(request, to: responses) }
  }

  func unimplementedCall(
    _ request: Grpc_Testing.Empty, in call: ServerCall
  ) async throws -> Grpc_Testing.Empty {
    throw RPCError.unimplemented(call.method)
  }

  private func answer(
    _ request: Grpc_Testing.StreamingOutputCallRequest,
    to responses: ResponseWriter<Grpc_Testing.StreamingOutputCallResponse>
  ) async throws {
    for parameters in request.responseParameters {
      try await responses.write(.with { $0.payload.body = .init(count: Int(parameters.size)) })
    }
    try fail(request.responseStatus, isSet: request.hasResponseStatus)
  }

  private func fail(_ status: Grpc_Testing.EchoStatus, isSet: Bool) throws {
    guard isSet, let code = Status.Code(rawValue: Int(status.code)), code != .ok else { return }
    throw RPCError(code, status.message)
  }

  private func echoMetadata(_ call: ServerCall) {
    call.responseMetadata[Self.initialKey] = call.metadata[Self.initialKey]
    call.responseTrailers[binary: Self.trailingKey] = call.metadata[binary: Self.trailingKey]
  }

  static let initialKey = "x-grpc-test-echo-initial"
  static let trailingKey = "x-grpc-test-echo-trailing-bin"
}

/// A client of the services, in this process.
func connect(
  _ services: any Service..., limits: InProcessTransport.Limits = .init(),
  server: [any ServerInterceptor] = [], client: [any ClientInterceptor] = [],
  defaults: CallOptions = CallOptions(), throttle: RetryThrottle = RetryThrottle(),
  report: @escaping @Sendable (MethodDescriptor, any Error) -> Void = { _, _ in }
) -> Grpc_Testing.TestClient {
  let router = Router(services: services, interceptors: server, report: report)
  return Grpc_Testing.TestClient(
    Client(
      transport: InProcessTransport(router, limits: limits), interceptors: client,
      defaults: defaults, throttle: throttle))
}

extension Grpc_Testing.StreamingOutputCallRequest {
  /// Asks for responses of these sizes.
  init(sizes: [Int32]) {
    self.init()
    responseParameters = sizes.map { size in .with { $0.size = size } }
  }
}

extension Grpc_Testing.StreamingInputCallRequest {
  init(size: Int) {
    self.init()
    payload.body = .init(count: size)
  }
}
