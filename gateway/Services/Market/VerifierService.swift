internal import Foundation
internal import Market
internal import Primitives
public import RPC
public import Schema
internal import SwiftProtobuf

/// `gensyn.market.v1.VerifierService`: connects those who check.
public struct VerifierService: Gensyn_Market_V1.VerifierService {
  let node: MarketNode

  public func serve(
    _ requests: RequestStream<Gensyn_Market_V1.VerifierServiceServeRequest>,
    to responses: ResponseWriter<Gensyn_Market_V1.VerifierServiceServeResponse>,
    in call: ServerCall
  ) async throws {
    let challenge = node.challenge()
    try await responses.write(.with { $0.challenge = challenge })
    var iterator = requests.makeAsyncIterator()
    guard case .introduction(let introduction)? = try await iterator.next()?.message else {
      throw RPCError(badMarketField: "message", "must begin with an introduction")
    }
    let introduced = try node.introduce(introduction.intent, challenge)
    let session = VerifierSession(node: node, who: introduced)
    let address = introduced.address
    let outbox = session.outbox
    let generation = node.sessions.begin(.verifier, address) { outbox.close() }
    try await node.submit(
      .verifier(
        address, isServing: true,
        checkCountMax: Int(min(max(introduction.checkCountMax, 1), 1_000))))
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await session.watch() }
        group.addTask {
          for await message in outbox.messages { try await responses.write(message) }
          throw RPCError(.alreadyExists, "another stream of the same verifier took over")
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

  private func leave(_ address: Address, _ generation: UInt64) async {
    guard node.sessions.end(.verifier, address, generation) else { return }
    // A log that cannot be written is reported where something depends on it.
    _ = try? await node.submit(.verifier(address, isServing: false, checkCountMax: 0))
  }

  public func listVerifiers(
    _ request: Gensyn_Market_V1.ListVerifiersRequest, in call: ServerCall
  ) async throws -> Gensyn_Market_V1.ListVerifiersResponse {
    let page = try Page(size: request.pageSize, token: request.pageToken)
    let found = node.market.read { market in
      market.verifiers.filter { !request.connectedOnly || $0.value.isServing }
        .sorted { $0.key < $1.key }
    }
    let (part, next) = page.cut(found)
    return .with {
      $0.verifiers = part.map { address, verifier in
        .with {
          $0.address = address.bytesData
          $0.bondAiWei = verifier.free.bytesData
          $0.connected = node.sessions.isConnected(.verifier, address)
          $0.checkCount = verifier.done
          $0.earnedAiWei = verifier.earned.bytesData
        }
      }
      $0.nextPageToken = next
    }
  }
}
