import InteropSchema
import RPC
import SwiftProtobuf
import Testing

@Suite
struct ErrorTests {
  @Test(arguments: Status.Code.allCases.filter { $0 != .ok })
  func `every code arrives with its message`(code: Status.Code) async {
    let client = connect(InteropService())
    let message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"

    let error = await #expect(throws: RPCError.self) {
      try await client.unaryCall(
        .with {
          $0.responseStatus.code = Int32(code.rawValue)
          $0.responseStatus.message = message
        })
    }

    #expect(error?.code == code)
    #expect(error?.message == message)
  }

  @Test
  func `an error after messages comes after them`() async {
    let client = connect(InteropService())
    var request = Grpc_Testing.StreamingOutputCallRequest(sizes: [1, 2])
    request.responseStatus = .with { $0.code = 8 }

    var sizes: [Int] = []
    let error = await #expect(throws: RPCError.self) {
      for try await response in client.streamingOutputCall(request) {
        sizes.append(response.payload.body.count)
      }
    }

    #expect(sizes == [1, 2])
    #expect(error?.code == .resourceExhausted)
  }

  @Test
  func `details and trailers travel with an error`() async throws {
    let details: [ErrorDetail] = [
      .badField("payload.body", "is empty"), .retry(after: .milliseconds(1500)),
      .reason("EMPTY", domain: "gensyn", metadata: ["a": "b"]),
    ]
    let fake = Grpc_Testing.TestServiceFake {
      $0.onUnaryCall = { _, call in
        call.responseTrailers["x-trailer"] = "from the call"
        throw RPCError(
          .invalidArgument, "no", details: details, metadata: ["x-error": "from the error"])
      }
    }

    let error = await #expect(throws: RPCError.self) { try await connect(fake).unaryCall(.init()) }

    #expect(error?.details == details)
    #expect(error?.metadata["x-trailer"] == "from the call")
    #expect(error?.metadata["x-error"] == "from the error")
  }

  @Test
  func `an error that is not meant for the caller says nothing`() async {
    struct Secret: Error {
      let password = "hunter2"
    }
    let reported = Collected<any Error>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onUnaryCall = { _, _ in throw Secret() }
      $0.onEmptyCall = { _, _ in throw RPCError(.dataLoss, "damaged", cause: Secret()) }
    }
    let client = connect(fake) { _, error in reported.append(error) }

    let unknown = await #expect(throws: RPCError.self) { try await client.unaryCall(.init()) }
    let known = await #expect(throws: RPCError.self) { try await client.emptyCall() }

    #expect(unknown?.code == .unknown)
    #expect(unknown?.message.contains("hunter2") == false)
    #expect(unknown?.cause == nil)
    #expect(known?.message == "damaged")
    #expect(known?.cause == nil)
    #expect(reported.count == 2)
  }

  @Test
  func `a fake without a closure is unimplemented`() async {
    let client = connect(Grpc_Testing.TestServiceFake())

    let error = await #expect(throws: RPCError.self) { try await client.unimplementedCall() }

    #expect(error?.code == .unimplemented)
  }

  @Test
  func `what is not served is unimplemented and named`() async {
    let client = connect(InteropService()).client
    func message(_ service: String, _ name: String) async -> String? {
      let method = MethodDescriptor(service: service, name: name, kind: .unary)
      let error = await #expect(throws: RPCError.self) {
        _ = try await client.start(method, message: [])
      }
      #expect(error?.code == .unimplemented)
      return error?.message
    }

    #expect(await message("grpc.testing.Nothing", "Call")?.contains("grpc.testing.Nothing") == true)
    #expect(await message("grpc.testing.TestService", "Nothing")?.contains("Nothing") == true)
    #expect(await message("", "") != nil)
  }

  @Test
  func `bytes that are no message are an internal error`() async {
    let client = connect(InteropService()).client

    let error = await #expect(throws: RPCError.self) {
      _ = try await client.start(Grpc_Testing.TestServiceMethods.unaryCall, message: [0xFF])
    }

    #expect(error?.code == .internal)
  }

  @Test
  func `a second request of a unary call is refused`() async {
    let client = connect(InteropService()).client
    let messages = AsyncStream<[UInt8]> { continuation in
      continuation.yield([])
      continuation.yield([])
      continuation.finish()
    }

    let error = await #expect(throws: RPCError.self) {
      _ = try await client.start(Grpc_Testing.TestServiceMethods.emptyCall, messages: messages)
    }

    #expect(error?.code == .unimplemented)
  }

  @Test
  func `a failing sequence of requests ends the call on both sides`() async {
    struct Broken: Error {}
    let ended = Event()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onStreamingInputCall = { requests, _ in
        defer { ended.happen() }
        for try await _ in requests {}
        return .init()
      }
    }
    let requests = AsyncThrowingStream<Grpc_Testing.StreamingInputCallRequest, any Error> {
      $0.finish(throwing: Broken())
    }

    let error = await #expect(throws: RPCError.self) {
      try await connect(fake).streamingInputCall(requests)
    }
    await ended.wait()

    #expect(error?.code == .cancelled)
    #expect(error?.cause is Broken)
  }
}
