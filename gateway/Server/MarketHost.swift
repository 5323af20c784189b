internal import Chain
internal import ContractBindings
internal import EthereumRPC
internal import Files
internal import Foundation
internal import GatewayServices
internal import KeyDerivation
internal import Logging
internal import Market
internal import MarketServices
internal import Primitives
internal import RPC
internal import Sodium
internal import Wallet

/// The node's artifacts, as the market asks for them.
private struct StoredResults: ResultStore {
  let artifacts: StoredArtifacts

  func size(of artifact: Digest) async throws -> UInt64? {
    try await artifacts.size(of: artifact)
  }

  func read(_ artifact: Digest, at offset: UInt64, count: Int) async throws -> [UInt8] {
    try await artifacts.read(artifact, at: offset, count: count)
  }
}

/// The node's market, where its chain has the market's contracts.
final class MarketHost: Sendable {
  /// The development account that names providers: everybody knows its key.
  private static let developmentAccount: UInt32 = 9

  private let node: MarketNode

  /// Nil where the chain has no escrow.
  init?(
    _ chain: Chain.Node, results: StoredArtifacts, _ configuration: Configuration,
    logger: Logger
  ) throws {
    guard try !chain.state(at: .latest).code(JobEscrow.address).isEmpty else { return nil }
    let folder = configuration.dataDirectory + "/market"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let key = try Self.accountKey(configuration, folder)
    var rules = MarketParameters(matcher: key.address)
    if configuration.isDevelopment {
      // Time for a check by a slow machine; a development chain's time can be moved on.
      rules.challengeSeconds = 120
    }
    node = try MarketNode(
      rules: rules, log: folder + "/market.log", chain: ChainSettlement(chain, key: key),
      results: StoredResults(artifacts: results), key: try Self.signingKey(folder),
      clock: { chain.now },
      report: { logger.warning("market: \($0)") })
    logger.notice("market: \(rules.matcher) names providers")
  }

  var services: [any Service] { node.services }

  func run() async {
    await node.run()
  }

  /// The account that pays for the market's transactions: give it some ether.
  private static func accountKey(
    _ configuration: Configuration, _ folder: String
  ) throws -> AccountKey {
    if configuration.isDevelopment {
      let phrase = Array(DevelopmentAccounts.phrase.utf8)
      return try DerivedKey(phrase: phrase.span).account(developmentAccount)
    }
    let path = folder + "/account.key"
    if let text = try File.contents(of: path, sizeMax: 128) {
      let digits = text.filter { $0 != UInt8(ascii: "\n") }
      guard let secret = SecretBytes(hex: digits.span) else {
        throw ConfigurationError("\(path) holds no key")
      }
      return try AccountKey(secret)
    }
    let key = try AccountKey()
    let digits = key.withBytes { Hex.encode($0) }
    try File.replace(path, with: Array(digits.utf8) + [UInt8(ascii: "\n")])
    return key
  }

  /// Countersigns heartbeats.
  private static func signingKey(_ folder: String) throws -> Ed25519.SecretKey {
    let path = folder + "/heartbeats.key"
    guard FileManager.default.fileExists(atPath: path) else {
      let key = Ed25519.SecretKey()
      try key.write(to: path)
      return key
    }
    return try Ed25519.SecretKey(contentsOf: path)
  }
}
