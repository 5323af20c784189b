internal import SwiftProtobuf
internal import Foundation
internal import InteropSchema
internal import RPC

extension Cases {
  private typealias Output = Grpc_Testing.StreamingOutputCallRequest

  func customMetadata() async throws {
    var options = options
    options.metadata["x-grpc-test-echo-initial"] = "test_initial_metadata_value"
    options.metadata[binary: "x-grpc-test-echo-trailing-bin"] = [0xAB, 0xAB, 0xAB]

    let unary = try await rpc.start(
      Grpc_Testing.TestServiceMethods.unaryCall,
      message: Grpc_Testing.SimpleRequest.large.serializedBytes(), options: options)
    while try await unary.next() != nil {}
    try checkEcho(unary.metadata, unary.trailers)

    let request = Output.with {
      $0.responseParameters = [.with { $0.size = 314_159 }]
      $0.payload.body = Data(count: 271_828)
    }
    let stream = client.fullDuplexCall([request], options: options)
    let metadata = try await stream.metadata()
    for try await _ in stream {}
    try checkEcho(metadata, stream.trailers)
  }

  private func checkEcho(_ metadata: Metadata, _ trailers: Metadata) throws {
    try check(
      "the echo", metadata["x-grpc-test-echo-initial"], is: "test_initial_metadata_value")
    try check(
      "the trailing echo", trailers[binary: "x-grpc-test-echo-trailing-bin"],
      is: [0xAB, 0xAB, 0xAB])
  }

  func statusCodeAndMessage() async throws {
    let status = Grpc_Testing.EchoStatus.with {
      $0.code = 2
      $0.message = "test status message"
    }
    let unary = try await failing { () throws(RPCError) in
      _ = try await client.unaryCall(.with { $0.responseStatus = status }, options: options)
    }
    try check("the unary call's status", unary.status, is: Status(.unknown, status.message))

    let request = Output.with { $0.responseStatus = status }
    let duplex = try await failing { () throws(RPCError) in
      for try await _ in client.fullDuplexCall([request], options: options) {}
    }
    try check("the stream's status", duplex.status, is: Status(.unknown, status.message))
  }

  /// The call is on its way, nothing has been sent.
  func cancelAfterBegin() async throws {
    let (requests, feed) = AsyncStream.makeStream(of: Grpc_Testing.StreamingInputCallRequest.self)
    let call = Task { () -> RPCError? in
      do throws(RPCError) {
        _ = try await client.streamingInputCall(requests, options: options)
        return nil
      } catch {
        return error
      }
    }
    try await Task.sleep(for: .milliseconds(50))
    call.cancel()
    let error = await call.value
    feed.finish()
    try check("the code", error?.code, is: .cancelled)
  }

  func cancelAfterFirstResponse() async throws {
    let (requests, feed) = AsyncStream.makeStream(of: Output.self)
    feed.yield(
      .with {
        $0.responseParameters = [.with { $0.size = 31415 }]
        $0.payload.body = Data(count: 27182)
      })
    let stream = client.fullDuplexCall(requests, options: options)
    let iterator = stream.makeAsyncIterator()
    let error = try await failing { () throws(RPCError) in
      var iterator = iterator
      while try await iterator.next() != nil { stream.cancel() }
    }
    feed.finish()
    try check("the code", error.code, is: .cancelled)
  }

  func timeoutOnSleepingServer() async throws {
    var options = options
    options.timeout = .milliseconds(1)
    let (requests, feed) = AsyncStream.makeStream(of: Output.self)
    feed.yield(.with { $0.payload.body = Data(count: 27182) })
    let error = try await failing { () throws(RPCError) in
      for try await _ in client.fullDuplexCall(requests, options: options) {}
    }
    feed.finish()
    try check("the code", error.code, is: .deadlineExceeded)
  }
}
