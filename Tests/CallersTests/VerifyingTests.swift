@testable import Callers
import Primitives
import RPC
import Sodium
import Synchronization
import Testing

@Suite
struct VerifyingTests {
  private func publicKey(_ seed: UInt8) -> [UInt8] {
    makeKey(seed).publicKey.bytes
  }

  /// The reason for which a call is refused.
  private func refusal(_ call: () async throws -> Void) async -> String? {
    do {
      try await call()
      return nil
    } catch let error as RPCError {
      return error.reason
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [Probe.read, Probe.write, Probe.erase])
  func `a signed call is its key's`(method: MethodDescriptor) async throws {
    let node = Node()

    let caller = try await node.client(node.signing()).caller(method)

    #expect(caller == publicKey(1))
    #expect(node.messages == [[1, 2, 3]])
  }

  @Test
  func `a signed stream is its key's`() async throws {
    let node = Node()
    let client = node.client(node.signing())
    let messages = AsyncStream<[UInt8]> { continuation in
      continuation.yield([1])
      continuation.yield([2])
      continuation.finish()
    }

    let response = try await client.start(Probe.upload, messages: messages)

    #expect(try await response.next() == publicKey(1))
    #expect(node.messages == [[1], [2]])
  }

  @Test
  func `an empty message is signed like any other`() async throws {
    let node = Node()

    #expect(try await node.client(node.signing()).caller(Probe.write, []) == publicKey(1))
  }

  @Test
  func `a stranger reads and does not write`() async throws {
    let node = Node()
    let client = node.client()

    #expect(try await client.caller(Probe.read) == [])
    #expect(await refusal { _ = try await client.caller(Probe.write) } == "SIGNATURE_REQUIRED")
    #expect(await refusal { _ = try await client.caller(Probe.erase) } == "SIGNATURE_REQUIRED")
    #expect(node.messages == [[1, 2, 3]])
  }

  @Test
  func `an open node lets strangers write`() async throws {
    let node = Node { $0.anonymous.mayWrite = true }

    #expect(try await node.client().caller(Probe.write) == [])
  }

  @Test
  func `a closed node does not even let strangers read`() async throws {
    let node = Node { $0.anonymous.mayRead = false }

    #expect(
      await refusal { _ = try await node.client().caller(Probe.read) } == "SIGNATURE_REQUIRED")
  }

  @Test
  func `an open service is open on a closed node`() async throws {
    let node = Node {
      $0.anonymous.mayRead = false
      $0.anonymous.openServices = ["test.Probe"]
    }

    #expect(try await node.client().caller(Probe.erase) == [])
  }

  @Test
  func `a call that comes again is refused`() async throws {
    let node = Node()
    let recorded = Recording()
    _ = try await node.client(node.signing(), recorded).caller(Probe.write)

    let replay = node.client(recorded.replay)

    #expect(await refusal { _ = try await replay.caller(Probe.write) } == "REPLAYED")
    node.clock.advance(by: .seconds(29))
    #expect(await refusal { _ = try await replay.caller(Probe.write) } == "REPLAYED")
    node.clock.advance(by: .seconds(200))
    #expect(await refusal { _ = try await replay.caller(Probe.write) } == "EXPIRED")
    #expect(node.messages.count == 1)
  }

  @Test
  func `reading again is no replay`() async throws {
    let node = Node()
    let recorded = Recording()
    _ = try await node.client(node.signing(), recorded).caller(Probe.read)

    #expect(try await node.client(recorded.replay).caller(Probe.read) == publicKey(1))
  }

  @Test
  func `a signature for one method is none for another`() async throws {
    let node = Node()
    let recorded = Recording()
    _ = try await node.client(node.signing(), recorded).caller(Probe.read)

    let replay = node.client(recorded.replay)

    #expect(await refusal { _ = try await replay.caller(Probe.write) } == "BAD_SIGNATURE")
  }

  @Test
  func `a changed message is noticed before the handler sees it`() async throws {
    let node = Node()
    let client = node.client(
      node.signing(), Tampering { $0.body = .message([1, 2, 4]) })

    #expect(await refusal { _ = try await client.caller(Probe.write) } == "BAD_SIGNATURE")
    #expect(node.messages.isEmpty)
  }

  @Test
  func `nobody signs for somebody else`() async throws {
    let node = Node()
    let victim = try #require(Ed25519.PublicKey(publicKey(2)))
    let client = node.client(
      node.signing(1), Tampering { $0.metadata[Credentials.keyName] = victim.hex })

    #expect(await refusal { _ = try await client.caller(Probe.write) } == "BAD_SIGNATURE")
  }

