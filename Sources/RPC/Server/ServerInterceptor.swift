/// Code that stands between a transport and the handlers, for every method.
///
/// Interceptors run in the order in which they are given: the first one sees the call first and its
/// outcome last. One that throws answers the call itself.
public protocol ServerInterceptor: Sendable {
  func intercept(
    _ call: ServerCall, next: @Sendable (ServerCall) async throws -> Void
  ) async throws
}
