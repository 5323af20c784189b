internal import Foundation
internal import Market
internal import Primitives
internal import RPC
internal import Schema
internal import SwiftProtobuf

extension JobTerms {
  init(_ specification: Gensyn_Market_V1.JobSpecification) throws(RPCError) {
    guard let limit = try U256(field: "price_limit_ai_wei", specification.priceLimitAiWei) else {
      throw RPCError(badMarketField: "price_limit_ai_wei", "is missing")
    }
    guard specification.machineCount <= 1 else {
      throw RPCError(.unimplemented, "this market leases one machine to a job")
    }
    self.init(
      kind: try JobKind(specification), priceLimit: limit,
      unitPriceLimit: try U256(
        field: "unit_price_limit_ai_wei", specification.unitPriceLimitAiWei),
      instrument: try Instrument(field: "instrument", specification.instrument),
      properties: try Properties(field: "properties", specification.properties),
      offerConstraint: try Constraint(field: "offer_constraint", specification.offerConstraint),
      deadline: try UnixTime(field: "deadline", specification.deadline),
      verification: try VerificationTerms(specification.verification),
      leaseCountMax: UInt64(specification.leaseCountMax))
  }
}

extension JobKind {
  fileprivate init(_ specification: Gensyn_Market_V1.JobSpecification) throws(RPCError) {
    switch specification.workload {
    case .run?, .generate?: self = .inference
    case .batch?, .evaluate?, .train?:
      throw RPCError(
        .unimplemented, "this market takes single runs and generations; the rest is to come")
    case nil: throw RPCError(badMarketField: "workload", "is missing")
    }
  }
}

extension VerificationTerms {
  fileprivate init(_ message: Gensyn_Market_V1.VerificationTerms) throws(RPCError) {
    self.init()
    switch message.mode {
    case .unspecified, .sampled: mode = .sampled
    case .replicated:
      mode = .replicated
      guard message.replicaCount <= 2 else {
        throw RPCError(.unimplemented, "each result is computed at most twice")
      }
    case .openChallenge: mode = .openChallenge
    case .UNRECOGNIZED: throw RPCError(badMarketField: "verification.mode", "is not known")
    }
    guard message.sampleRatePpm <= 1_000_000 else {
      throw RPCError(badMarketField: "verification.sample_rate_ppm", "is more than certain")
    }
    // Rounded up: at least what was asked for.
    checkBasisPoints = UInt64((message.sampleRatePpm + 99) / 100)
    if message.hasChallengeWindow {
      guard let milliseconds = message.challengeWindow.milliseconds, milliseconds >= 1_000 else {
        throw RPCError(badMarketField: "verification.challenge_window", "is out of range")
      }
      challengeSeconds = UInt64(milliseconds / 1000)
    }
    valueAtRisk =
      try U256(
        field: "verification.value_at_risk_ai_wei", message.valueAtRiskAiWei) ?? .zero
  }
}

extension Gensyn_Market_V1.JobState {
  init(_ state: JobState) {
    self = .init(rawValue: Int(state.rawValue)) ?? .unspecified
  }
}

extension Gensyn_Market_V1.Deterrence {
  init(_ deterrence: Deterrence) {
    self.init()
    checkProbabilityPpm = UInt32(clamping: deterrence.checkBasisPoints * 100)
    honestCostAiWei = deterrence.honestCost.bytesData
    rewardAiWei = deterrence.reward.bytesData
    bondAiWei = deterrence.bond.bytesData
    requiredProbabilityPpm = UInt32(
      clamping: (deterrence.requiredBasisPoints ?? Deterrence.basisPoints) * 100)
  }
}

