internal import SwiftProtobuf
public import RPC
public import StandardSchema

/// `grpc.health.v1.Health`: load balancers and people ask it whether the node answers.
public struct HealthService: Grpc_Health_V1.Health {
  private let health: HealthStatus

  /// More services than this are too many for one answer (the protocol's own number).
  private static let listSizeMax = 100

  public init(_ health: HealthStatus) {
    self.health = health
  }

  public func check(
    _ request: Grpc_Health_V1.HealthCheckRequest, in call: ServerCall
  ) async throws -> Grpc_Health_V1.HealthCheckResponse {
    guard let status = health.status(of: request.service) else {
      throw RPCError(.notFound, "there is no service \(request.service)")
    }
    return .with { $0.status = status }
  }

  public func list(
    _ request: Grpc_Health_V1.HealthListRequest, in call: ServerCall
  ) async throws -> Grpc_Health_V1.HealthListResponse {
    let all = health.all
    guard all.count <= Self.listSizeMax else {
      throw RPCError(
        .resourceExhausted, "there are \(all.count) services, more than \(Self.listSizeMax)")
    }
    return .with { response in
      response.statuses = all.mapValues { status in .with { $0.status = status } }
    }
  }

  public func watch(
    _ request: Grpc_Health_V1.HealthCheckRequest,
    to responses: ResponseWriter<Grpc_Health_V1.HealthCheckResponse>, in call: ServerCall
  ) async throws {
    for await status in health.watch(request.service) {
      try await responses.write(.with { $0.status = status })
    }
    try Task.checkCancellation()
    throw RPCError(.unavailable, "the server is stopping")
  }
}
