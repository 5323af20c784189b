import FoundationEssentials
import InteropSchema
import RPC
import SwiftProtobuf
import Testing

@Suite
struct CallTests {
  @Test
  func `a unary call answers`() async throws {
    let client = connect(InteropService())

    let response = try await client.unaryCall(.with { $0.responseSize = 314_159 })

    #expect(response.payload.body.count == 314_159)
  }

  @Test
  func `an empty request needs no argument`() async throws {
    #expect(try await connect(InteropService()).emptyCall() == Grpc_Testing.Empty())
  }

  @Test
  func `streamed requests are answered together`() async throws {
    let client = connect(InteropService())

    let response = try await client.streamingInputCall(
      [27182, 8, 1828, 45904].map { Grpc_Testing.StreamingInputCallRequest(size: $0) })

    #expect(response.aggregatedPayloadSize == 74922)
  }

  @Test
  func `an asynchronous sequence streams requests`() async throws {
    let client = connect(InteropService())
    let requests = AsyncStream { continuation in
      for size in 1...3 { continuation.yield(Grpc_Testing.StreamingInputCallRequest(size: size)) }
      continuation.finish()
    }

    #expect(try await client.streamingInputCall(requests).aggregatedPayloadSize == 6)
  }

  @Test
  func `responses stream in order`() async throws {
    let client = connect(InteropService())

    let responses = client.streamingOutputCall(.init(sizes: [31415, 9, 2653, 58979]))

    var sizes: [Int] = []
    for try await response in responses { sizes.append(response.payload.body.count) }
    #expect(sizes == [31415, 9, 2653, 58979])
  }

  @Test
  func `both sides stream at once`() async throws {
    let client = connect(InteropService())
    let (requests, source) = AsyncStream.makeStream(
      of: Grpc_Testing.StreamingOutputCallRequest.self)

    var sizes: [Int] = []
    source.yield(.init(sizes: [1]))
    for try await response in client.fullDuplexCall(requests) {
      sizes.append(response.payload.body.count)
      // The next request goes out only after this response came in.
      if sizes.count == 5 {
        source.finish()
      } else {
        source.yield(.init(sizes: [Int32(sizes.count + 1)]))
      }
    }

    #expect(sizes == [1, 2, 3, 4, 5])
  }

  @Test
  func `streams may be empty`() async throws {
    let client = connect(InteropService())
    let none: [Grpc_Testing.StreamingOutputCallRequest] = []

    for try await _ in client.streamingOutputCall(.init(sizes: [])) { Issue.record("a response") }
    for try await _ in client.fullDuplexCall(none) { Issue.record("a response") }
    #expect(try await client.streamingInputCall([]).aggregatedPayloadSize == 0)
  }

  @Test
  func `metadata and trailers travel both ways`() async throws {
    let client = connect(InteropService())
    var metadata: Metadata = [InteropService.initialKey: "test_initial_metadata_value"]
    metadata[binary: InteropService.trailingKey] = [0xAB, 0xAB, 0x00, 0xFF]

    let responses = client.streamingOutputCall(
      .init(sizes: [1]), options: CallOptions(metadata: metadata))
    let initial = try await responses.metadata()
    for try await _ in responses {}

    #expect(initial[InteropService.initialKey] == "test_initial_metadata_value")
    #expect(responses.trailers[binary: InteropService.trailingKey] == [0xAB, 0xAB, 0x00, 0xFF])
  }

  @Test
  func `metadata comes without messages`() async throws {
    let client = connect(InteropService())

    let responses = client.streamingOutputCall(
      .init(sizes: []), options: CallOptions(metadata: [InteropService.initialKey: "here"]))

    #expect(try await responses.metadata()[InteropService.initialKey] == "here")
  }

  @Test
  func `metadata that no protocol carries is refused before the call`() async {
    let client = connect(InteropService())
    for metadata: Metadata in [["grpc-timeout": "1S"], ["a b": "c"], ["x": "é"], ["x-bin": "text"]]
    {
      let error = await #expect(throws: RPCError.self) {
        try await client.emptyCall(options: CallOptions(metadata: metadata))
      }
      #expect(error?.code == .internal)
    }
  }

  @Test
  func `the client's defaults complete the options`() async throws {
    let fake = Grpc_Testing.TestServiceFake {
      $0.onEmptyCall = { _, call in
        call.responseTrailers["seen"] = call.metadata.texts("x-key").joined(separator: ",")
        throw RPCError(.aborted, "look at the trailers")
      }
    }
    let client = connect(fake, defaults: CallOptions(metadata: ["x-key": "default"]))

    let error = await #expect(throws: RPCError.self) {
      try await client.emptyCall(options: CallOptions(metadata: ["x-key": "own"]))
    }

    #expect(error?.metadata["seen"] == "default,own")
  }

  @Test
  func `messages travel as JSON too`() async throws {
    let client = connect(InteropService(), defaults: CallOptions(codec: .json))
    #expect(try await client.unaryCall(.with { $0.responseSize = 10 }).payload.body.count == 10)
  }

  @Test
  func `a message behind the limit is refused`() async throws {
    var limits = InProcessTransport.Limits()
    limits.requestSizeMax = 100
    let client = connect(InteropService(), limits: limits)

    let request = await #expect(throws: RPCError.self) {
      try await client.unaryCall(.with { $0.payload.body = .init(count: 200) })
    }
    let response = await #expect(throws: RPCError.self) {
      try await client.unaryCall(
        .with { $0.responseSize = 200 }, options: CallOptions(responseSizeMax: 100))
    }

    #expect(request?.code == .resourceExhausted)
    #expect(response?.code == .resourceExhausted)
    #expect(try await client.unaryCall(.with { $0.responseSize = 200 }).payload.body.count == 200)
  }
}
