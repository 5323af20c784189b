import InteropSchema
import RPC
import SwiftProtobuf
import Testing

@Suite
struct HedgeTests {
  private func policy(delay: Duration, attemptsMax: Int = 3) -> CallOptions {
    CallOptions(retry: .hedge(RetryPolicy.Hedge(attemptsMax: attemptsMax, delay: delay)))
  }

  @Test
  func `the first answer wins and the others are cancelled`() async throws {
    let attempts = Collected<Void>()
    let cancelled = Event()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onUnaryCall = { _, _ in
        guard attempts.append(()) == 2 else {
          defer { cancelled.happen() }
          try await untilCancelled()
          return .init()
        }
        return .with { $0.username = "second" }
      }
    }

    let response = try await connect(fake).unaryCall(
      .init(), options: policy(delay: .milliseconds(1), attemptsMax: 2))
    await cancelled.wait()

    #expect(response.username == "second")
  }

  @Test
  func `a failure that is not fatal starts the next attempt at once`() async throws {
    let attempts = Collected<String?>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onUnaryCall = { _, call in
        guard attempts.append(call.metadata["grpc-previous-rpc-attempts"]) == 3 else {
          throw RPCError(.unavailable, "not here")
        }
        return .with { $0.username = "third" }
      }
    }

    let response = try await connect(fake).unaryCall(
      .init(), options: policy(delay: .seconds(3600)))

    #expect(response.username == "third")
    #expect(attempts.all == [nil, "1", "2"])
  }

  @Test
  func `a fatal failure ends the call`() async {
    let attempts = Collected<Void>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onUnaryCall = { _, _ in
        attempts.append(())
        throw RPCError(.notFound, "nowhere")
      }
    }

    let error = await #expect(throws: RPCError.self) {
      try await connect(fake).unaryCall(.init(), options: policy(delay: .seconds(3600)))
    }

    #expect(error?.code == .notFound)
    #expect(attempts.count == 1)
  }

  @Test
  func `the last failure comes when all have failed`() async {
    let attempts = Collected<Void>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onUnaryCall = { _, _ in throw RPCError(.unavailable, "\(attempts.append(()))") }
    }

    let error = await #expect(throws: RPCError.self) {
      try await connect(fake).unaryCall(.init(), options: policy(delay: .seconds(3600)))
    }

    #expect(error?.message == "3")
    #expect(error?.attempts.map(\.message) == ["1", "2"])
  }

  @Test
  func `a server may ask for no more attempts`() async {
    let attempts = Collected<Void>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onUnaryCall = { _, call in
        attempts.append(())
        call.responseTrailers["grpc-retry-pushback-ms"] = "-1"
        throw RPCError(.unavailable, "leave me alone")
      }
    }

    await #expect(throws: RPCError.self) {
      try await connect(fake).unaryCall(.init(), options: policy(delay: .seconds(3600)))
    }

    #expect(attempts.count == 1)
  }

  @Test
  func `a failing server gets no hedges`() async {
    let attempts = Collected<Void>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onUnaryCall = { _, _ in
        attempts.append(())
        throw RPCError(.unavailable, "no")
      }
    }
    let client = connect(fake, throttle: RetryThrottle(tokensMax: 2))

    await #expect(throws: RPCError.self) {
      try await client.unaryCall(.init(), options: policy(delay: .seconds(3600)))
    }

    #expect(attempts.count == 1)
  }

  @Test
  func `cancelling the task cancels all attempts`() async {
    let attempts = Collected<Void>()
    let ended = Collected<Void>()
    let started = Event()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onUnaryCall = { _, _ in
        defer { ended.append(()) }
        if attempts.append(()) == 2 { started.happen() }
        try await untilCancelled()
        return .init()
      }
    }
    let client = connect(fake)

    let call = Task {
      try await client.unaryCall(
        .init(), options: policy(delay: .milliseconds(1), attemptsMax: 2))
    }
    await started.wait()
    call.cancel()

    let error = await #expect(throws: RPCError.self) { try await call.value }
    #expect(error?.code == .cancelled)
  }
}
