import Foundation
import GatewayServices
import RPC
import RPCClient
import RPCServer
import Schema
import StandardSchema
import SwiftProtobuf
import Testing

@Suite
struct HealthTests {
  private let health = HealthStatus(services: ["test.A", "test.B"])

  private var client: Grpc_Health_V1.HealthClient {
    Grpc_Health_V1.HealthClient(
      Client(transport: InProcessTransport(Router(services: [HealthService(health)]))))
  }

  @Test
  func `tells how services are`() async throws {
    health.set("test.B", isServing: false)

    #expect(try await client.check().status == .serving)
    #expect(try await client.check(service: "test.A").status == .serving)
    #expect(try await client.check(service: "test.B").status == .notServing)
    #expect(await failure { _ = try await client.check(service: "test.C") }?.code == .notFound)
    #expect(
      try await client.list().statuses.mapValues(\.status) == [
        "": .serving, "test.A": .serving, "test.B": .notServing,
      ])
  }

  @Test
  func `a list of too many services is refused`() async throws {
    let health = HealthStatus(services: (0..<100).map { "test.\($0)" })
    let client = Grpc_Health_V1.HealthClient(
      Client(transport: InProcessTransport(Router(services: [HealthService(health)]))))

    #expect(await failure { _ = try await client.list() }?.code == .resourceExhausted)
  }

  @Test
  func `a watch sees changes, and ends when the server stops`() async throws {
    var statuses = client.watch(service: "test.A").makeAsyncIterator()

    #expect(try await statuses.next()?.status == .serving)
    health.set("test.A", isServing: false)
    #expect(try await statuses.next()?.status == .notServing)
    health.set("test.A", isServing: true)
    #expect(try await statuses.next()?.status == .serving)
    health.stop()
    #expect(try await statuses.next()?.status == .notServing)
    let error = await failure { _ = try await statuses.next() }
    #expect(error?.code == .unavailable)
    #expect(try await client.check().status == .notServing)
    #expect(!health.isServing)
  }

  @Test
  func `a watch of an unknown service waits for it`() async throws {
    var statuses = client.watch(service: "test.C").makeAsyncIterator()

    #expect(try await statuses.next()?.status == .serviceUnknown)
    health.set("test.C", isServing: true)
    #expect(try await statuses.next()?.status == .serving)
  }
}

@Suite
struct ReflectionTests {
  private typealias Request = Grpc_Reflection_V1.ServerReflectionRequest
  private typealias Response = Grpc_Reflection_V1.ServerReflectionResponse

  private func client() throws -> Client {
    let index = try ReflectionIndex([Gensyn_Ree_V1.artifactService, Grpc_Health_V1.health])
    return Client(
      transport: InProcessTransport(
        Router(services: [ReflectionService(index), ReflectionAlphaService(index)])))
  }

  private func answers(_ requests: Request...) async throws -> [Response] {
    let stream = Grpc_Reflection_V1.ServerReflectionClient(try client())
      .serverReflectionInfo(requests)
    var answers: [Response] = []
    for try await answer in stream { answers.append(answer) }
    return answers
  }

  private func names(_ response: Response) throws -> [String] {
    try response.fileDescriptorResponse.fileDescriptorProto.map {
      try Google_Protobuf_FileDescriptorProto(serializedBytes: $0).name
    }
  }

