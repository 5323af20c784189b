import ABI
import Chain
import ContractBindings
import EVM
import Foundation
import Market
import MarketServices
import Predeploys
import Primitives
import RPC
import Schema
import Secp256k1
import Sodium
import SwiftProtobuf
import Synchronization
import Wallet

/// A development chain, a market on it, and people with keys and tokens.
final class MarketWorld: Sendable {
  let chain: Chain.Node
  let node: MarketNode
  let client: RPC.Client
  let people: [Person]
  let artifacts = MemoryStore()
  private let work: Task<Void, Never>

  /// Somebody with both keys.
  final class Person: Sendable {
    let account: AccountKey
    let receipts = Ed25519.SecretKey()

    init() throws { account = try AccountKey() }

    var address: Address { account.address }

    func sign(_ intent: Gensyn_Market_V1.Intent) throws -> Gensyn_Market_V1.SignedIntent {
      let bytes: [UInt8] = try intent.serializedBytes()
      let signature = account.sign(
        hash: Keccak256.hash(Array("gensyn.market.v1".utf8) + [0] + bytes))
      return .with {
        $0.intent = Data(bytes)
        $0.signer = Data(address.bytes)
        $0.signature = Data(signature.bytes)
      }
    }
  }

  init(_ change: (inout MarketParameters) -> Void = { _ in }) async throws {
    let matcher = try AccountKey()
    let people = try (0..<4).map { _ in try Person() }
    self.people = people
    let addresses = people.map(\.address)
    var alloc: [Address: GenesisAccount] = [:]
    for address in addresses + [matcher.address] {
      alloc[address] = GenesisAccount(balance: U256(GenesisPlan.unit) &* 1_000)
    }
    let now = UInt64(UnixTime.now().milliseconds / 1000)
    var plan = GenesisPlan.development(chainID: 31_337, timestamp: now, accounts: addresses)
    plan.challengeBond = 1_000
    for account in try Predeploys.accounts(plan) {
      alloc[account.address] = GenesisAccount(
        nonce: account.nonce, code: account.code, storage: account.storage)
    }
    var configuration = Chain.Configuration.development(alloc: alloc)
    configuration.rules.hasDisputeContracts = true
    let chain = try Chain.Node(configuration)
    self.chain = chain
    var rules = MarketParameters(matcher: matcher.address)
    rules.challengeSeconds = 4
    rules.seedMilliseconds = 200
    rules.heartbeatMilliseconds = 500
    change(&rules)
    let path = FileManager.default.temporaryDirectory.path + "/market-\(UUID().uuidString).log"
    let node = try MarketNode(
      rules: rules, log: path, chain: ChainSettlement(chain, key: matcher), results: artifacts,
      key: Ed25519.SecretKey(), clock: { chain.now })
    self.node = node
    client = Client(transport: InProcessTransport(Router(services: node.services)))
    work = Task { await node.run() }
  }

  deinit { work.cancel() }

  func intent(
    _ action: Gensyn_Market_V1.Intent.OneOf_Action
  ) -> Gensyn_Market_V1.Intent {
    .with {
      $0.chainID = Data(U256(chain.chainID).bytes)
      $0.nonce = Data(randomBytes(16))
      $0.expireTime = Google_Protobuf_Timestamp(date: Date().addingTimeInterval(600))
      $0.action = action
    }
  }

  /// A transaction of somebody's, sealed when this returns.
  @discardableResult
  func send<Output>(_ call: ContractCall<Output>, by person: Person) throws -> Digest {
    try chain.submit(transaction(call, by: person))
  }

  func transaction<Output>(_ call: ContractCall<Output>, by person: Person) throws -> [UInt8] {
    let fee = (chain.head.header.baseFee ?? .zero) &* 2 &+ 1_000_000_000
    return UnsignedTransaction(
      chainID: chain.chainID, nonce: try chain.nextNonce(of: person.address),
      fees: .dynamic(maxFee: fee, maxPriorityFee: 1_000_000_000), gasLimit: 2_000_000,
      to: call.contract, data: call.data
    ).signed(by: person.account).bytes
  }

  func read<Output>(_ call: ContractCall<Output>) throws -> Output {
    var request = CallRequest()
    request.to = call.contract
    request.data = call.data
    return try call.output(try chain.call(request).output)
  }

  func bond(_ person: Person, role: UInt8, _ amount: U256) throws {
    try send(AIToken.approve(spender: Bonds.address, value: .max), by: person)
    try send(Bonds.deposit(role: role, amount: amount), by: person)
  }
}

/// Artifacts in memory.
final class MemoryStore: ResultStore {
  private let stored = Mutex<[Digest: [UInt8]]>([:])

  func put(_ bytes: [UInt8]) -> Digest {
    let hash = BLAKE3.hash(bytes)
    stored.withLock { $0[hash] = bytes }
    return hash
  }

  func size(of artifact: Digest) async throws -> UInt64? {
    stored.withLock { $0[artifact].map { UInt64($0.count) } }
  }

  func read(_ artifact: Digest, at offset: UInt64, count: Int) async throws -> [UInt8] {
    stored.withLock { Array(($0[artifact] ?? []).dropFirst(Int(offset)).prefix(count)) }
  }
}
