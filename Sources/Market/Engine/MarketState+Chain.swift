internal import Primitives

extension MarketState {
  mutating func accept(_ block: EscrowBlock) {
    if let head, block.number <= head.number { return }
    head = Head(number: block.number, hash: block.hash, timestamp: block.timestamp)
    for entry in block.entries { accept(entry.event, entry.transaction, block) }
    for index in activeJobs { draw(index, seed: block.hash, after: block.number) }
    matchOpenJobs()
  }

  private mutating func accept(
    _ event: EscrowEvent, _ transaction: Digest, _ block: EscrowBlock
  ) {
    switch event {
    case .bond(let owner, let role, let free):
      switch role {
      case .provider: providers[owner, default: Participant()].free = free
      case .verifier: verifiers[owner, default: Participant()].free = free
      }
    case .opened(let number, let client, let terms, let deposit):
      open(number, client, terms, deposit, transaction, block)
    default:
      guard let number = event.job, let index = jobOfNumber[number] else { return }
      accept(event, of: index, transaction, block)
    }
  }

  /// Money for a job that was submitted, on the terms that it must have.
  private mutating func open(
    _ number: UInt64, _ client: Address, _ terms: EscrowTerms, _ deposit: U256,
    _ transaction: Digest, _ block: EscrowBlock
  ) {
    guard let index = jobIndex[terms.spec], jobs[index].state == .draft,
      jobs[index].submitter == client, jobs[index].escrowTerms == terms
    else { return }
    jobs[index].escrow = EscrowAccount(number: number, deposited: deposit)
    jobOfNumber[number] = index
    pay(index, .deposit, from: client, to: .zero, deposit, transaction, block)
    set(index, .funded)
    set(index, .open)
  }

  private mutating func accept(
    _ event: EscrowEvent, of index: Int, _ transaction: Digest, _ block: EscrowBlock
  ) {
    switch event {
    case .opened, .bond: break
    case .funded(_, let amount): addFunds(index, amount, transaction, block)
    case .matched(_, let provider, let verifier, let lease):
      named(index, provider, verifier, lease, block)
    case .started(_, _, let lease): started(index, lease, block)
    case .enlisted(_, _, let lease):
      jobs[index].escrow?.enlisted.append(lease)
      lock(index, lease)
      if let active = jobs[index].lease, active.number == lease {
        unhold(active, jobs[index].escrowTerms, provider: false, verifier: true)
      }
    case .heartbeat: jobs[index].escrow?.lastSeen = block.timestamp
    case .committed(_, let checkpoint, let steps, let root, let maturesAt):
      committed(index, checkpoint, steps, root, maturesAt, block)
    case .attested(_, let checkpoint):
      changeCheckpoint(index, checkpoint) { $0.isAttested = true }
    case .released: released(index, event, transaction, block)
    case .relisted(_, let lease): relisted(index, lease)
    case .stopping(_, let stopAt):
      jobs[index].escrow?.phase = .stopping
      jobs[index].escrow?.stopAt = stopAt
      jobs[index].isCancelled = true
      endLease(index, .cancelled, "the submitter stopped the job")
    case .closed: closed(index)
    case .disputeOpened(_, let checkpoint):
      jobs[index].escrow?.disputed = checkpoint
      set(index, .disputed)
    case .disputeResolved(_, let checkpoint, let convicted):
      resolved(index, checkpoint, convicted, block)
    case .bondsReleased(_, let lease):
      jobs[index].escrow?.bonded.removeAll { $0 == lease }
      retire(index)
    case .ended(_, let state, let refund): ended(index, state, refund, transaction, block)
    }
  }

  private mutating func addFunds(
    _ index: Int, _ amount: U256, _ transaction: Digest, _ block: EscrowBlock
  ) {
    guard let escrow = jobs[index].escrow else { return }
    jobs[index].escrow?.funds = escrow.funds &+ amount
    jobs[index].escrow?.deposited = escrow.deposited &+ amount
    pay(
      index, .deposit, from: jobs[index].submitter, to: .zero, amount, transaction, block)
    if jobs[index].state == .outOfFunds { set(index, .running) }
  }

