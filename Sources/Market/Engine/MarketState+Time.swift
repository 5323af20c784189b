public import Primitives

extension MarketState {
  /// What happens because time has passed.
  mutating func passTime() {
    expireOffers()
    for index in activeJobs {
      expireChecks(index)
      if let lease = jobs[index].lease, lease.phase == .asked, lease.answerBy < now {
        endLease(index, .released, "no answer in time")
        look(index, excluding: lease.provider)
      }
      if let lease = jobs[index].lease, lease.phase == .named, let escrow = jobs[index].escrow,
        escrow.phase == .matched, seconds > escrow.startBy
      {
        endLease(index, .providerLost, "the provider did not begin")
        jobs[index].excluded.append(lease.provider)
      }
      if jobs[index].state == .draft, isDraftOver(jobs[index]) {
        jobs[index].failure = "it was not paid in"
        finish(index, .cancelled)
      }
      if jobs[index].lease != nil, seconds > jobs[index].escrowTerms.deadline,
        jobs[index].lease?.result == nil
      {
        endLease(index, .deadline, "the deadline has passed")
      }
    }
  }

  private func isDraftOver(_ job: JobRecord) -> Bool {
    job.terms.deadline < now
      || job.created.advanced(by: .milliseconds(rules.draftMilliseconds)) < now
  }

  private var seconds: UInt64 { Self.seconds(now) }

  private static func seconds(_ time: UnixTime) -> UInt64 {
    UInt64(clamping: time.milliseconds / 1000)
  }

  /// The calls of the escrow that are due at this moment.
  public func orders(at time: UnixTime) -> [SettlementOrder] {
    activeJobs.flatMap { orders(of: jobs[$0], at: max(time, now)) }
  }

  private func orders(of job: JobRecord, at time: UnixTime) -> [SettlementOrder] {
    guard let escrow = job.escrow else { return [] }
    var orders: [SettlementOrder] = []
    if let order = next(job, escrow, time) { orders.append(order) }
    let silent = escrow.checkpoints.contains {
      $0.seed == nil
        && $0.seen.advanced(by: .milliseconds(rules.seedMilliseconds)) < time
    }
    if silent, orders.isEmpty, escrow.phase != .ended {
      orders.append(.poke(job: escrow.number))
    }
    for lease in escrow.bonded where isOver(lease, escrow) {
      orders.append(.releaseBonds(job: escrow.number, lease: lease))
    }
    return orders
  }

  private func next(
    _ job: JobRecord, _ escrow: EscrowAccount, _ time: UnixTime
  ) -> SettlementOrder? {
    let seconds = Self.seconds(time)
    let number = escrow.number
    guard escrow.phase != .ended else { return nil }
    guard escrow.phase != .closing else {
      guard escrow.disputed == nil else { return nil }
      let isMature = escrow.checkpoints.allSatisfy {
        $0.isReleased || $0.isVoid || escrow.maturity($0) <= seconds
      }
      guard isMature else { return nil }
      let waiting = escrow.checkpoints.count(where: { !$0.isReleased })
      return waiting > Self.releasesMax
        ? .release(job: number, count: UInt64(Self.releasesMax)) : .settle(job: number)
    }
    if seconds > job.escrowTerms.deadline
      || escrow.phase == .stopping && seconds > escrow.stopAt
    {
      return .close(job: number)
    }
    if let lease = job.lease, lease.phase == .agreed, escrow.phase == .open {
      return .assign(job: number, provider: lease.provider, verifier: lease.verifier)
    }
    if escrow.phase == .matched, seconds > escrow.startBy { return .relist(job: number) }
    if escrow.phase == .running, job.lease == nil,
      seconds > escrow.lastSeen &+ job.escrowTerms.leaseTimeout
    {
      return .relist(job: number)
    }
    if let first = escrow.checkpoints.first(where: { !$0.isReleased && !$0.isVoid }),
      escrow.maturity(first) <= seconds, escrow.disputed == nil
    {
      return .release(job: number, count: UInt64(Self.releasesMax))
    }
    return nil
  }

  /// JobEscrow's RELEASES_MAX.
  private static var releasesMax: Int { 64 }

  /// Whether a lease's bonds can be freed.
  private func isOver(_ lease: UInt64, _ escrow: EscrowAccount) -> Bool {
    guard lease < escrow.lease || escrow.phase == .ended else { return false }
    return escrow.phase == .ended
      || escrow.checkpoints.allSatisfy { $0.lease > lease || $0.isReleased }
  }
}

extension EscrowAccount {
  /// Seconds since 1970.
  func maturity(_ checkpoint: Checkpoint) -> UInt64 {
    max(checkpoint.maturesAt, maturityFloor)
  }
}
