internal import Archive
internal import Callers
internal import HTTP2
internal import Foundation
internal import GatewayServices
internal import Logging
internal import Net
internal import Observability
internal import REE
internal import RPC
internal import RPCServer
internal import Schema
internal import StandardSchema
internal import TLS
internal import WebSocket

/// The composition root: what a node is made of, from the disk up to the sockets.
final class Node: Sendable {
  private let configuration: Configuration
  private let logger: Logger
  private let certificates: ReloadableContext?
  private let server: Server
  private let health: HealthStatus
  private let upkeep: Upkeep
  private let chain: ChainHost?
  private let market: MarketHost?

  init(_ configuration: Configuration, logger: Logger) throws {
    self.configuration = configuration
    self.logger = logger

    // Engines.
    let disk = DiskExecutor()
    let store = try Self.openStore(configuration)
    for repair in store.repairs { logger.notice("repaired \(repair.path): \(repair.action)") }
    for damage in store.damages { logger.error("\(damage)") }

    let receipts = try ReceiptStore(directory: configuration.dataDirectory + "/receipts")
    let engine = ExecutionEngine(
      store: store, receipts: receipts,
      prover: try .open(configuration.dataDirectory + "/prover.key"), version: Gateway.version)

    // Services: one for each engine, and those that every server has.
    var services: [any Service] = [
      ArtifactService(store: store, disk: disk),
      ModelService(store: store, engine: engine, disk: disk),
      ExecutionService(engine: engine, disk: disk),
      ReceiptService(receipts: receipts, artifacts: store, engine: engine, disk: disk),
    ]
    chain = try ChainHost(configuration, logger: logger)
    if let chain { services.append(chain.service) }
    market = try chain.flatMap {
      try MarketHost(
        $0.node, results: StoredArtifacts(store, disk: disk), configuration, logger: logger)
    }
    if let market { services += market.services }
    health = HealthStatus(services: services.map { type(of: $0).descriptor.name })
    let channelz = ChannelzRegistry()
    services += [HealthService(health), ChannelzService(channelz)]
    if configuration.servesReflection {
      let index = try ReflectionIndex(
        services.map { type(of: $0).descriptor }
          + [Grpc_Reflection_V1.serverReflection, Grpc_Reflection_V1alpha.serverReflection])
      services += [ReflectionService(index), ReflectionAlphaService(index)]
    }

    // The way in: traces, then callers, then the services.
    let router = Router(
      services: services,
      interceptors: [
        TraceServerInterceptor(), VerifyingInterceptor(.init(configuration)),
      ],
      report: { method, error in
        logger.error("\(method.path) failed", error: error)
      })
    let metrics = ServerMetrics()
    certificates = try configuration.tls.map { try ReloadableContext(ServerConfiguration($0)) }
    var serving = Server.Configuration(listen: configuration.listen, tls: certificates)
    serving.allowsPlaintext = configuration.allowsPlaintext
    serving.loops = configuration.loops
    serving.limits = RPCServer.Limits(configuration)
    serving.observers = [AccessLog(logger), metrics, channelz]
    serving.pages = [
      Pages.index(services: router.services, ethereum: chain?.endpoint), Pages.health(health),
      metrics.page(),
    ]
    if let chain {
      serving.pages.append(chain.page)
      serving.webSockets = chain.webSockets
      serving.limits.pageBodyMax = chain.bodyBytesMax
      serving.limits.webSocket.messageSizeMax = chain.bodyBytesMax
    }
    if !configuration.corsOrigins.isEmpty {
      serving.cors = CORS(origins: configuration.corsOrigins)
    }
    do {
      server = try Server(router, serving)
    } catch {
      throw ConfigurationError("cannot listen: \(error)")
    }
    channelz.listens(at: server.addresses)
    upkeep = Upkeep(store: store, certificates: certificates, logger: logger)
    logger.notice("serving at \(server.addresses.joined(separator: ", "))")
  }

  /// Removes the state of a node that was not to outlive its process.
  static func removeTemporaryState(_ configuration: Configuration) {
    guard configuration.isTemporary else { return }
    // What is left is for the system to clean.
    try? FileManager.default.removeItem(atPath: configuration.dataDirectory)
  }

  private static func openStore(_ configuration: Configuration) throws -> ArtifactStore {
    try FileManager.default.createDirectory(
      atPath: configuration.dataDirectory, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    var limits = ArtifactStore.Limits()
    if let quota = configuration.quotaBytes { limits.quotaBytesPerOwner = quota }
    return try ArtifactStore(
      directory: configuration.dataDirectory + "/artifacts", limits: limits)
  }
}

extension Node {
  /// What scripts wait for on standard output.
  func readyLine(version: String) -> String {
    let addresses = server.addresses.map { "\"\($0.jsonEscaped)\"" }.joined(separator: ",")
    return "{\"ready\":true,\"listen\":[\(addresses)],"
      + "\"tls\":\(certificates != nil),\"version\":\"\(version)\","
      + "\"pid\":\(ProcessInfo.processInfo.processIdentifier)}"
  }

  /// Looks after the node until the task is cancelled.
  func keepUp() async {
    await withDiscardingTaskGroup { group in
      group.addTask { await self.upkeep.run() }
      if let chain = self.chain { group.addTask { await chain.run() } }
      if let market = self.market { group.addTask { await market.run() } }
    }
  }

  func reloadCertificates() {
    upkeep.reloadCertificates()
  }

  /// Lets running calls finish, then lets go of everything.
  func stop() async {
    let grace = configuration.drainTimeout
    logger.notice("stopping: no new calls, and up to \(grace) for those that run")
    health.stop()
    await server.shutdown(grace: grace)
    chain?.close()
    Self.removeTemporaryState(configuration)
    logger.notice("stopped")
  }
}

extension ServerConfiguration {
  fileprivate init(_ files: Configuration.TLSFiles) {
    self.init(
      identity: Identity(
        certificateChain: .file(files.certificate), privateKey: .file(files.key)))
    if let authorities = files.clientAuthorities {
      clients = .optional(authorities: .file(authorities))
    }
  }
}

extension VerifyingInterceptor.Configuration {
  fileprivate init(_ configuration: Configuration) {
    self.init()
    audiences = configuration.audiences
    anonymous.mayWrite = configuration.opensWrites
    anonymous.openServices = [
      Grpc_Health_V1.health.name, Grpc_Channelz_V1.channelz.name,
      Grpc_Reflection_V1.serverReflection.name, Grpc_Reflection_V1alpha.serverReflection.name,
      // Transactions are signed by whom they are from.
      Gensyn_Chain_V1.chainService.name,
    ]
  }
}

extension RPCServer.Limits {
  fileprivate init(_ configuration: Configuration) {
    self.init()
    if let size = configuration.messageSizeMax { requestSizeMax = size }
    if let connections = configuration.connectionsMax {
      connectionsMax = connections
      connectionsPerPeerMax = min(connectionsPerPeerMax, connections)
    }
    drainTimeout = configuration.drainTimeout
    // Uploads fill a window of this size before they wait for the disk.
    http2.streamWindowSize = 1 << 20
  }
}

extension String {
  /// The text as it stands in a JSON string; addresses hold nothing that needs more than this.
  fileprivate var jsonEscaped: String {
    replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }
}
