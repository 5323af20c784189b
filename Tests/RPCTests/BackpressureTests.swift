import FoundationEssentials
import InteropSchema
import RPC
import SwiftProtobuf
import Testing

/// The buffer holds one message and what makes it full; nothing here measures time.
@Suite
struct BackpressureTests {
  private var limits: InProcessTransport.Limits {
    var limits = InProcessTransport.Limits()
    limits.bufferSizeMax = 1000
    return limits
  }

  @Test
  func `a writer is at most one buffer ahead of its reader`() async throws {
    let written = Collected<Int>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onStreamingOutputCall = { _, responses, _ in
        for index in 0..<200 {
          try await responses.write(.with { $0.payload.body = Data(count: 600) })
          written.append(index)
        }
      }
    }

    var read = 0
    for try await _ in connect(fake, limits: limits).streamingOutputCall(.init()) {
      read += 1
      // Whoever does not wait gets the chance to run ahead.
      for _ in 0..<20 { await Task.yield() }
      #expect(written.count <= read + 1)
    }

    #expect(read == 200)
  }

  @Test
  func `a sender is at most one buffer ahead of the handler`() async throws {
    let sent = Collected<Int>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onStreamingInputCall = { requests, _ in
        var read = 0
        for try await _ in requests {
          read += 1
          for _ in 0..<20 { await Task.yield() }
          // One in the buffer, one that waits, one that is being made.
          #expect(sent.count <= read + 3)
        }
        return .with { $0.aggregatedPayloadSize = Int32(read) }
      }
    }
    let requests = AsyncStream<Grpc_Testing.StreamingInputCallRequest> {
      let count = sent.append(0)
      return count > 200 ? nil : Grpc_Testing.StreamingInputCallRequest(size: 600)
    }

    let response = try await connect(fake, limits: limits).streamingInputCall(requests)

    #expect(response.aggregatedPayloadSize == 200)
  }

  @Test
  func `empty messages fill the buffer too`() async throws {
    let ended = Event()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onStreamingOutputCall = { _, responses, _ in
        defer { ended.happen() }
        while true { try await responses.write(.init()) }
      }
    }

    for try await _ in connect(fake, limits: limits).streamingOutputCall(.init()) { break }

    await ended.wait()
  }

  @Test
  func `a writer that waits is woken by the end of the call`() async throws {
    let error = Collected<Status.Code?>()
    let ended = Event()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onStreamingOutputCall = { _, responses, _ in
        defer { ended.happen() }
        do {
          while true {
            try await responses.write(.with { $0.payload.body = Data(count: 2000) })
          }
        } catch let cause as RPCError {
          error.append(cause.code)
          throw cause
        }
      }
    }

    for try await _ in connect(fake, limits: limits).streamingOutputCall(.init()) { break }
    await ended.wait()

    #expect(error.all == [.cancelled])
  }

  @Test
  func `a message larger than the buffer passes`() async throws {
    let client = connect(InteropService(), limits: limits)

    let response = try await client.unaryCall(
      .with {
        $0.payload.body = Data(count: 100_000)
        $0.responseSize = 100_000
      })

    #expect(response.payload.body.count == 100_000)
  }
}
