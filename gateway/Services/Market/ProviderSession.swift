internal import Foundation
internal import Market
internal import Primitives
internal import RPC
internal import Receipts
internal import Schema
internal import Sodium
internal import SwiftProtobuf

/// One provider's stream: what it is told, and what it says.
struct ProviderSession: Sendable {
  typealias Response = Gensyn_Market_V1.ProviderServiceServeResponse

  let node: MarketNode
  let who: Introduced
  /// Leases that it says it holds, of which it must hear when they have ended.
  let held: [Data]
  let outbox = Outbox<Response>()

  private func tell(_ message: Response.OneOf_Message) throws {
    try outbox.send(
      .with {
        $0.sequence = node.sessions.next(.provider, who.address)
        $0.message = message
      })
  }

  // MARK: Down

  /// Tells of leases that begin and end. What has to be said follows from the state, so that nothing is
  /// lost with a connection.
  func watch() async throws {
    var asked: Set<Digest> = []
    var known = Set(held.compactMap { try? Digest([UInt8]($0)) })
    var ended: Set<Digest> = []
    for await _ in node.market.changes(of: [.provider(who.address)]) {
      let leases = node.market.read { market in
        market.jobs.flatMap { job in
          job.leases.filter { $0.provider == who.address }.map { (job, $0) }
        }
      }
      for (job, lease) in leases {
        if lease.phase == .asked, asked.insert(lease.id).inserted {
          known.insert(lease.id)
          try tell(.assignment(assignment(job, lease)))
        } else if !lease.isActive, known.contains(lease.id), ended.insert(lease.id).inserted {
          try tell(
            .leaseEnd(
              .with {
                $0.leaseID = lease.id.bytesData
                $0.reason =
                  .init(rawValue: Int(lease.endReason?.rawValue ?? 0)) ?? .unspecified
                $0.message = lease.endMessage
              }))
        }
      }
    }
  }

  private func assignment(_ job: JobRecord, _ lease: Lease) -> Gensyn_Market_V1.Assignment {
    .with {
      $0.job = job.message()
      $0.lease = Gensyn_Market_V1.Lease(lease, lastHeard: nil)
      $0.checkpointHash = lease.startCheckpoint?.bytesData ?? Data()
      $0.requesterNonce = lease.id.bytesData
      $0.answerTime = lease.answerBy.timestamp
    }
  }

  // MARK: Up

  func receive(
    _ message: Gensyn_Market_V1.ProviderServiceServeRequest.OneOf_Message
  ) async throws {
    switch message {
    case .introduction: throw RPCError(badMarketField: "introduction", "was given already")
    case .answer(let answer):
      try await node.submit(
        .answer(
          lease: try Digest(marketField: "answer.lease_id", answer.leaseID), by: who.address,
          isAccepted: answer.accepted, message: answer.message))
    case .heartbeat(let beat): try hear(beat)
    case .update(let update): try await accept(update)
    case .drain:
      // Takes nothing new and finishes what it has.
      try await node.submit(.provider(who.address, isServing: false, leaseCountMax: 0))
    case .keyRequest, .quote:
      throw RPCError(.unimplemented, "sealed inputs and quotes are not taken yet")
    case .receivedSequence: break
    }
  }

  /// Checks and countersigns a sign of life.
  private func hear(_ beat: Gensyn_Market_V1.Heartbeat) throws {
    let lease = try Digest(marketField: "heartbeat.lease_id", beat.leaseID)
    let state = try Digest(
      marketField: "heartbeat.state_hash",
      beat.stateHash.isEmpty ? Data(count: 32) : beat.stateHash)
    let text = Self.text(
      lease: lease, number: beat.number, seconds: UInt64(clamping: beat.time.seconds),
      steps: beat.stepsDone, state: state)
    guard let signature = Ed25519.Signature([UInt8](beat.signature)),
      who.receiptKey.verifies(signature, of: text.span)
    else { throw RPCError(badMarketField: "heartbeat.signature", "is not the provider's") }
    guard
      node.market.read({ $0.job(ofLease: lease)?.lease?.provider }) == who.address
    else { throw RPCError(MarketRefusal.unknownLease) }
    node.market.hear(lease)
    let now = node.clock()
    let seconds = UInt64(clamping: now.milliseconds / 1000)
    let countersigned = signature.bytes + Self.bigEndian(seconds)
    try outbox.send(
      .with {
        $0.heartbeat.leaseID = beat.leaseID
        $0.heartbeat.number = beat.number
        $0.heartbeat.time = now.timestamp
        $0.heartbeat.signature = Data(node.key.sign(countersigned.span).bytes)
      })
  }

  static func text(
    lease: Digest, number: UInt64, seconds: UInt64, steps: UInt64, state: Digest
  ) -> [UInt8] {
    Array("gensyn.market.heartbeat.v1".utf8) + [0] + lease.array + bigEndian(number)
      + bigEndian(seconds) + bigEndian(steps) + state.array
  }

  private static func bigEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
  }

  /// An update is acknowledged once it is on the disk; one that the lease is past counts as seen.
  private func accept(_ update: Gensyn_Market_V1.LeaseUpdate) async throws {
    let lease = try Digest(marketField: "update.lease_id", update.leaseID)
    node.market.hear(lease)
    // Sent again after a break, or overtaken by the lease's end, of which the provider hears.
    if let input = try input(update, lease) { try await node.submitLate(input) }
    try outbox.send(
      .with {
        $0.update.leaseID = update.leaseID
        $0.update.number = update.number
      })
  }

  private func input(
    _ update: Gensyn_Market_V1.LeaseUpdate, _ lease: Digest
  ) throws -> MarketInput? {
    switch update.update {
    case .state(let state)?:
      guard let state = JobState(rawValue: UInt8(clamping: state.rawValue)) else {
        throw RPCError(badMarketField: "update.state", "is not known")
      }
      return .progress(lease: lease, by: who.address, state: state, steps: 0)
    case .event?, nil: return nil
    case .checkpoint(let commitment)?:
      let hash = try Digest(
        marketField: "update.checkpoint.checkpoint.artifact_hash", commitment.sealed.sealedHash)
      return .checkpoint(lease: lease, by: who.address, hash: hash, steps: 0)
    case .completed(let work)?:
      let signed = try receipt(work, lease)
      return .complete(
        lease: lease, by: who.address,
        Lease.Result(receipt: signed.hash, content: try work.serializedBytes()))
    case .failed(let failed)?:
      let reason = LeaseEndReason(rawValue: UInt8(clamping: failed.reason.rawValue))
      return .fail(
        lease: lease, by: who.address, reason: reason ?? .workFailed, message: failed.message,
        isPermanent: failed.permanent)
    }
  }

  /// The receipt must be the provider's own, of this lease, and of what it committed to.
  private func receipt(
    _ work: Gensyn_Market_V1.CompletedWork, _ lease: Digest
  ) throws -> SignedReceipt {
    let signed: SignedReceipt
    do {
      signed = try SignedReceipt(bytes: [UInt8](work.receipt.signedBytes))
    } catch {
      throw RPCError(badMarketField: "completed.receipt", "is no valid receipt: \(error)")
    }
    guard signed.receipt.proverKey == who.receiptKey else {
      throw RPCError(badMarketField: "completed.receipt", "is signed by another key")
    }
    guard signed.receipt.requesterNonce == lease.array else {
      throw RPCError(badMarketField: "completed.receipt", "is of another request")
    }
    guard work.outputs.count <= 1_000 else {
      throw RPCError(badMarketField: "completed.outputs", "are too many")
    }
    return signed
  }
}