  @Test
  func `naming a key without a signature is refused even where strangers may write`() async throws {
    let node = Node { $0.anonymous.mayWrite = true }
    let victim = try #require(Ed25519.PublicKey(publicKey(2)))
    let client = node.client(Tampering { $0.metadata[Credentials.keyName] = victim.hex })

    #expect(await refusal { _ = try await client.caller(Probe.write) } == "MALFORMED_CREDENTIALS")
  }

  @Test
  func `every covered field is covered`() async throws {
    let node = Node()
    let changes: [@Sendable (inout ClientRequest) -> Void] = [
      { $0.metadata[Credentials.nonceName] = String(repeating: "a", count: 32) },
      { $0.metadata[Credentials.expiresName] = "1700000031000" },
      { $0.metadata[Credentials.audienceName] = "other" },
    ]
    for change in changes {
      let client = node.client(node.signing(), Tampering(change: change))
      #expect(await refusal { _ = try await client.caller(Probe.write) } == "BAD_SIGNATURE")
    }
  }

  @Test(arguments: [
    Credentials.keyName, Credentials.nonceName, Credentials.expiresName,
    Credentials.signatureName,
  ])
  func `half of the credentials are none`(name: String) async throws {
    let node = Node { $0.anonymous.mayWrite = true }
    let client = node.client(node.signing(), Tampering { $0.metadata.removeAll(name) })

    #expect(await refusal { _ = try await client.caller(Probe.write) } == "MALFORMED_CREDENTIALS")
  }

  @Test
  func `doubled credentials are refused`() async throws {
    let node = Node()
    let client = node.client(node.signing(1), node.signing(2))

    #expect(await refusal { _ = try await client.caller(Probe.write) } == "MALFORMED_CREDENTIALS")
  }

  @Test
  func `clocks may differ as far as the limit says`() async throws {
    let node = Node { $0.limits.clockSkewMax = .seconds(10) }
    let late = node.client(node.signing(lifetime: .seconds(-9)))
    let tooLate = node.client(node.signing(lifetime: .seconds(-10)))
    let early = node.client(node.signing(lifetime: .seconds(70)))
    let tooEarly = node.client(node.signing(lifetime: .seconds(71)))

    #expect(try await late.caller(Probe.write) == publicKey(1))
    #expect(await refusal { _ = try await tooLate.caller(Probe.write) } == "EXPIRED")
    #expect(try await early.caller(Probe.write) == publicKey(1))
    #expect(await refusal { _ = try await tooEarly.caller(Probe.write) } == "EXPIRES_TOO_LATE")
  }

  @Test(arguments: ["9223372036854775807", "-9223372036854775808", "+1700000000000", "1e3", ""])
  func `absurd times are refused without a trap`(time: String) async throws {
    let node = Node()
    let client = node.client(
      node.signing(), Tampering { $0.metadata[Credentials.expiresName] = time })

    #expect(await refusal { _ = try await client.caller(Probe.write) } != nil)
  }

  @Test
  func `a call for another node is refused`() async throws {
    let node = Node { $0.audiences = ["node-1"] }

    let right = node.client(node.signing(audience: "node-1"))
    let wrong = node.client(node.signing(audience: "node-2"))
    let none = node.client(node.signing())

    #expect(try await right.caller(Probe.write) == publicKey(1))
    #expect(await refusal { _ = try await wrong.caller(Probe.write) } == "WRONG_AUDIENCE")
    #expect(await refusal { _ = try await none.caller(Probe.write) } == "WRONG_AUDIENCE")
  }

  @Test
  func `one key cannot fill the memory, nor lock out another`() async throws {
    let node = Node { $0.limits.noncesPerKeyMax = 2 }
    let first = node.client(node.signing(1))
    let second = node.client(node.signing(2))
    _ = try await first.caller(Probe.write)
    _ = try await first.caller(Probe.write)

    #expect(await refusal { _ = try await first.caller(Probe.write) } == "TOO_MANY_CALLS")
    #expect(try await second.caller(Probe.write) == publicKey(2))
    #expect(try await first.caller(Probe.read) == publicKey(1))

    node.clock.advance(by: .seconds(300))
    #expect(try await first.caller(Probe.write) == publicKey(1))
  }
}

/// Keeps what was signed, to send it again.
private final class Recording: ClientInterceptor {
  private let metadata = Mutex(Metadata())

  func intercept(
    _ request: ClientRequest,
    next: @Sendable (ClientRequest) async throws(RPCError) -> ClientResponse
  ) async throws(RPCError) -> ClientResponse {
    metadata.withLock { $0 = request.metadata }
    return try await next(request)
  }

  var replay: Tampering {
    let metadata = metadata.withLock { $0 }
    return Tampering { $0.metadata = metadata }
  }
}
