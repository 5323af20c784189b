internal import Chain
internal import EVM
internal import EthereumRPC
internal import Foundation
internal import JSONTree
internal import Primitives

/// The chain of `ethereum/execution-apis`' tests, and what a node on it must answer.
public struct ReplaySuite {
  public struct Verdict: Sendable {
    public let name: String
    /// Nil for a case that passed.
    public let failure: String?
    /// Whether the answers are the expected ones to the last byte's meaning.
    public let isExact: Bool
  }

  private let api: EthereumAPI

  /// Imports `genesis.json` and `chain.rlp` of a folder.
  public init(folder: String) throws {
    let document = try GenesisDocument(
      json: [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/genesis.json"))))
    var configuration = Configuration(
      rules: document.rules, genesis: document.genesis, sealing: .manual)
    configuration.pool.acceptsBlobs = true
    // What geth aims at unless it is told otherwise.
    configuration.gasLimitTarget = 60_000_000
    let node = try Node(configuration)
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/chain.rlp")))
    var reader = RLP.Reader(bytes)
    while !reader.isAtEnd { try node.importBlock(try reader.encoded()) }
    node.mark(safe: node.head.number, finalized: node.head.number)
    var settings = EthereumAPI.Configuration(clientVersion: "replay")
    settings.servesTesting = true
    api = EthereumAPI(node, settings)
  }

  public func run(_ test: ReplayCase) -> Verdict {
    var isExact = true
    for exchange in test.exchanges {
      let answer = api.answer(exchange.request) ?? []
      do throws(JSON.Malformed) {
        let ours = try JSON(parsing: answer, depthMax: 64)
        let theirs = try JSON(parsing: exchange.answer, depthMax: 64)
        guard let difference = Difference.find(ours, theirs) else { continue }
        isExact = false
        let failure = test.isFormOnly ? Difference.findInForm(ours, theirs) : difference
        if let failure { return Verdict(name: test.name, failure: failure, isExact: false) }
      } catch {
        return Verdict(name: test.name, failure: "no JSON: \(error)", isExact: false)
      }
    }
    return Verdict(name: test.name, failure: nil, isExact: isExact)
  }
}
