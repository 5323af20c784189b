/// Code that stands between a client and its transport, for every call.
///
/// It may wait, change the request, look at the response, and call `next` again where
/// ``ClientRequest/message`` says that the request can be repeated. The first interceptor given
/// sees the request first and the response last.
public protocol ClientInterceptor: Sendable {
  func intercept(
    _ request: ClientRequest,
    next: @Sendable (ClientRequest) async throws(RPCError) -> ClientResponse
  ) async throws(RPCError) -> ClientResponse
}
