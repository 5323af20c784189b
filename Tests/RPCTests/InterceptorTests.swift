import InteropSchema
import RPC
import SwiftProtobuf
import Testing

@Suite
struct InterceptorTests {
  private struct Note: ClientInterceptor, ServerInterceptor {
    let name: String
    let notes: Collected<String>

    func intercept(
      _ request: ClientRequest,
      next: @Sendable (ClientRequest) async throws(RPCError) -> ClientResponse
    ) async throws(RPCError) -> ClientResponse {
      notes.append("\(name) before")
      await Task.yield()
      var request = request
      request.metadata.append(name, for: "x-through")
      let response = try await next(request)
      notes.append("\(name) after")
      return response
    }

    func intercept(
      _ call: ServerCall, next: @Sendable (ServerCall) async throws -> Void
    ) async throws {
      notes.append("\(name) before")
      await Task.yield()
      try await next(call)
      notes.append("\(name) after")
    }
  }

  @Test
  func `the first one sees the call first and its outcome last`() async throws {
    let notes = Collected<String>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onEmptyCall = { _, call in
        notes.append("handler \(call.metadata.texts("x-through"))")
        return .init()
      }
    }
    let client = connect(
      fake, server: [Note(name: "c", notes: notes), Note(name: "d", notes: notes)],
      client: [Note(name: "a", notes: notes), Note(name: "b", notes: notes)])

    _ = try await client.emptyCall()

    #expect(
      notes.all.filter { $0.hasSuffix("before") }
        == ["a before", "b before", "c before", "d before"])
    #expect(notes.all[4] == #"handler ["a", "b"]"#)
    let after = notes.all.filter { $0.hasSuffix("after") }
    #expect(after.filter { "ab".contains($0.prefix(1)) } == ["b after", "a after"])
    #expect(after.filter { "cd".contains($0.prefix(1)) } == ["d after", "c after"])
  }

  @Test
  func `a server's interceptor may answer the call itself`() async {
    struct Guard: ServerInterceptor {
      func intercept(
        _ call: ServerCall, next: @Sendable (ServerCall) async throws -> Void
      ) async throws {
        guard call.metadata["authorization"] == "let me in" else {
          throw RPCError(.unauthenticated, "who are you?")
        }
        call.caller = .ed25519([1, 2, 3])
        try await next(call)
      }
    }
    let fake = Grpc_Testing.TestServiceFake {
      $0.onEmptyCall = { _, call in
        #expect(call.caller == .ed25519([1, 2, 3]))
        return .init()
      }
    }
    let client = connect(fake, server: [Guard()])

    let error = await #expect(throws: RPCError.self) { try await client.emptyCall() }

    #expect(error?.code == .unauthenticated)
    await #expect(throws: Never.self) {
      try await client.emptyCall(options: CallOptions(metadata: ["authorization": "let me in"]))
    }
  }

  @Test
  func `a server's interceptor may read each request`() async throws {
    struct Meter: ServerInterceptor {
      let sizes: Collected<Int>

      func intercept(
        _ call: ServerCall, next: @Sendable (ServerCall) async throws -> Void
      ) async throws {
        try await next(
          call.observingRequests { bytes in
            if bytes.byteCount > 1000 { throw RPCError(.permissionDenied, "too much") }
            sizes.append(bytes.byteCount)
          })
      }
    }
    let sizes = Collected<Int>()
    let client = connect(InteropService(), server: [Meter(sizes: sizes)])

    _ = try await client.streamingInputCall([.init(size: 0), .init(size: 100)])
    let error = await #expect(throws: RPCError.self) {
      try await client.streamingInputCall([.init(size: 10), .init(size: 2000)])
    }

    #expect(sizes.all == [2, 104, 14])
    #expect(error?.code == .permissionDenied)
  }

  @Test
  func `a client's interceptor may wait for a token and send again`() async throws {
    struct Refresh: ClientInterceptor {
      let tokens: Collected<Int>

      func intercept(
        _ request: ClientRequest,
        next: @Sendable (ClientRequest) async throws(RPCError) -> ClientResponse
      ) async throws(RPCError) -> ClientResponse {
        var request = request
        request.metadata["x-token"] = "\(tokens.count)"
        do {
          return try await next(request)
        } catch {
          guard error.code == .unauthenticated else { throw error }
          await Task.yield()
          request.metadata["x-token"] = "\(tokens.append(1))"
          return try await next(request)
        }
      }
    }
    let tokens = Collected<String>()
    let fake = Grpc_Testing.TestServiceFake {
      $0.onEmptyCall = { _, call in
        let token = call.metadata["x-token"] ?? ""
        tokens.append(token)
        guard token == "1" else { throw RPCError(.unauthenticated, "stale") }
        return .init()
      }
    }

    _ = try await connect(fake, client: [Refresh(tokens: Collected())]).emptyCall()

    #expect(tokens.all == ["0", "1"])
  }

  @Test
  func `a client's interceptor may look at the response`() async throws {
    struct Look: ClientInterceptor {
      let seen: Collected<String?>

      func intercept(
        _ request: ClientRequest,
        next: @Sendable (ClientRequest) async throws(RPCError) -> ClientResponse
      ) async throws(RPCError) -> ClientResponse {
        let response = try await next(request)
        seen.append(response.metadata[InteropService.initialKey])
        return response
      }
    }
    let seen = Collected<String?>()
    let client = connect(InteropService(), client: [Look(seen: seen)])

    _ = try await client.unaryCall(
      .init(), options: CallOptions(metadata: [InteropService.initialKey: "hello"]))

    #expect(seen.all == ["hello"])
  }
}
