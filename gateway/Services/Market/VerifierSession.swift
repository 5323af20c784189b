internal import Foundation
internal import Market
internal import Primitives
internal import RPC
internal import Schema
internal import SwiftProtobuf

/// One verifier's stream.
struct VerifierSession: Sendable {
  typealias Response = Gensyn_Market_V1.VerifierServiceServeResponse

  let node: MarketNode
  let who: Introduced
  let outbox = Outbox<Response>()

  private func tell(_ message: Response.OneOf_Message) throws {
    try outbox.send(
      .with {
        $0.sequence = node.sessions.next(.verifier, who.address)
        $0.message = message
      })
  }

  /// What has to be said follows from the state, so that nothing is lost with a connection.
  func watch() async throws {
    var standbys: Set<Digest> = []
    var told: [Digest: Check.State] = [:]
    for await _ in node.market.changes(of: [.verifier(who.address)]) {
      let jobs = node.market.read { market in
        market.active.filter { job in
          job.leases.contains { $0.verifier == who.address }
        }
      }
      for job in jobs {
        if let lease = job.lease, lease.verifier == who.address,
          lease.phase.rawValue >= Lease.Phase.named.rawValue, standbys.insert(lease.id).inserted
        {
          try tell(.standby(.with { $0.job = withoutReceipt(job) }))
        }
        for check in job.checks where check.verifier == who.address {
          guard told[check.id] != check.state else { continue }
          told[check.id] = check.state
          try tell(message(check, job))
        }
      }
    }
  }

  private func message(_ check: Check, _ job: JobRecord) -> Response.OneOf_Message {
    switch check.state {
    case .assigned: .assignment(assignment(check, job))
    case .committed:
      .reveal(
        .with {
          $0.checkID = check.id.bytesData
          $0.revealTime = check.revealBy.timestamp
        })
    case .agreed, .disagreed, .missed:
      .outcome(
        .with {
          $0.checkID = check.id.bytesData
          $0.state = .init(rawValue: Int(check.state.rawValue)) ?? .unspecified
          $0.feeAiWei = check.fee.bytesData
          $0.escrowJobNumber = job.escrow?.number ?? 0
          $0.checkpoint = check.checkpoint
        })
    }
  }

  private func assignment(_ check: Check, _ job: JobRecord) -> Gensyn_Market_V1.CheckAssignment {
    let steps = Gensyn_Market_V1.JobCheck(check, job)
    return .with {
      $0.checkID = check.id.bytesData
      $0.job = withoutReceipt(job)
      $0.firstStep = steps.firstStep
      $0.endStep = steps.endStep
      $0.requesterNonce = check.id.bytesData
      $0.feeAiWei = check.fee.bytesData
      $0.commitTime = check.commitBy.timestamp
      $0.revealTime = check.revealBy.timestamp
    }
  }

  /// A verifier does not learn the result before it has committed to its own.
  private func withoutReceipt(_ job: JobRecord) -> Gensyn_Market_V1.Job {
    var message = job.message()
    message.clearReceipt()
    for index in message.leases.indices { message.leases[index].receiptHash = Data() }
    return message
  }

  func receive(
    _ message: Gensyn_Market_V1.VerifierServiceServeRequest.OneOf_Message
  ) async throws {
    switch message {
    case .introduction: throw RPCError(badMarketField: "introduction", "was given already")
    case .commitment(let commitment):
      try await node.submitLate(
        .commitCheck(
          try Digest(marketField: "commitment.check_id", commitment.checkID), by: who.address,
          commitment: try Digest(marketField: "commitment.commitment", commitment.commitment)))
    case .reveal(let reveal):
      try await node.submitLate(
        .revealCheck(
          try Digest(marketField: "reveal.check_id", reveal.checkID), by: who.address,
          resultHash: try Digest(marketField: "reveal.result_hash", reveal.resultHash),
          salt: try Digest(marketField: "reveal.salt", reveal.salt)))
    case .refusal(let refusal):
      try await node.submitLate(
        .refuseCheck(
          try Digest(marketField: "refusal.check_id", refusal.checkID), by: who.address,
          message: refusal.message))
    case .leaveTime:
      try await node.submit(.verifier(who.address, isServing: false, checkCountMax: 0))
    case .keyRequest: throw RPCError(.unimplemented, "sealed inputs are not taken yet")
    case .progress, .receivedSequence: break
    }
  }
}
