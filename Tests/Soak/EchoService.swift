internal import SwiftProtobuf
internal import InteropSchema
internal import RPC
internal import Synchronization

/// Sends each request's payload back, and counts the handlers that run.
final class EchoService: Sendable {
  private let state = Mutex((running: 0, peak: 0))

  var running: Int { state.withLock { $0.running } }
  var peak: Int { state.withLock { $0.peak } }

  var service: Grpc_Testing.TestServiceFake {
    Grpc_Testing.TestServiceFake { fake in
      fake.onFullDuplexCall = { requests, responses, _ in
        self.state.withLock { state in
          state.running += 1
          state.peak = max(state.peak, state.running)
        }
        defer { self.state.withLock { $0.running -= 1 } }
        for try await request in requests {
          try await responses.write(.with { $0.payload = request.payload })
        }
      }
    }
  }
}