  private mutating func named(
    _ index: Int, _ provider: Address, _ verifier: Address, _ lease: UInt64,
    _ block: EscrowBlock
  ) {
    let startTimeout = jobs[index].escrowTerms.startTimeout
    jobs[index].escrow?.phase = .matched
    jobs[index].escrow?.startBy = block.timestamp &+ startTimeout
    guard let active = jobs[index].lease, active.provider == provider,
      active.number == lease
    else { return }
    change(index) { $0.phase = .named }
    actions.append(.jobChanged(jobs[index].id))
    if verifier != .zero { actions.append(.standBy(verifier, job: jobs[index].id)) }
  }

  private mutating func started(_ index: Int, _ lease: UInt64, _ block: EscrowBlock) {
    jobs[index].escrow?.phase = .running
    jobs[index].escrow?.lastSeen = block.timestamp
    lock(index, lease)
    guard let active = jobs[index].lease, active.number == lease else { return }
    change(index) { $0.phase = .started }
    unhold(active, jobs[index].escrowTerms, provider: true, verifier: false)
    set(index, .provisioning)
  }

  private mutating func lock(_ index: Int, _ lease: UInt64) {
    guard jobs[index].escrow?.bonded.contains(lease) == false else { return }
    jobs[index].escrow?.bonded.append(lease)
  }

  private mutating func committed(
    _ index: Int, _ checkpoint: UInt64, _ steps: UInt64, _ root: Digest, _ maturesAt: UInt64,
    _ block: EscrowBlock
  ) {
    guard let escrow = jobs[index].escrow, checkpoint == UInt64(escrow.checkpoints.count) else {
      return
    }
    jobs[index].escrow?.lastSeen = block.timestamp
    jobs[index].escrow?.checkpoints.append(
      EscrowAccount.Checkpoint(
        lease: escrow.lease, steps: steps, root: root, maturesAt: maturesAt,
        block: block.number, seen: now))
    change(index) { $0.stepsDone = max($0.stepsDone, steps) }
    actions.append(.jobChanged(jobs[index].id))
    completeIfDone(index)
    if steps < jobs[index].terms.steps, jobs[index].isDry {
      set(index, .outOfFunds)
    }
  }

  private mutating func changeCheckpoint(
    _ index: Int, _ checkpoint: UInt64, _ body: (inout EscrowAccount.Checkpoint) -> Void
  ) {
    guard var escrow = jobs[index].escrow, checkpoint < UInt64(escrow.checkpoints.count) else {
      return
    }
    jobs[index].escrow = nil
    body(&escrow.checkpoints[Int(checkpoint)])
    jobs[index].escrow = escrow
  }

  private mutating func released(
    _ index: Int, _ event: EscrowEvent, _ transaction: Digest, _ block: EscrowBlock
  ) {
    guard
      case .released(
        _, let checkpoint, let provider, let toProvider, let toVault, let toVerifier) = event
    else { return }
    changeCheckpoint(index, checkpoint) { $0.isReleased = true }
    let total = toProvider &+ toVault &+ toVerifier
    let left = jobs[index].escrow?.funds.subtracting(total) ?? .zero
    jobs[index].escrow?.funds = left
    pay(index, .step, from: .zero, to: provider, toProvider, transaction, block)
    earn(toProvider, provider, in: \.providers)
    pay(index, .fee, from: .zero, to: .zero, toVault, transaction, block)
    guard !toVerifier.isZero else { return }
    let number = jobs[index].escrow?.checkpoints[safe: Int(clamping: checkpoint)]?.lease
    let verifier = jobs[index].leases.last(where: { $0.number == number })?.verifier ?? .zero
    pay(index, .verification, from: .zero, to: verifier, toVerifier, transaction, block)
    earn(toVerifier, verifier, in: \.verifiers)
  }

  private mutating func earn(
    _ amount: U256, _ address: Address,
    in people: WritableKeyPath<MarketState, [Address: Participant]>
  ) {
    let earned = self[keyPath: people][address]?.earned ?? .zero
    self[keyPath: people][address, default: Participant()].earned = earned &+ amount
  }

