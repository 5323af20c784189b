internal import Primitives

extension MarketState {
  mutating func answer(
    _ id: Digest, _ provider: Address, _ isAccepted: Bool, _ message: String
  ) throws(MarketRefusal) {
    let (index, lease) = try ownLease(id, provider)
    guard lease.phase == .asked else {
      // Asked again after a broken connection, it may say the same again.
      guard isAccepted, lease.isActive else {
        throw .wrongState("the lease is not waiting for an answer")
      }
      return
    }
    guard isAccepted else {
      endLease(index, .released, message)
      return look(index, excluding: provider)
    }
    change(index) { $0.phase = .agreed }
  }

  mutating func progress(
    _ id: Digest, _ provider: Address, _ state: JobState, _ steps: UInt64
  ) throws(MarketRefusal) {
    let (index, lease) = try ownLease(id, provider)
    guard lease.phase == .started else { throw .wrongState("the lease has not started") }
    guard [.provisioning, .running, .checkpointing].contains(state) else {
      throw .field("state", "is none that a provider tells")
    }
    change(index) { $0.stepsDone = max($0.stepsDone, steps) }
    guard [.matched, .provisioning, .running, .checkpointing].contains(jobs[index].state) else {
      return
    }
    set(index, state)
  }

  mutating func checkpoint(
    _ id: Digest, _ provider: Address, _ hash: Digest, _ steps: UInt64
  ) throws(MarketRefusal) {
    let (index, lease) = try ownLease(id, provider)
    guard lease.phase == .started else { throw .wrongState("the lease has not started") }
    guard steps >= lease.stepsDone, steps <= jobs[index].terms.steps else {
      throw .field("checkpoint.steps", "is out of order")
    }
    change(index) {
      $0.lastCheckpoint = hash
      $0.stepsDone = steps
    }
    actions.append(.jobChanged(jobs[index].id))
  }

  /// The provider's heartbeats have stopped.
  mutating func lose(_ id: Digest) throws(MarketRefusal) {
    guard let index = jobOfLease[id], let lease = jobs[index].lease, lease.id == id else {
      throw .unknownLease
    }
    guard lease.phase == .started, lease.result == nil || !isCommitted(index) else {
      throw .wrongState("the lease is not at work")
    }
    endLease(index, .providerLost, "heartbeats are missing")
    jobs[index].excluded.append(lease.provider)
    if jobs[index].escrow?.phase == .running { set(index, .providerLost) }
  }

  mutating func complete(
    _ id: Digest, _ provider: Address, _ result: Lease.Result
  ) throws(MarketRefusal) {
    let (index, lease) = try ownLease(id, provider)
    guard lease.phase == .started else { throw .wrongState("the lease has not started") }
    guard lease.result == nil || lease.result == result else {
      throw .wrongState("another result is there already")
    }
    change(index) { $0.result = result }
    completeIfDone(index)
  }

  mutating func fail(
    _ id: Digest, _ provider: Address, _ reason: LeaseEndReason, _ message: String,
    _ isPermanent: Bool
  ) throws(MarketRefusal) {
    let (index, lease) = try ownLease(id, provider)
    if lease.phase == .asked { return try answer(id, provider, false, message) }
    let text = String(message.prefix(1_000))
    if isPermanent {
      // What fails everywhere looks for nobody else.
      jobs[index].failure = text.isEmpty ? "the work cannot be done" : text
    }
    change(index) { $0.isPermanentFailure = isPermanent }
    endLease(index, reason, text)
    jobs[index].excluded.append(provider)
    if !isPermanent, jobs[index].escrow?.phase == .running { set(index, .providerLost) }
  }

  // MARK: Parts

  private func ownLease(
    _ id: Digest, _ provider: Address
  ) throws(MarketRefusal) -> (index: Int, lease: Lease) {
    guard let index = jobOfLease[id],
      let lease = jobs[index].leases.last(where: { $0.id == id })
    else { throw .unknownLease }
    guard lease.provider == provider else { throw .notOwner }
    guard lease.isActive else { throw .wrongState("the lease has ended") }
    return (index, lease)
  }

  /// Changes the lease that goes on.
  mutating func change(_ index: Int, _ body: (inout Lease) -> Void) {
    let last = jobs[index].leases.count - 1
    guard last >= 0, jobs[index].leases[last].isActive else { return }
    body(&jobs[index].leases[last])
  }

  mutating func endLease(_ index: Int, _ reason: LeaseEndReason, _ message: String) {
    guard let lease = jobs[index].lease else { return }
    let terms = jobs[index].escrowTerms
    let time = now
    change(index) {
      $0.phase = .ended
      $0.ended = time
      $0.endReason = reason
      $0.endMessage = message
    }
    providers[lease.provider]?.count -= 1
    if lease.verifier != .zero { verifiers[lease.verifier]?.count -= 1 }
    let isEnlisted = jobs[index].escrow?.enlisted.contains(lease.number) ?? false
    unhold(
      lease, terms, provider: lease.phase.rawValue < Lease.Phase.started.rawValue,
      verifier: !isEnlisted)
    if lease.phase.rawValue < Lease.Phase.started.rawValue {
      giveBack(jobs[index].terms.unitCount, of: lease.offer)
    } else if reason == .completed {
      providers[lease.provider]?.done &+= 1
    }
    actions.append(.endLease(lease.provider, lease: lease.id))
  }

  /// Looks for somebody else.
  mutating func look(_ index: Int, excluding provider: Address) {
    jobs[index].excluded.append(provider)
    guard jobs[index].escrow?.phase == .open else { return }
    set(index, jobs[index].leases.contains { $0.lastCheckpoint != nil } ? .relisted : .open)
    if isLooking(index) { match(index) }
  }

  private func isCommitted(_ index: Int) -> Bool {
    jobs[index].escrow?.committedSteps == jobs[index].terms.steps
  }

  /// The result is there once the provider has handed it over and bound itself to all steps of it.
  mutating func completeIfDone(_ index: Int) {
    guard jobs[index].lease?.result != nil, isCommitted(index) else { return }
    endLease(index, .completed, "")
    set(index, .completed)
    if jobs[index].escrow?.disputed == nil {
      set(index, .challengeWindow)
    } else {
      set(index, .disputed)
    }
  }
}
