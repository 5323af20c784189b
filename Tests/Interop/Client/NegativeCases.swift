internal import Foundation
internal import InteropSchema
internal import RPC

/// grpc/grpc doc/http2-interop-test-descriptions.md: the server breaks calls on purpose, and looks
/// at what the client does.
extension Cases {
  func goAway() async throws {
    try await largeUnary()
    // Until the GOAWAY is here.
    try await Task.sleep(for: .milliseconds(500))
    try await largeUnary()
  }

  func resetAfterHeader() async throws { try await resetCall(is: .internal) }
  func resetDuringData() async throws { try await resetCall(is: .unknown, .internal) }
  func resetAfterData() async throws { try await resetCall(is: .internal) }

  /// The server resets the stream with NO_ERROR before there is a status.
  private func resetCall(is codes: Status.Code...) async throws {
    let error = try await failing { () throws(RPCError) in
      _ = try await client.unaryCall(.large, options: options)
    }
    guard codes.contains(error.code) else { throw Failure("the call ended with \(error)") }
  }

  func ping() async throws { try await largeUnary() }

  func maxStreams() async throws {
    // The first call shows the settings, then all others share one stream at a time.
    try await largeUnary()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<15 { group.addTask { try await largeUnary() } }
      try await group.waitForAll()
    }
  }

  func dataFramePadding() async throws { try await largeUnary() }
}
