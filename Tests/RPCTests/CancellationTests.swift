import InteropSchema
import RPC
import SwiftProtobuf
import Testing

@Suite
struct CancellationTests {
  /// Writes for ever, and tells when it started and when it ended.
  private func endless(started: Event = Event(), ended: Event) -> Grpc_Testing.TestServiceFake {
    Grpc_Testing.TestServiceFake {
      $0.onStreamingOutputCall = { _, responses, _ in
        defer { ended.happen() }
        while true {
          try await responses.write(.init())
          started.happen()
          try Task.checkCancellation()
        }
      }
    }
  }

  @Test
  func `leaving the loop cancels the handler`() async throws {
    let ended = Event()

    for try await _ in connect(endless(ended: ended)).streamingOutputCall(.init()) { break }

    await ended.wait()
  }

  @Test
  func `leaving the loop of a kept stream cancels the handler`() async throws {
    let ended = Event()
    let responses = connect(endless(ended: ended)).streamingOutputCall(.init())

    for try await _ in responses { break }
    await ended.wait()

    let error = await #expect(throws: RPCError.self) {
      for try await _ in responses {}
    }
    #expect(error?.code == .cancelled)
  }

  @Test
  func `cancelling the stream cancels the handler`() async throws {
    let ended = Event()
    let responses = connect(endless(ended: ended)).streamingOutputCall(.init())

    _ = try await responses.metadata()
    responses.cancel()

    await ended.wait()
  }

  @Test
  func `cancelling the task cancels a call that waits for its answer`() async {
    let started = Event()
    let ended = Event()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onUnaryCall = { _, _ in
        defer { ended.happen() }
        started.happen()
        try await untilCancelled()
        return .init()
      }
    }

    let call = Task { try await connect(fake).unaryCall(.init()) }
    await started.wait()
    call.cancel()
    await ended.wait()

    let error = await #expect(throws: RPCError.self) { try await call.value }
    #expect(error?.code == .cancelled)
  }

  @Test
  func `cancelling the task cancels a call that streams`() async {
    let ended = Event()
    let started = Event()
    let client = connect(endless(started: started, ended: ended))

    let call = Task {
      for try await _ in client.streamingOutputCall(.init()) {}
    }
    await started.wait()
    call.cancel()
    await ended.wait()

    let error = await #expect(throws: RPCError.self) { try await call.value }
    #expect(error?.code == .cancelled)
  }

  @Test
  func `a stream that is let go before it is read makes no call`() async {
    let calls = Collected<Void>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onStreamingOutputCall = { _, _, _ in _ = calls.append(()) }
    }

    _ = connect(fake).streamingOutputCall(.init())

    #expect(calls.count == 0)
  }

  @Test
  func `a handler that ends early ends the requests`() async throws {
    let fake = Grpc_Testing.TestServiceFake {
      $0.onStreamingInputCall = { requests, _ in
        for try await request in requests {
          return .with { $0.aggregatedPayloadSize = Int32(request.payload.body.count) }
        }
        return .init()
      }
    }
    let terminated = Event()
    let (requests, source) = AsyncStream.makeStream(
      of: Grpc_Testing.StreamingInputCallRequest.self)
    source.onTermination = { _ in terminated.happen() }
    source.yield(.init(size: 3))

    let response = try await connect(fake).streamingInputCall(requests)
    await terminated.wait()

    #expect(response.aggregatedPayloadSize == 3)
  }

  @Test
  func `a handler that cancels itself reports it`() async {
    let fake = Grpc_Testing.TestServiceFake {
      $0.onEmptyCall = { _, _ in throw CancellationError() }
    }

    let error = await #expect(throws: RPCError.self) { try await connect(fake).emptyCall() }

    #expect(error?.code == .cancelled)
  }

  @Test
  func `a handler may stop reading and go on writing`() async throws {
    let fake = Grpc_Testing.TestServiceFake {
      $0.onFullDuplexCall = { requests, responses, _ in
        try await withThrowingTaskGroup { group in
          group.addTask { for try await _ in requests {} }
          try await responses.write(.init())
          group.cancelAll()
          while (try? await group.next()) != nil {}
        }
        try await responses.write(.init())
      }
    }
    // The client never finishes its requests.
    let (requests, source) = AsyncStream.makeStream(
      of: Grpc_Testing.StreamingOutputCallRequest.self)

    var count = 0
    for try await _ in connect(fake).fullDuplexCall(requests) { count += 1 }
    source.finish()

    #expect(count == 2)
  }
}