  private mutating func relisted(_ index: Int, _ lease: UInt64) {
    endLease(index, .providerLost, "the provider gave no sign of life on the chain")
    jobs[index].escrow?.phase = .open
    jobs[index].escrow?.lease = lease
    set(index, .relisted)
  }

  private mutating func closed(_ index: Int) {
    jobs[index].escrow?.phase = .closing
    guard jobs[index].lease != nil else { return }
    guard jobs[index].escrow?.committedSteps != jobs[index].terms.steps else {
      // The result may still be on its way.
      return completeIfDone(index)
    }
    let isLate = UInt64(clamping: now.milliseconds / 1000) > jobs[index].escrowTerms.deadline
    endLease(index, jobs[index].isCancelled ? .cancelled : isLate ? .deadline : .released, "")
  }

  private mutating func resolved(
    _ index: Int, _ checkpoint: UInt64, _ convicted: Bool, _ block: EscrowBlock
  ) {
    jobs[index].escrow?.disputed = nil
    let window = jobs[index].escrowTerms.challengeWindow
    jobs[index].escrow?.maturityFloor = block.timestamp &+ window
    if convicted {
      let lease = jobs[index].escrow?.checkpoints[safe: Int(clamping: checkpoint)]?.lease
      for number in 0..<(jobs[index].escrow?.checkpoints.count ?? 0) {
        changeCheckpoint(index, UInt64(number)) {
          if $0.lease == lease, UInt64(number) >= checkpoint { $0.isVoid = true }
        }
      }
      endLease(index, .convicted, "a verdict went against the provider")
      jobs[index].failure = "the provider was convicted of a false result"
    }
    set(index, jobs[index].escrow?.phase == .closing ? .challengeWindow : .running)
  }

  private mutating func ended(
    _ index: Int, _ state: EscrowEvent.End, _ refund: U256, _ transaction: Digest,
    _ block: EscrowBlock
  ) {
    guard jobs[index].escrow?.end == nil else { return }
    endLease(
      index, jobs[index].lease?.result == nil ? .released : .completed, "the job has ended")
    jobs[index].escrow?.phase = .ended
    jobs[index].escrow?.end = state
    jobs[index].escrow?.refund = refund
    let left = jobs[index].escrow?.funds.subtracting(refund) ?? .zero
    jobs[index].escrow?.funds = left
    if !refund.isZero {
      pay(index, .refund, from: .zero, to: jobs[index].submitter, refund, transaction, block)
    }
    switch state {
    case .settled: finish(index, .settled)
    case .slashed: finish(index, .slashed)
    case .refunded: finish(index, jobs[index].isCancelled ? .cancelled : .refunded)
    }
  }

  /// ``Address/zero`` stands for the escrow, and for the vault in fees.
  private mutating func pay(
    _ index: Int, _ purpose: Payment.Purpose, from: Address, to: Address, _ amount: U256,
    _ transaction: Digest, _ block: EscrowBlock
  ) {
    jobs[index].payments.append(
      Payment(
        purpose: purpose, from: from, to: to, amount: amount, transaction: transaction,
        timestamp: block.timestamp))
    record(index, .payment(jobs[index].payments.count - 1))
  }
}

extension EscrowEvent {
  /// The job's number in the escrow.
  var job: UInt64? {
    switch self {
    case .opened(let job, _, _, _), .funded(let job, _), .matched(let job, _, _, _),
      .started(let job, _, _), .enlisted(let job, _, _), .heartbeat(let job),
      .committed(let job, _, _, _, _), .attested(let job, _),
      .released(let job, _, _, _, _, _), .relisted(let job, _), .stopping(let job, _),
      .closed(let job), .disputeOpened(let job, _), .disputeResolved(let job, _, _),
      .bondsReleased(let job, _), .ended(let job, _, _):
      job
    case .bond: nil
    }
  }
}

extension Array {
  subscript(safe index: Int) -> Element? {
    indices.contains(index) ? self[index] : nil
  }
}
