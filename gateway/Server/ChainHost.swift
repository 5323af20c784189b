internal import Chain
internal import EVM
internal import EthereumRPC
internal import Foundation
internal import GatewayServices
internal import Logging
internal import Predeploys
internal import Primitives
internal import RPC
internal import RPCServer

/// The node's chain and the ways to it: the typed service, JSON-RPC, and the chain that it follows.
final class ChainHost: Sendable {
  /// Accounts of a development chain, and what each begins with: ten thousand ether.
  private static let accountCount: UInt32 = 10
  private static let accountBalance =
    U256(10_000).multiplied(by: 1_000_000_000_000_000_000) ?? .zero
  /// Threads that calls run on.
  private static let workerCount = 4

  let node: Chain.Node
  let endpoint: EthereumEndpoint
  let service: ChainService
  let bodyBytesMax: Int
  private let follower: ChainFollower?
  private let logger: Logger

  /// Nil for a gateway without a chain: neither for development nor told of one.
  init?(_ configuration: Configuration, logger: Logger) throws {
    guard configuration.isDevelopment || configuration.genesis != nil else {
      guard configuration.follow == nil else {
        throw ConfigurationError("follow needs to know the chain: give --genesis or --dev")
      }
      return nil
    }
    self.logger = logger
    var accounts = DevelopmentAccounts()
    if configuration.isDevelopment {
      accounts = try DevelopmentAccounts(count: Self.accountCount)
    }
    var settings = try Self.settings(configuration, accounts)
    if let time = configuration.blockTime { settings.sealing = .interval(time) }
    if configuration.follow != nil { settings.sealing = .manual }
    if !configuration.isTemporary { settings.folder = configuration.dataDirectory + "/chain" }
    let node: Chain.Node
    do {
      node = try Chain.Node(settings)
    } catch {
      throw ConfigurationError("the chain does not open: \(error)")
    }
    self.node = node
    var serving = EthereumAPI.Configuration(
      clientVersion: "gensyn-gateway/v\(Gateway.version)/linux/swift")
    serving.accounts = accounts
    bodyBytesMax = serving.limits.bodyBytesMax
    let workers = DiskExecutor(threads: Self.workerCount)
    endpoint = EthereumEndpoint(EthereumAPI(node, serving), workers: workers)
    service = ChainService(node, workers: workers, clientVersion: serving.clientVersion)
    follower = try configuration.follow.map { address in
      try ChainFollower(node, address: address, logger: logger)
    }
    logger.notice("chain \(node.chainID) at block \(node.head.number), 0x\(node.head.hash)")
  }

  private static func settings(
    _ configuration: Configuration, _ accounts: DevelopmentAccounts
  ) throws -> Chain.Configuration {
    guard let path = configuration.genesis else {
      var alloc = accounts.addresses.map { ($0, GenesisAccount(balance: accountBalance)) }
      // The protocol's contracts at their addresses, and tokens for everybody.
      let plan = GenesisPlan.development(
        chainID: 31_337, timestamp: 0, accounts: accounts.addresses)
      alloc += try Predeploys.accounts(plan).map {
        ($0.address, GenesisAccount(nonce: $0.nonce, code: $0.code, storage: $0.storage))
      }
      var settings = Chain.Configuration.development(
        alloc: Dictionary(uniqueKeysWithValues: alloc))
      settings.rules.hasDisputeContracts = true
      // The same first block in every process, so that one can follow another and come back.
      settings.genesis.timestamp = 0
      return settings
    }
    let text: Data
    do {
      text = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw ConfigurationError("cannot read the genesis \(path)")
    }
    do {
      let document = try GenesisDocument(json: [UInt8](text))
      var settings = Chain.Configuration(
        rules: document.rules, genesis: document.genesis,
        sealing: configuration.isDevelopment ? .instant : .interval(.seconds(2)))
      settings.isDevelopment = configuration.isDevelopment
      return settings
    } catch {
      throw ConfigurationError("\(path): \(error)")
    }
  }

  /// Where JSON-RPC is besides the root.
  var page: Page {
    Page("/rpc", methods: ["POST"]) { [endpoint] in await endpoint.answer($0) }
  }

  var webSockets: [WebSocketEndpoint] {
    ["/", "/rpc", "/ws"].map { path in
      WebSocketEndpoint(path) { [endpoint] in endpoint.open($0) }
    }
  }

  /// Seals blocks where that is by the clock, and follows another chain, until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      group.addTask { await self.node.run() }
      if let follower = self.follower { group.addTask { await follower.run() } }
    }
  }

  /// Returns when everything acknowledged is on the disk.
  func close() {
    do {
      try node.close()
    } catch {
      logger.error("the chain did not close well: \(error)")
    }
  }
}
