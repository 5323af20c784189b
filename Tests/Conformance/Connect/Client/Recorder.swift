internal import SwiftProtobuf
internal import ConnectConformance
internal import ConnectConformanceSchema
internal import RPC
internal import Synchronization

/// Notes what comes back of a call.
final class Recorder: ClientInterceptor {
  private struct State {
    var response: ClientResponse?
    var result = Connectrpc_Conformance_V1.ClientResponseResult()
  }

  private let state = Mutex(State())

  var result: Connectrpc_Conformance_V1.ClientResponseResult { state.withLock { $0.result } }

  func intercept(
    _ request: ClientRequest,
    next: @Sendable (ClientRequest) async throws(RPCError) -> ClientResponse
  ) async throws(RPCError) -> ClientResponse {
    let response = try await next(request)
    state.withLock { $0.response = response }
    return response
  }

  /// Returns how many payloads there are.
  @discardableResult
  func add(_ payload: Connectrpc_Conformance_V1.ConformancePayload) -> Int {
    state.withLock { state in
      state.result.payloads.append(payload)
      return state.result.payloads.count
    }
  }

  func end(_ error: RPCError?) {
    state.withLock { state in
      let trailers = state.response?.trailers ?? [:]
      if let metadata = state.response?.metadata { state.result.responseHeaders = metadata.headers }
      state.result.responseTrailers = (trailers.isEmpty ? error?.metadata ?? [:] : trailers).headers
      state.response = nil
      guard let error else { return }
      state.result.error = .with {
        $0.code = .init(rawValue: error.code.rawValue) ?? .unknown
        if !error.message.isEmpty { $0.message = error.message }
        $0.details = error.details.map(\.any)
      }
    }
  }
}
