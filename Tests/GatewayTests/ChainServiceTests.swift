import Chain
import EVM
import EthereumRPC
import Foundation
import GatewayServices
import Primitives
import RPC
import Schema
import SwiftProtobuf
import Testing
import Wallet

/// The chain as typed callers see it, and what strangers send it.
@Suite
struct ChainServiceTests {
  private let node: Node
  private let client: Gensyn_Chain_V1.ChainClient
  private let sender: Address

  init() throws {
    let accounts = try DevelopmentAccounts(count: 2)
    sender = accounts.addresses[0]
    let balance = try #require(U256(100).multiplied(by: 1_000_000_000_000_000_000))
    node = try Node(
      .development(
        alloc: Dictionary(
          uniqueKeysWithValues: accounts.addresses.map { ($0, GenesisAccount(balance: balance)) })))
    let service = ChainService(node, workers: DiskExecutor(threads: 2), clientVersion: "test")
    client = Gensyn_Chain_V1.ChainClient(
      Client(
        transport: InProcessTransport(Router(services: [service])),
        defaults: CallOptions(timeout: .seconds(20))))
  }

  private func transfer(nonce: UInt64, tip: U256 = 1_000_000_000) throws -> Data {
    let phrase = Array(DevelopmentAccounts.phrase.utf8)
    let root = try DerivedKey(phrase: phrase.span)
    let key = try root.account(0)
    return Data(
      UnsignedTransaction(
        chainID: 31337, nonce: nonce,
        fees: .dynamic(maxFee: 20_000_000_000, maxPriorityFee: tip), gasLimit: 21_000,
        to: Address(number: 0xBEEF), value: 7
      ).signed(by: key).bytes)
  }

  private func code(_ body: () async throws -> Void) async -> Status.Code? {
    do {
      try await body()
      return nil
    } catch {
      return (error as? RPCError)?.code
    }
  }

  @Test
  func `a transaction is taken, included and found`() async throws {
    let transaction = try transfer(nonce: 0)

    let submitted = try await client.submitTransaction(
      .with {
        $0.transaction = transaction
        $0.waitForInclusion = true
      })
    let again = try await client.submitTransaction(.with { $0.transaction = transaction })
    let found = try await client.getTransaction(.with { $0.hash = submitted.hash })
    let account = try await client.getAccount(
      .with { $0.address = Data(Address(number: 0xBEEF).bytes) })

    #expect(submitted.receipt.succeeded && submitted.receipt.gasUsed == 21_000)
    #expect(again.hash == submitted.hash)
    #expect(found.transaction.from == Data(sender.bytes))
    #expect(found.receipt.block.height == 1)
    #expect(account.account.balanceWei == Data(U256(7).bytes))
  }

  @Test
  func `a proof holds under the header that comes with it`() async throws {
    _ = try await client.submitTransaction(.with { $0.transaction = try transfer(nonce: 0) })

    let proof = try await client.getProof(.with { $0.address = Data(sender.bytes) })

    let leaf = try TrieProof.value(
      of: Keccak256.hash(sender.bytes).array, under: Digest([UInt8](proof.header.stateRoot)),
      proof: proof.accountNodes.map { [UInt8]($0) })
    let account = Account(
      nonce: proof.account.nonce,
      balance: try #require(U256(bigEndian: [UInt8](proof.account.balanceWei))))
    #expect(leaf == account.encoded(storageRoot: Trie.emptyRoot))
  }

  @Test
  func `blocks come from a height on, and each new one after them`() async throws {
    try node.development?.mine(3)
    var heights: [UInt64] = []

    for try await response in client.watchBlocks(
      .with {
        $0.fromHeight = 1
        $0.detail = .encoded
      })
    {
      heights.append(response.added.header.height)
      if heights.count == 3 { try node.development?.mine() }
      if heights.count == 4 {
        #expect(
          try Block(decoding: [UInt8](response.added.encoded), rules: node.rules).header.hash
            == node.head.hash)
        break
      }
    }

    #expect(heights == [1, 2, 3, 4])
  }

