internal import Primitives

extension MarketState {
  /// Decides by the hash of a later block what of a job is checked.
  mutating func draw(_ index: Int, seed: Digest, after block: UInt64) {
    guard let escrow = jobs[index].escrow else { return }
    for (number, checkpoint) in escrow.checkpoints.enumerated()
    where checkpoint.seed == nil && checkpoint.block < block {
      jobs[index].escrow?.checkpoints[number].seed = seed
      let job = jobs[index]
      guard job.terms.verification.mode != .openChallenge,
        Sampling.isDrawn(
          seed: seed, job: job.id, checkpoint: UInt64(number),
          basisPoints: job.escrowTerms.checkRate),
        let lease = job.leases.last(where: {
          $0.number == checkpoint.lease && $0.phase.rawValue >= Lease.Phase.started.rawValue
        }), lease.verifier != .zero
      else { continue }
      assign(index, lease, number, seed)
    }
  }

  private mutating func assign(_ index: Int, _ lease: Lease, _ number: Int, _ seed: Digest) {
    let job = jobs[index]
    let window = Int64(clamping: job.escrowTerms.challengeWindow) * 1000
    let id = Keccak256.hash(
      Array("gensyn.market.check.v1".utf8) + lease.id.array + U256(UInt64(number)).bytes)
    let check = Check(
      id: id, verifier: lease.verifier, lease: lease.number, checkpoint: UInt64(number),
      seed: seed, fee: job.escrowTerms.verifierFee,
      commitBy: now.advanced(by: .milliseconds(window / 2)),
      revealBy: now.advanced(by: .milliseconds(window / 4 * 3)))
    jobs[index].checks.append(check)
    jobOfCheck[id] = index
    record(index, .check(jobs[index].checks.count - 1))
    actions.append(.check(lease.verifier, id))
  }

  mutating func commitCheck(
    _ id: Digest, _ verifier: Address, _ commitment: Digest
  ) throws(MarketRefusal) {
    let (index, place) = try ownCheck(id, verifier)
    if jobs[index].checks[place].commitment == commitment { return }
    guard jobs[index].checks[place].state == .assigned else {
      throw .wrongState("the check is not waiting for a commitment")
    }
    jobs[index].checks[place].state = .committed
    jobs[index].checks[place].commitment = commitment
    record(index, .check(place))
    actions.append(.reveal(verifier, id))
  }

  mutating func revealCheck(
    _ id: Digest, _ verifier: Address, _ resultHash: Digest, _ salt: Digest
  ) throws(MarketRefusal) {
    let (index, place) = try ownCheck(id, verifier)
    let check = jobs[index].checks[place]
    if check.resultHash == resultHash { return }
    guard check.state == .committed else {
      throw .wrongState("the check is not waiting for a result")
    }
    guard
      check.commitment
        == Check.commitment(check: id, resultHash: resultHash, salt: salt, verifier: verifier)
    else { throw .notCommitted }
    let root = jobs[index].escrow?.checkpoints[Int(check.checkpoint)].root
    jobs[index].checks[place].resultHash = resultHash
    jobs[index].checks[place].state = root == resultHash ? .agreed : .disagreed
    record(index, .check(place))
    verifiers[verifier]?.done &+= 1
    actions.append(.checkOutcome(verifier, id))
  }

  mutating func refuseCheck(
    _ id: Digest, _ verifier: Address, _ message: String
  ) throws(MarketRefusal) {
    let (index, place) = try ownCheck(id, verifier)
    guard jobs[index].checks[place].isPending else {
      throw .wrongState("the check is over")
    }
    jobs[index].checks[place].refusal = String(message.prefix(1_000))
    miss(index, place)
  }

  private mutating func miss(_ index: Int, _ place: Int) {
    jobs[index].checks[place].state = .missed
    record(index, .check(place))
    let check = jobs[index].checks[place]
    actions.append(.checkOutcome(check.verifier, check.id))
  }

  /// Checks whose time is over.
  mutating func expireChecks(_ index: Int) {
    for (place, check) in jobs[index].checks.enumerated() where check.isPending {
      let limit = check.state == .assigned ? check.commitBy : check.revealBy
      if limit < now { miss(index, place) }
    }
  }

  private func ownCheck(
    _ id: Digest, _ verifier: Address
  ) throws(MarketRefusal) -> (index: Int, place: Int) {
    guard let index = jobOfCheck[id],
      let place = jobs[index].checks.firstIndex(where: { $0.id == id })
    else { throw .unknownCheck }
    guard jobs[index].checks[place].verifier == verifier else { throw .notOwner }
    return (index, place)
  }
}
