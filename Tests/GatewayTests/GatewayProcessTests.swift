import Foundation
import RPC
import RPCClient
import Schema
import StandardSchema
import Testing

/// The whole program: sockets, signals, files.
@Suite(.serialized)
struct GatewayProcessTests {
  private let directory: TemporaryDirectory
  private let bytes = ArtifactFixture.bytes(3 << 20)

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func upload(from offset: Int = 0, hash: Data) -> [Gensyn_Ree_V1.PutArtifactRequest] {
    ArtifactFixture.upload(bytes, hash: hash, from: offset, chunkSize: 256 << 10)
  }

  @Test
  func `serves, and stops when it is asked to`() async throws {
    let gateway = try GatewayProcess(directory)
    let channel = try gateway.channel()
    let client = Gensyn_Ree_V1.ArtifactClient(Client(transport: channel))
    let hash = ArtifactFixture.hash(bytes)

    let stored = try await client.putArtifact(upload(hash: hash))
    var loaded: [UInt8] = []
    for try await response in client.getArtifact(hash: hash) { loaded += response.chunk.data }
    let health = Grpc_Health_V1.HealthClient(Client(transport: channel))

    #expect(stored.artifact.hash == hash)
    #expect(loaded == bytes)
    #expect(try await health.check(service: "gensyn.ree.v1.ArtifactService").status == .serving)
    await channel.close()
    #expect(gateway.end(SIGTERM) == 0)
    #expect(gateway.log.contains("/gensyn.ree.v1.ArtifactService/PutArtifact"))
  }

  @Test
  func `an upload survives a killed process`() async throws {
    let hash = ArtifactFixture.hash(bytes)
    let first = try GatewayProcess(directory)
    let channel = try first.channel()
    let client = Gensyn_Ree_V1.ArtifactClient(Client(transport: channel))
    let messages = upload(hash: hash)
    let broken = AsyncThrowingStream<Gensyn_Ree_V1.PutArtifactRequest, any Error> { continuation in
      for message in messages.prefix(6) { continuation.yield(message) }
      continuation.finish(throwing: CancellationError())
    }
    _ = await failure { _ = try await client.putArtifact(broken) }
    var received: UInt64 = 0
    while received == 0 {
      try await Task.sleep(for: .milliseconds(10))
      received = (try? await client.getUpload(hash: hash).receivedSizeBytes) ?? 0
    }
    _ = first.end(SIGKILL)
    await channel.close()

    let second = try GatewayProcess(directory)
    let again = try second.channel()
    let resumed = Gensyn_Ree_V1.ArtifactClient(Client(transport: again))
    let state = try await resumed.getUpload(hash: hash)
    let rest = upload(from: Int(state.receivedSizeBytes), hash: hash)

    #expect(state.receivedSizeBytes >= received)
    #expect(try await resumed.putArtifact(rest).artifact.hash == hash)
    #expect(try await resumed.verifyArtifact(hash: hash).intact)
    await again.close()
    #expect(second.end(SIGINT) == 0)
  }

  @Test
  func `a call to a service that is not here names it`() async throws {
    let gateway = try GatewayProcess(directory)
    let channel = try gateway.channel()
    let client = Client(transport: channel)
    let method = MethodDescriptor(
      service: "gensyn.market.v1.OfferService", name: "PostOffer", kind: .unary)

    let error = await failure {
      _ = try await client.start(method, message: []).next()
    }

    #expect(error?.code == .unimplemented)
    #expect(error?.message.contains("gensyn.market.v1.OfferService") == true)
    await channel.close()
    #expect(gateway.end(SIGTERM) == 0)
  }

  @Test
  func `says why it does not start`() throws {
    let gateway = try GatewayProcess(directory)
    let other = directory.path + "/other"
    let data = ["--data-dir", other]

    let port = try GatewayProcess.failing("--listen", gateway.address, data[0], data[1])
    let locked = try GatewayProcess.failing(
      "--listen", "127.0.0.1:0", "--data-dir", directory.path + "/data")
    let certificate = try GatewayProcess.failing(
      "--listen", "127.0.0.1:0", data[0], data[1], "--tls-cert", "/no/such", "--tls-key", "/no/such"
    )
    let half = try GatewayProcess.failing("--tls-cert", "/no/such")
    let address = try GatewayProcess.failing("--listen", "nowhere")
    let flag = try GatewayProcess.failing("--lisen", "x")
    let config = directory.path + "/config.json"
    try Data(#"{"lisen": "x"}"#.utf8).write(to: URL(filePath: config))
    let key = try GatewayProcess.failing("--config", config)

    #expect(port.status == 1 && port.errors.contains("in use"))
    #expect(locked.status == 1 && locked.errors.contains("in use by another process"))
    #expect(certificate.status == 1 && certificate.errors.contains("/no/such"))
    #expect(half.status == 78 && half.errors.contains("tls-key"))
    #expect(address.status == 78 && address.errors.contains("nowhere"))
    #expect(flag.status == 64 && flag.errors.contains("--lisen"))
    #expect(key.status == 78 && key.errors.contains("lisen"))
    #expect(gateway.end(SIGTERM) == 0)
  }

  @Test
  func `a newer data directory is left alone`() async throws {
    let gateway = try GatewayProcess(directory)
    #expect(gateway.end(SIGTERM) == 0)
    let format = directory.path + "/data/artifacts/format"
    try Data("99\n".utf8).write(to: URL(filePath: format))

    let newer = try GatewayProcess.failing(
      "--listen", "127.0.0.1:0", "--data-dir", directory.path + "/data")

    #expect(newer.status == 1)
    #expect(newer.errors.contains("format 99"))
  }
}