  @Test
  func `whoever resumes after a block that is gone hears so first`() async throws {
    try node.development?.mine(2)
    let gone = node.head
    try node.development?.rollback(1)
    node.development?.increaseTime(by: 100)
    try node.development?.mine(1)
    var changes: [Gensyn_Chain_V1.WatchBlocksResponse] = []

    for try await response in client.watchBlocks(
      .with {
        $0.after = .with {
          $0.height = gone.number
          $0.hash = Data(gone.hash.array)
        }
      })
    {
      changes.append(response)
      if changes.count == 2 { break }
    }

    #expect(changes[0].removed.hash == Data(gone.hash.array))
    #expect(changes[1].added.header.height == gone.number)
    #expect(changes[1].added.header.hash == Data(node.head.hash.array))
  }

  @Test
  func `fields of the wrong size are refused by name`() async throws {
    let short = Data([1, 2, 3])

    #expect(
      await code { _ = try await client.getAccount(.with { $0.address = short }) }
        == .invalidArgument)
    #expect(
      await code { _ = try await client.getTransaction(.with { $0.hash = short }) }
        == .invalidArgument)
    #expect(
      await code { _ = try await client.getBlock(.with { $0.block.hash = short }) }
        == .invalidArgument)
    #expect(
      await code {
        _ = try await client.getProof(
          .with {
            $0.address = Data(sender.bytes)
            $0.storageKeys = [short]
          })
      } == .invalidArgument)
    #expect(
      await code { _ = try await client.call(.with { $0.call.to = short }) } == .invalidArgument)
    #expect(
      await code {
        _ = try await client.call(.with { $0.call.valueWei = Data(repeating: 1, count: 33) })
      }
        == .invalidArgument)
    #expect(
      await code { _ = try await client.listLogs(.with { $0.filter.addresses = [short] }) }
        == .invalidArgument)
    #expect(
      await code { _ = try await client.listBlocks(.with { $0.pageToken = "x" }) }
        == .invalidArgument)
    #expect(
      await code { _ = try await client.listBlocks(.with { $0.pageSize = -1 }) }
        == .invalidArgument)
  }

  @Test
  func `what is wrong with a transaction has its code`() async throws {
    _ = try await client.submitTransaction(.with { $0.transaction = try transfer(nonce: 0) })
    node.development?.setSealing(.manual)
    _ = try await client.submitTransaction(.with { $0.transaction = try transfer(nonce: 1) })

    let garbage = await code {
      _ = try await client.submitTransaction(.with { $0.transaction = Data([2, 0xC0]) })
    }
    let used = await code {
      _ = try await client.submitTransaction(
        .with { $0.transaction = try transfer(nonce: 0, tip: 2_000_000_000) })
    }
    let underpriced = await code {
      _ = try await client.submitTransaction(
        .with { $0.transaction = try transfer(nonce: 1, tip: 1_000_000_001) })
    }
    let missing = await code {
      _ = try await client.getTransaction(.with { $0.hash = Data(repeating: 1, count: 32) })
    }

    #expect(garbage == .invalidArgument)
    #expect(used == .failedPrecondition)
    #expect(underpriced == .aborted)
    #expect(missing == .notFound)
  }

  @Test
  func `lists come in pages without gaps`() async throws {
    for nonce in 0..<5 as Range<UInt64> {
      _ = try await client.submitTransaction(.with { $0.transaction = try transfer(nonce: nonce) })
    }
    var request = Gensyn_Chain_V1.ListTransactionsRequest.with {
      $0.pageSize = 2
      $0.address = Data(sender.bytes)
    }
    var nonces: [UInt64] = []

    repeat {
      let response = try await client.listTransactions(request)
      nonces += response.transactions.map(\.nonce)
      request.pageToken = response.nextPageToken
    } while !request.pageToken.isEmpty

    #expect(nonces == [4, 3, 2, 1, 0])
    let blocks = try await client.listBlocks(
      .with {
        $0.pageSize = 2
        $0.descending = true
      })
    #expect(blocks.blocks.map(\.header.height) == [5, 4])
    #expect(blocks.nextPageToken == "3")
  }
}
