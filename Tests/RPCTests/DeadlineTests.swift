import InteropSchema
import RPC
import SwiftProtobuf
import Testing

@Suite
struct DeadlineTests {
  @Test
  func `both sides see that the deadline has passed`() async {
    let seen = Collected<any Error>()
    let ended = Event()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onUnaryCall = { _, _ in
        defer { ended.happen() }
        do {
          try await untilCancelled()
        } catch {
          seen.append(error)
          throw error
        }
        return .init()
      }
    }

    let error = await #expect(throws: RPCError.self) {
      try await connect(fake).unaryCall(.init(), options: CallOptions(timeout: .milliseconds(20)))
    }
    await ended.wait()

    #expect(error?.code == .deadlineExceeded)
    #expect(seen.all.first is CancellationError)
  }

  @Test
  func `a handler that waits for requests sees it too`() async {
    let seen = Collected<Status.Code?>()
    let ended = Event()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onFullDuplexCall = { requests, _, _ in
        defer { ended.happen() }
        do {
          for try await _ in requests {}
        } catch {
          seen.append((error as? RPCError)?.code)
          throw error
        }
      }
    }
    let (requests, source) = AsyncStream.makeStream(
      of: Grpc_Testing.StreamingOutputCallRequest.self)

    let error = await #expect(throws: RPCError.self) {
      let responses = connect(fake).fullDuplexCall(
        requests, options: CallOptions(timeout: .milliseconds(20)))
      for try await _ in responses {}
    }
    await ended.wait()
    source.finish()

    #expect(error?.code == .deadlineExceeded)
    #expect(seen.all == [.deadlineExceeded])
  }

  @Test
  func `a deadline that has passed sends nothing`() async {
    let calls = Collected<Void>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onEmptyCall = { _, _ in
        calls.append(())
        return .init()
      }
    }

    let error = await #expect(throws: RPCError.self) {
      try await connect(fake).emptyCall(options: CallOptions(timeout: .zero))
    }

    #expect(error?.code == .deadlineExceeded)
    #expect(calls.count == 0)
  }

  @Test
  func `calls that a handler makes inherit its deadline`() async throws {
    let deadlines = Collected<Deadline?>()
    let backend = connect(
      Grpc_Testing.TestServiceFake {
        $0.onEmptyCall = { _, call in
          deadlines.append(call.deadline)
          return .init()
        }
        $0.onStreamingOutputCall = { _, _, call in _ = deadlines.append(call.deadline) }
      })
    let frontend = connect(
      Grpc_Testing.TestServiceFake {
        $0.onUnaryCall = { _, call in
          deadlines.append(call.deadline)
          _ = try await backend.emptyCall()
          _ = try await backend.emptyCall(options: CallOptions(timeout: .seconds(7200)))
          for try await _ in backend.streamingOutputCall(.init()) {}
          _ = try await backend.emptyCall(options: CallOptions(timeout: .seconds(60)))
          return .init()
        }
      })

    _ = try await frontend.unaryCall(.init(), options: CallOptions(timeout: .seconds(3600)))

    let all = deadlines.all.compactMap(\.self)
    #expect(all.count == 5)
    #expect(Set(all[0...3]).count == 1)
    #expect(all[4] < all[0])
  }

  @Test
  func `a call without a deadline has none`() async throws {
    let deadlines = Collected<Deadline?>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onEmptyCall = { _, call in
        deadlines.append(call.deadline)
        return .init()
      }
    }

    _ = try await connect(fake).emptyCall()

    #expect(deadlines.all == [nil])
  }
}
