internal import Primitives

extension MarketState {
  mutating func matchOpenJobs() {
    for index in activeJobs where isLooking(index) { match(index) }
  }

  func isLooking(_ index: Int) -> Bool {
    let job = jobs[index]
    guard job.state == .open || job.state == .relisted, job.lease == nil, job.failure.isEmpty,
      !job.isCancelled, let escrow = job.escrow, escrow.phase == .open
    else { return false }
    return job.terms.deadline > now && UInt64(job.leases.count) < leaseCountMax(job)
  }

  private func leaseCountMax(_ job: JobRecord) -> UInt64 {
    job.terms.leaseCountMax == 0
      ? rules.leaseCountMax : min(job.terms.leaseCountMax, 4 * rules.leaseCountMax)
  }

  /// Asks the provider of the cheapest, then oldest offer that will do.
  mutating func match(_ index: Int) {
    let job = jobs[index]
    guard let escrow = job.escrow, let offerIndex = offer(for: job) else { return }
    let offer = offers[offerIndex]
    let terms = job.escrowTerms
    guard let verifier = verifier(for: job, provider: offer.provider) else { return }
    let lease = Lease(
      id: leaseID(job), number: escrow.lease, provider: offer.provider, verifier: verifier,
      offer: offer, bond: terms.providerBond, now: now,
      answerBy: now.advanced(by: .milliseconds(rules.answerMilliseconds)),
      startCheckpoint: job.leases.last(where: { $0.lastCheckpoint != nil })?.lastCheckpoint)
    take(job.terms.unitCount, of: offerIndex)
    jobs[index].leases.append(lease)
    jobOfLease[lease.id] = index
    promise(lease, terms)
    set(index, .matched)
    actions.append(.ask(lease.provider, lease: lease.id))
  }

  private func leaseID(_ job: JobRecord) -> Digest {
    Keccak256.hash(
      Array("gensyn.market.lease.v1".utf8) + job.id.array + U256(UInt64(job.leases.count)).bytes)
  }

  private func offer(for job: JobRecord) -> Int? {
    guard let reward = job.escrowTerms.reward else { return nil }
    for index in openOffers {
      let offer = offers[index]
      // The cheapest come first: none behind this one is cheaper.
      guard let price = offer.unitPrice.multiplied(by: job.terms.unitCount), price <= reward
      else { return nil }
      guard offer.openQuantity >= job.terms.unitCount, offer.expires > now,
        offer.provider != job.submitter, !job.excluded.contains(offer.provider),
        providers[offer.provider]?.canTake(job.escrowTerms.providerBond) == true,
        offer.instrument.serves(job.terms.instrument),
        job.terms.offerConstraint.holds(for: offer.properties),
        offer.jobConstraint.holds(for: job.terms.properties)
      else { continue }
      return index
    }
    return nil
  }

  /// Somebody who has no part in the job, by chance; ``Address/zero`` where none is needed, nil where
  /// none is there.
  private func verifier(for job: JobRecord, provider: Address) -> Address? {
    guard job.terms.verification.mode != .openChallenge else { return .zero }
    let candidates = verifiers.filter { address, verifier in
      address != provider && address != job.submitter
        && verifier.canTake(job.escrowTerms.verifierBond)
    }.keys.sorted()
    guard !candidates.isEmpty else { return nil }
    return candidates[
      Sampling.choice(
        of: candidates.count, seed: head?.hash ?? job.id, job: job.id,
        round: UInt64(job.leases.count))]
  }

  // MARK: What leases need of people

  private mutating func promise(_ lease: Lease, _ terms: EscrowTerms) {
    providers[lease.provider, default: Participant()].count += 1
    hold(terms.providerBond, of: lease.provider, in: \.providers)
    guard lease.verifier != .zero else { return }
    verifiers[lease.verifier, default: Participant()].count += 1
    hold(terms.verifierBond, of: lease.verifier, in: \.verifiers)
  }

  private mutating func release(
    _ bond: U256, of address: Address,
    in people: WritableKeyPath<MarketState, [Address: Participant]>
  ) {
    let promised = self[keyPath: people][address]?.promised ?? .zero
    self[keyPath: people][address]?.promised = promised.subtracting(bond) ?? .zero
  }

  private mutating func hold(
    _ bond: U256, of address: Address,
    in people: WritableKeyPath<MarketState, [Address: Participant]>
  ) {
    let promised = self[keyPath: people][address]?.promised ?? .zero
    self[keyPath: people][address, default: Participant()].promised =
      promised.adding(bond) ?? .max
  }

  /// The escrow has locked the bond, or never will.
  mutating func unhold(_ lease: Lease, _ terms: EscrowTerms, provider: Bool, verifier: Bool) {
    if provider { release(terms.providerBond, of: lease.provider, in: \.providers) }
    if verifier, lease.verifier != .zero {
      release(terms.verifierBond, of: lease.verifier, in: \.verifiers)
    }
  }
}
