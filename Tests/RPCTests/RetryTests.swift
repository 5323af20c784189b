import InteropSchema
import SwiftProtobuf
import Testing

@testable import RPC

@Suite
struct RetryTests {
  /// Fails as often as it is told to, then answers.
  private func flaky(
    _ failures: Int, _ attempts: Collected<String?>, code: Status.Code = .unavailable,
    pushback: String? = nil
  ) -> Grpc_Testing.TestServiceFake {
    Grpc_Testing.TestServiceFake {
      $0.onEmptyCall = { _, call in
        let count = attempts.append(call.metadata["grpc-previous-rpc-attempts"])
        guard count > failures else {
          call.responseTrailers["grpc-retry-pushback-ms"] = pushback
          throw RPCError(code, "attempt \(count)")
        }
        return .init()
      }
    }
  }

  private func policy(
    attemptsMax: Int = 4, codes: Set<Status.Code> = [.unavailable]
  ) -> CallOptions {
    CallOptions(
      retry: .retry(
        RetryPolicy.Retry(attemptsMax: attemptsMax, initialBackoff: .zero, codes: codes)))
  }

  @Test
  func `a call is sent again until it succeeds`() async throws {
    let attempts = Collected<String?>()

    _ = try await connect(flaky(2, attempts)).emptyCall(options: policy())

    #expect(attempts.all == [nil, "1", "2"])
  }

  @Test
  func `after the last attempt its error comes, with those before`() async {
    let attempts = Collected<String?>()

    let error = await #expect(throws: RPCError.self) {
      try await connect(flaky(9, attempts)).emptyCall(options: policy(attemptsMax: 3))
    }

    #expect(attempts.count == 3)
    #expect(error?.message == "attempt 3")
    #expect(error?.attempts.map(\.message) == ["attempt 1", "attempt 2"])
  }

  @Test
  func `nobody gets more attempts than the limit`() async {
    let attempts = Collected<String?>()

    await #expect(throws: RPCError.self) {
      try await connect(flaky(99, attempts), throttle: RetryThrottle(tokensMax: 1000))
        .emptyCall(options: policy(attemptsMax: 50))
    }

    #expect(attempts.count == RetryPolicy.attemptsLimit)
  }

  @Test
  func `other codes are final`() async {
    let attempts = Collected<String?>()

    let error = await #expect(throws: RPCError.self) {
      try await connect(flaky(9, attempts, code: .internal)).emptyCall(options: policy())
    }

    #expect(attempts.count == 1)
    #expect(error?.code == .internal)
  }

  @Test
  func `methods that do not say they are repeatable are not repeated`() async {
    let attempts = Collected<String?>()

    await #expect(throws: RPCError.self) { try await connect(flaky(1, attempts)).emptyCall() }

    #expect(attempts.count == 1)
    let repeatable = MethodDescriptor(
      service: "s", name: "m", kind: .unary, idempotency: .noSideEffects)
    #expect(RetryPolicy.standard(for: repeatable) == .retry(RetryPolicy.Retry()))
  }

  @Test
  func `a server may say when, and that never`() async throws {
    let soon = Collected<String?>()
    let never = Collected<String?>()
    let malformed = Collected<String?>()
    var patient = policy()
    patient.retry = .retry(RetryPolicy.Retry(initialBackoff: .seconds(3600)))

    _ = try await connect(flaky(1, soon, pushback: "0")).emptyCall(options: patient)
    await #expect(throws: RPCError.self) {
      try await connect(flaky(1, never, pushback: "-1")).emptyCall(options: policy())
    }
    await #expect(throws: RPCError.self) {
      try await connect(flaky(1, malformed, pushback: "soon")).emptyCall(options: policy())
    }

    #expect(soon.count == 2)
    #expect(never.count == 1)
    #expect(malformed.count == 1)
  }

  @Test
  func `a failing server is left alone`() async {
    let attempts = Collected<String?>()
    let client = connect(
      flaky(99, attempts), throttle: RetryThrottle(tokensMax: 4, tokenRatio: 0.1))

    // 4 tokens: 3 are left after the first failure, 2 are not more than half.
    await #expect(throws: RPCError.self) { try await client.emptyCall(options: policy()) }
    #expect(attempts.count == 2)
    await #expect(throws: RPCError.self) { try await client.emptyCall(options: policy()) }
    #expect(attempts.count == 3)
  }

  @Test
  func `only successes fill the throttle`() async {
    let throttle = RetryThrottle(tokensMax: 2, tokenRatio: 0.5)
    let never = connect(flaky(99, Collected()), throttle: throttle)
    #expect(throttle.failed() == false)

    for _ in 0..<3 { await #expect(throws: RPCError.self) { try await never.emptyCall() } }
    #expect(!throttle.allowsAttempts)

    await #expect(throws: Never.self) {
      try await connect(InteropService(), throttle: throttle).emptyCall()
    }
    #expect(throttle.allowsAttempts)
  }

  @Test
  func `no attempt begins that the deadline would end`() async {
    let attempts = Collected<String?>()
    var options = policy()
    options.timeout = .seconds(60)
    options.retry = .retry(
      RetryPolicy.Retry(initialBackoff: .seconds(3600), backoffMax: .seconds(3600)))

    let error = await #expect(throws: RPCError.self) {
      try await connect(flaky(1, attempts)).emptyCall(options: options)
    }

    #expect(error?.code == .unavailable)
    #expect(attempts.count == 1)
  }

  @Test
  func `requests that stream are sent once`() async {
    let attempts = Collected<Void>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onStreamingInputCall = { _, _ in
        attempts.append(())
        throw RPCError(.unavailable, "not now")
      }
    }

    await #expect(throws: RPCError.self) {
      try await connect(fake).streamingInputCall([.init(size: 1)], options: policy())
    }

    #expect(attempts.count == 1)
  }

  @Test
  func `the backoff grows, with jitter, up to its limit`() {
    let policy = RetryPolicy.Retry(
      initialBackoff: .seconds(1), backoffMax: .seconds(3), backoffMultiplier: 2)

    #expect(policy.backoff(before: 2, random: 0.5) == .seconds(1))
    #expect(policy.backoff(before: 3, random: 0.5) == .seconds(2))
    #expect(policy.backoff(before: 4, random: 0.5) == .seconds(3))
    #expect(policy.backoff(before: 5, random: 0.5) == .seconds(3))
    #expect(policy.backoff(before: 2, random: 0) == .seconds(0.8))
  }

  @Test
  func `an error that a handler passes on is the handler's own`() async {
    let attempts = Collected<String?>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onEmptyCall = { _, _ in
        attempts.append(nil)
        // As a client's transport throws it where a connection refused the stream.
        var error = RPCError(.unavailable, "the backend is gone")
        error.isUnprocessed = true
        error.attempts = [Status(.unavailable, "an attempt at the backend")]
        throw error
      }
    }

    let error = await #expect(throws: RPCError.self) { try await connect(fake).emptyCall() }

    #expect(attempts.count == 1)
    #expect(error?.attempts == [])
  }
}
