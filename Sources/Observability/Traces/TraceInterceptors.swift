public import RPC

extension TraceContext {
  /// The trace of the call that the current task answers.
  @TaskLocal public static var current: TraceContext?
}

/// Continues the trace that a caller names, or starts one, for the time of the call.
public struct TraceServerInterceptor: ServerInterceptor {
  public init() {}

  public func intercept(
    _ call: ServerCall, next: @Sendable (ServerCall) async throws -> Void
  ) async throws {
    var random = SystemRandomNumberGenerator()
    let parents = call.metadata.texts("traceparent")
    let states = call.metadata.texts("tracestate")
    // Two parents are none (section 3.2.1); states of several fields belong together.
    let parent =
      parents.count == 1
      ? TraceContext(parent: parents[0], state: states.joined(separator: ",")) : nil
    let context = parent?.child(random: &random) ?? TraceContext(random: &random)
    try await TraceContext.$current.withValue(context) { try await next(call) }
  }
}

/// Sends the current task's trace along with every call, or starts one.
public struct TraceClientInterceptor: ClientInterceptor {
  public init() {}

  public func intercept(
    _ request: ClientRequest,
    next: @Sendable (ClientRequest) async throws(RPCError) -> ClientResponse
  ) async throws(RPCError) -> ClientResponse {
    var random = SystemRandomNumberGenerator()
    let context =
      TraceContext.current?.child(random: &random) ?? TraceContext(random: &random)
    var request = request
    request.metadata["traceparent"] = context.parent
    if let state = context.state { request.metadata["tracestate"] = state }
    return try await next(request)
  }
}