extension Gensyn_Market_V1.Lease {
  init(_ lease: Lease, lastHeard: UnixTime?) {
    self.init()
    id = lease.id.bytesData
    provider = lease.provider.bytesData
    if lease.verifier != .zero { verifier = lease.verifier.bytesData }
    escrowLeaseNumber = lease.number
    offerID = lease.offer.bytesData
    unitPriceAiWei = lease.unitPrice.bytesData
    bondAiWei = lease.bond.bytesData
    startTime = lease.asked.timestamp
    if let ended = lease.ended { endTime = ended.timestamp }
    if let reason = lease.endReason {
      endReason = .init(rawValue: Int(reason.rawValue)) ?? .unspecified
    }
    endMessage = lease.endMessage
    startCheckpointHash = lease.startCheckpoint?.bytesData ?? Data()
    lastCheckpointHash = lease.lastCheckpoint?.bytesData ?? Data()
    stepsDone = lease.stepsDone
    if let lastHeard { lastHeartbeatTime = lastHeard.timestamp }
    providerSealingKey = Data(lease.providerSealingKey)
    receiptHash = lease.result?.receipt.bytesData ?? Data()
  }
}

extension Gensyn_Market_V1.JobCheck {
  init(_ check: Check, _ job: JobRecord) {
    self.init()
    verifier = check.verifier.bytesData
    state = .init(rawValue: Int(check.state.rawValue)) ?? .unspecified
    let checkpoints = job.escrow?.checkpoints ?? []
    let index = Int(check.checkpoint)
    firstStep = index > 0 && index <= checkpoints.count ? checkpoints[index - 1].steps : 0
    endStep = index < checkpoints.count ? checkpoints[index].steps : 0
    seedBlockHash = check.seed.bytesData
    feeAiWei = check.fee.bytesData
  }
}

extension JobRecord {
  /// What the submitter signed.
  var specification: Gensyn_Market_V1.JobSpecification {
    guard let signed = try? Gensyn_Market_V1.SignedIntent(serializedBytes: intent),
      let inner = try? Gensyn_Market_V1.Intent(serializedBytes: signed.intent)
    else { return Gensyn_Market_V1.JobSpecification() }
    return inner.submitJob
  }

  /// The newest work that a provider handed over.
  var completedWork: Gensyn_Market_V1.CompletedWork? {
    leases.last(where: { $0.result != nil })?.result.flatMap {
      try? Gensyn_Market_V1.CompletedWork(serializedBytes: $0.content)
    }
  }

  func message(_ lastHeard: (Digest) -> UnixTime? = { _ in nil }) -> Gensyn_Market_V1.Job {
    .with {
      $0.id = id.bytesData
      $0.submitter = submitter.bytesData
      $0.specification = specification
      $0.kind = .init(rawValue: Int(terms.kind.rawValue)) ?? .unspecified
      $0.state = Gensyn_Market_V1.JobState(state)
      $0.createTime = created.timestamp
      $0.updateTime = updated.timestamp
      $0.leases = leases.map {
        Gensyn_Market_V1.Lease($0, lastHeard: $0.isActive ? lastHeard($0.id) : nil)
      }
      $0.checks = checks.map { Gensyn_Market_V1.JobCheck($0, self) }
      $0.escrowAiWei = (escrow?.funds ?? .zero).bytesData
      $0.earnedAiWei = earned.bytesData
      if let dryTime { $0.dryTime = dryTime.timestamp }
      if let work = completedWork { $0.receipt = work.receipt }
      if let last = escrow?.checkpoints.last {
        $0.challengeEndTime =
          UnixTime(milliseconds: Int64(clamping: last.maturesAt) * 1000)
          .timestamp
      }
      $0.failure = failure
      $0.deterrence = Gensyn_Market_V1.Deterrence(deterrence)
      $0.lastSequence = UInt64(events.count)
      if let escrow { $0.escrowJobNumber = escrow.number }
      $0.stepCount = terms.steps
    }
  }

  private var earned: U256 {
    payments.filter { $0.purpose == .step }.reduce(.zero) { $0 &+ $1.amount }
  }
}

extension Gensyn_Market_V1.JobPayment {
  /// The market's records leave out the escrow and the vault, which are always the same.
  init(_ payment: Payment, escrow: Address, vault: Address) {
    self.init()
    purpose = payment.purpose.rawValue
    from = (payment.from == .zero ? escrow : payment.from).bytesData
    to =
      (payment.to == .zero ? (payment.purpose == .fee ? vault : escrow) : payment.to).bytesData
    amountAiWei = payment.amount.bytesData
    transactionHash = payment.transaction.bytesData
  }
}