  @Test
  func `lists services`() async throws {
    let answers = try await answers(.with { $0.listServices = "*" })

    #expect(
      answers[0].listServicesResponse.service.map(\.name) == [
        "gensyn.ree.v1.ArtifactService", "grpc.health.v1.Health",
      ])
  }

  @Test
  func `sends a symbol's file and its imports, each once a stream`() async throws {
    let answers = try await answers(
      .with { $0.fileContainingSymbol = "gensyn.ree.v1.ArtifactService" },
      .with { $0.fileContainingSymbol = "gensyn.ree.v1.ArtifactService.GetArtifact" },
      .with { $0.fileByFilename = "gensyn/ree/v1/artifact.proto" })

    let first = try names(answers[0])
    #expect(first.first == "gensyn/ree/v1/artifact_service.proto")
    #expect(
      Set(first) == [
        "gensyn/ree/v1/artifact_service.proto", "gensyn/ree/v1/artifact.proto",
        "google/protobuf/timestamp.proto",
      ])
    #expect(try names(answers[1]) == ["gensyn/ree/v1/artifact_service.proto"])
    #expect(try names(answers[2]) == ["gensyn/ree/v1/artifact.proto"])
  }

  @Test
  func `what is not here is an answer, and the stream goes on`() async throws {
    let answers = try await answers(
      .with { $0.fileByFilename = "nope.proto" },
      .with { $0.fileContainingSymbol = "no.Such" },
      .with {
        $0.fileContainingExtension.containingType = "gensyn.ree.v1.Artifact"
        $0.fileContainingExtension.extensionNumber = -5
      },
      .with { $0.allExtensionNumbersOfType = "no.Such" },
      .with { $0.allExtensionNumbersOfType = "gensyn.ree.v1.Artifact" },
      .with { $0.host = "a host" })

    #expect(answers.prefix(4).map(\.errorResponse.errorCode) == [5, 5, 5, 5])
    #expect(
      answers[4].allExtensionNumbersResponse.baseTypeName == "gensyn.ree.v1.Artifact")
    #expect(answers[5].errorResponse.errorCode == 3)
    #expect(answers[5].originalRequest.host == "a host")
  }

  @Test
  func `answers under the old name as well`() async throws {
    let stream = Grpc_Reflection_V1alpha.ServerReflectionClient(try client())
      .serverReflectionInfo([.with { $0.listServices = "" }])

    for try await answer in stream {
      #expect(answer.listServicesResponse.service.count == 2)
    }
  }
}

@Suite
struct ChannelzTests {
  private let registry = ChannelzRegistry()

  private var client: Grpc_Channelz_V1.ChannelzClient {
    Grpc_Channelz_V1.ChannelzClient(
      Client(transport: InProcessTransport(Router(services: [ChannelzService(registry)]))))
  }

  @Test
  func `tells of a server that runs`() async throws {
    let server = try Server(
      Router(services: [ChannelzService(registry)]),
      {
        var configuration = Server.Configuration(listen: ["127.0.0.1:0"])
        configuration.observers = [registry]
        return configuration
      }())
    registry.listens(at: server.addresses)
    let channel = try Channel(server.addresses[0], ChannelConfiguration())
    let client = Grpc_Channelz_V1.ChannelzClient(Client(transport: channel))

    let servers = try await client.getServers()
    let sockets = try await client.getServerSockets(
      serverID: servers.server[0].ref.serverID)
    let socket = try await client.getSocket(socketID: sockets.socketRef[0].socketID)
    let listener = try await client.getSocket(
      socketID: servers.server[0].listenSocket[0].socketID)

    #expect(servers.end)
    #expect(servers.server[0].data.callsStarted >= 1)
    #expect(sockets.end)
    #expect(socket.socket.remote.tcpipAddress.ipAddress == Data([127, 0, 0, 1]))
    #expect(listener.socket.local.tcpipAddress.port > 0)
    let data = try await client.getServer(serverID: 1).server.data
    #expect(data.callsSucceeded >= 4)
    #expect(data.callsFailed == 0)
    #expect(data.lastCallStartedTimestamp.seconds > 1_700_000_000)
    await channel.close()
    await server.shutdown(grace: .seconds(1))
  }

  @Test
  func `strange numbers are not found`() async throws {
    for id in [Int64.min, -1, 0, 2, 999, 1000, .max] {
      #expect(await failure { _ = try await client.getSocket(socketID: id) }?.code == .notFound)
      #expect(await failure { _ = try await client.getServer(serverID: id) }?.code == .notFound)
      #expect(await failure { _ = try await client.getChannel(channelID: id) }?.code == .notFound)
    }
    #expect(try await client.getTopChannels().end)
  }
}
