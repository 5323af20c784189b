internal import Foundation
internal import Market
internal import Primitives
public import RPC
public import Schema
internal import SwiftProtobuf

/// `gensyn.market.v1.ProviderService`: connects those who compute.
public struct ProviderService: Gensyn_Market_V1.ProviderService {
  let node: MarketNode

  public func serve(
    _ requests: RequestStream<Gensyn_Market_V1.ProviderServiceServeRequest>,
    to responses: ResponseWriter<Gensyn_Market_V1.ProviderServiceServeResponse>,
    in call: ServerCall
  ) async throws {
    let challenge = node.challenge()
    try await responses.write(.with { $0.challenge = challenge })
    var iterator = requests.makeAsyncIterator()
    guard case .introduction(let introduction)? = try await iterator.next()?.message else {
      throw RPCError(badMarketField: "message", "must begin with an introduction")
    }
    let introduced = try node.introduce(introduction.intent, challenge)
    let session = ProviderSession(node: node, who: introduced, held: introduction.heldLeaseIds)
    let address = introduced.address
    let outbox = session.outbox
    let generation = node.sessions.begin(.provider, address) { outbox.close() }
    try await node.submit(
      .provider(
        address, isServing: true,
        leaseCountMax: Int(min(max(introduction.leaseCountMax, 1), 1_000))))
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await session.watch() }
        group.addTask {
          for await message in outbox.messages { try await responses.write(message) }
          throw RPCError(.alreadyExists, "another stream of the same provider took over")
        }
        while let message = try await iterator.next()?.message {
          try await session.receive(message)
        }
        group.cancelAll()
      }
    } catch {
      await leave(address, generation)
      throw error
    }
    await leave(address, generation)
  }

  /// Nothing new for whoever is not there; what it has goes on while its heartbeats last.
  private func leave(_ address: Address, _ generation: UInt64) async {
    guard node.sessions.end(.provider, address, generation) else { return }
    // A log that cannot be written is reported where something depends on it.
    _ = try? await node.submit(.provider(address, isServing: false, leaseCountMax: 0))
  }

  public func getProvider(
    _ request: Gensyn_Market_V1.GetProviderRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.GetProviderResponse {
    let address = try Address(field: "address", request.address)
    guard let found = node.market.read({ $0.providers[address] }) else {
      throw RPCError(.notFound, "there is no such provider")
    }
    return .with { $0.provider = message(address, found) }
  }

  public func listProviders(
    _ request: Gensyn_Market_V1.ListProvidersRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.ListProvidersResponse {
    let page = try Page(size: request.pageSize, token: request.pageToken)
    let found = node.market.read { market in
      market.providers.filter { !request.connectedOnly || $0.value.isServing }
        .sorted { $0.key < $1.key }
    }
    let (part, next) = page.cut(found)
    return .with {
      $0.providers = part.map { message($0.key, $0.value) }
      $0.nextPageToken = next
    }
  }

  private func message(
    _ address: Address, _ provider: MarketState.Participant
  ) -> Gensyn_Market_V1.Provider {
    let offers = node.market.read { market in
      market.book.count(where: { $0.provider == address })
    }
    return .with {
      $0.address = address.bytesData
      $0.bondAiWei = provider.free.bytesData
      $0.lockedAiWei = provider.promised.bytesData
      $0.connected = node.sessions.isConnected(.provider, address)
      $0.leaseCount = UInt32(clamping: provider.count)
      $0.offerCount = UInt32(clamping: offers)
      $0.earnedAiWei = provider.earned.bytesData
    }
  }
}
