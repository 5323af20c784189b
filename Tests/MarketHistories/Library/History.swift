internal import ABI
internal import ContractBindings
internal import Market
internal import MarketChain
internal import Primitives

/// One random life of a market: jobs are paid in, worked on, abandoned, lied about, stopped; the
/// market's orders get lost; at the end everybody goes silent, and time alone must end everything.
package struct History {
  var chance: Chance
  var state: MarketState
  let chain: EscrowChain
  var inputs: [(MarketInput, UnixTime)] = []
  private let before: [Address: U256]
  private var orderCount = 0
  /// What each provider and verifier does when it is asked.
  private var isLiar: Set<Address> = []

  package struct Broken: Error, CustomStringConvertible {
    package let seed: UInt64
    package let reason: String
    package var description: String { "history \(seed): \(reason)" }
  }

  package struct Summary: Sendable {
    package var jobs = 0
    package var settled = 0
    package var refunded = 0
    package var cancelled = 0
    package var slashed = 0
    package var leases = 0
    package var checks = 0
    package var disputes = 0

    package init() {}
  }

  private let seed: UInt64

  package init(seed: UInt64, in world: World) throws {
    self.seed = seed
    chance = Chance(seed)
    chain = world.chain.copy()
    state = MarketState(World.rules)
    before = try Self.wealth(chain)
    for person in People.providers + People.verifiers where chance.happens(25) {
      isLiar.insert(person)
    }
  }

  var now: UnixTime { UnixTime(milliseconds: Int64(chain.timestamp) * 1000) }

  /// Runs it, and checks what must hold.
  package mutating func run(steps: Int = 120) throws -> Summary {
    let start = EscrowBlock(
      number: chain.number, hash: Keccak256.hash(U256(seed).bytes), timestamp: chain.timestamp,
      entries: (People.providers.map { ($0, EscrowEvent.Role.provider) }
        + People.verifiers.map { ($0, .verifier) }).map {
          .init(.bond(owner: $0.0, role: $0.1, free: 50_000_000), transaction: .init(.zero))
        })
    try tell(.block(start))
    for provider in People.providers {
      try tell(.provider(provider, isServing: true, leaseCountMax: 4))
    }
    for verifier in People.verifiers {
      try tell(.verifier(verifier, isServing: true, checkCountMax: 4))
    }
    for _ in 0..<steps {
      try step()
      try follow()
      if chance.happens(80) { try obey() }
    }
    try endEverything()
    return try check()
  }

  // MARK: The market's side

  mutating func tell(_ input: MarketInput) throws {
    _ = try state.apply(input, at: now)
    inputs.append((input, now))
  }

  /// What the market refuses, it refuses.
  mutating func offer(_ input: MarketInput) throws {
    do throws(MarketRefusal) {
      _ = try state.apply(input, at: now)
    } catch {
      return
    }
    inputs.append((input, now))
  }

  mutating func follow() throws {
    for block in chain.drain() { try tell(.block(block)) }
  }

  /// Sends what the market must send; the escrow may find it too early or too late.
  mutating func obey() throws {
    for order in state.orders(at: now) {
      let call = order.call
      orderCount += 1
      _ = try? chain.send(call.contract, call.data, from: People.matcher)
    }
    try follow()
  }

  // MARK: What happens

  private mutating func step() throws {
    switch Int.random(in: 0..<100, using: &chance) {
    case ..<25: try passTime()
    case ..<32: try postOffer()
    case ..<40: try submit()
    case ..<44: try stopOrFund()
    case ..<75: try work()
    default: try verify()
    }
  }

  private mutating func passTime() throws {
    chain.timestamp += UInt64.random(in: 1...12, using: &chance)
    try tell(.clock)
    for lease in state.activeLeases where lease.phase == .started && chance.happens(5) {
      try offer(.lose(lease: lease.id))
    }
  }

  private mutating func postOffer() throws {
    guard let provider = People.providers.randomElement(using: &chance) else { return }
    let price = UInt64.random(in: 1_000...5_000, using: &chance)
    let id = Keccak256.hash(U256(chance.next()).bytes)
    try offer(
      .postOffer(
        Offer(
          id: id, provider: provider, instrument: Instrument(hardwareClass: "cpu"),
          unitPrice: U256(price), quantity: UInt64.random(in: 1...4, using: &chance),
          expires: now.advanced(by: .seconds(600)))))
    if chance.happens(10) { try offer(.cancelOffer(id, by: provider)) }
  }

  private mutating func submit() throws {
    guard let client = People.clients.randomElement(using: &chance) else { return }
    let steps = UInt64.random(in: 1...6, using: &chance)
    let mode: VerificationTerms.Mode =
      chance.happens(70) ? .sampled : chance.happens(50) ? .replicated : .openChallenge
    let terms = JobTerms(
      priceLimit: U256(UInt64.random(in: 100...60_000, using: &chance)), steps: steps,
      checkpointSteps: UInt64.random(in: 1...steps, using: &chance),
      deadline: now.advanced(by: .seconds(Int64.random(in: 30...900, using: &chance))),
      verification: VerificationTerms(mode: mode))
    let id = Keccak256.hash(U256(chance.next()).bytes)
    try offer(.submitJob(id, by: client, terms: terms, intent: []))
    guard let job = state.job(id), chance.happens(90) else { return }
    // Some pay less than all of it, and one pays on terms of its own.
    var escrowTerms = job.escrowTerms
    if chance.happens(5) { escrowTerms.providerBond = escrowTerms.providerBond &+ 1 }
    var deposit = escrowTerms.deposit ?? .zero
    if chance.happens(20) { deposit = deposit / 2 }
    _ = try? chain.send(
      JobEscrow.open(terms: escrowTerms.contractTerms, amount: deposit), from: client)
  }

  private mutating func stopOrFund() throws {
    guard let job = state.active.randomElement(using: &chance), let escrow = job.escrow else {
      return
    }
    if chance.happens(60) {
      if chance.happens(50) { try offer(.cancelJob(job.id, by: job.submitter)) }
      _ = try? chain.send(JobEscrow.stop(job: U256(escrow.number)), from: job.submitter)
    } else {
      _ = try? chain.send(
        JobEscrow.fund(
          job: U256(escrow.number), amount: U256(UInt64.random(in: 1...9_000, using: &chance))),
        from: job.submitter)
    }
  }

  private mutating func work() throws {
    guard let lease = state.activeLeases.randomElement(using: &chance),
      let job = state.job(ofLease: lease.id), let escrow = job.escrow
    else { return }
    let number = U256(escrow.number)
    switch lease.phase {
    case .asked:
      try offer(
        .answer(
          lease: lease.id, by: lease.provider, isAccepted: chance.happens(85), message: "busy"))
    case .named:
      if chance.happens(85) {
        _ = try? chain.send(JobEscrow.start(job: number), from: lease.provider)
      }
      if chance.happens(80), lease.verifier != .zero {
        try follow()
        _ = try? chain.send(JobEscrow.enlist(job: number), from: lease.verifier)
      }
    case .started: try progress(lease, job, escrow)
    case .agreed, .ended: break
    }
  }

  private mutating func progress(_ lease: Lease, _ job: JobRecord, _ escrow: EscrowAccount) throws {
    let number = U256(escrow.number)
    switch Int.random(in: 0..<100, using: &chance) {
    case ..<10: _ = try? chain.send(JobEscrow.heartbeat(job: number), from: lease.provider)
    case ..<60:
      let steps = min(
        job.terms.steps,
        escrow.committedSteps + UInt64.random(in: 1...3, using: &chance))
      _ = try? chain.send(
        JobEscrow.commit(job: number, steps: U256(steps), root: root(job, steps, lease.provider)),
        from: lease.provider)
    case ..<80:
      try offer(
        .complete(
          lease: lease.id, by: lease.provider,
          Lease.Result(receipt: Keccak256.hash(lease.id.array), content: [])))
    case ..<88:
      let isPermanent = chance.happens(50)
      try offer(
        .fail(
          lease: lease.id, by: lease.provider, reason: .workFailed, message: "no memory",
          isPermanent: isPermanent))
      if isPermanent {
        _ = try? chain.send(JobEscrow.complete(job: number), from: lease.provider)
      }
    case ..<94:
      try offer(
        .progress(
          lease: lease.id, by: lease.provider, state: .running, steps: escrow.committedSteps))
    default: break
    }
  }

  /// The honest root, or a liar's.
  private func root(_ job: JobRecord, _ steps: UInt64, _ prover: Address) -> Digest {
    Keccak256.hash(
      job.id.array + U256(steps).bytes + (isLiar.contains(prover) ? prover.bytes : []))
  }

  private mutating func verify() throws {
    guard let job = state.active.randomElement(using: &chance), let escrow = job.escrow else {
      return
    }
    let number = U256(escrow.number)
    if let check = job.checks.first(where: \.isPending) {
      let steps = escrow.checkpoints[Int(check.checkpoint)].steps
      let result = root(job, steps, check.verifier)
      let salt = Keccak256.hash(check.id.array)
      if check.state == .assigned {
        let commitment = Check.commitment(
          check: check.id, resultHash: result, salt: salt, verifier: check.verifier)
        try offer(.commitCheck(check.id, by: check.verifier, commitment: commitment))
      } else {
        try offer(.revealCheck(check.id, by: check.verifier, resultHash: result, salt: salt))
      }
      return
    }
    for check in job.checks where check.state == .agreed && chance.happens(50) {
      _ = try? chain.send(
        JobEscrow.attest(job: number, index: U256(check.checkpoint)), from: check.verifier)
    }
    for check in job.checks where check.state == .disagreed && chance.happens(50) {
      _ = try? chain.send(
        Disputes.open(job: number, checkpoint: U256(check.checkpoint)), from: check.verifier)
    }
    try resolve()
  }

  /// Somebody concedes, or time decides: who does not move loses.
  private mutating func resolve() throws {
    let count = try chain.read(Disputes.disputeCount()).clamped
    for dispute in 0..<count where chance.happens(40) {
      let game = try chain.read(Disputes.disputes(U256(dispute)))
      guard game.phase < 6 else { continue }
      let mover = game.isProvidersTurn ? game.provider : game.challenger
      if chance.happens(30) {
        _ = try? chain.send(Disputes.concede(number: U256(dispute)), from: mover)
      } else {
        _ = try? chain.send(Disputes.timeOut(number: U256(dispute)), from: People.others[5])
      }
    }
  }

  // MARK: The end

  /// Everybody is silent: time, and what anybody may do, end all.
  private mutating func endEverything() throws {
    for _ in 0..<400 {
      if state.active.allSatisfy({ $0.escrow == nil }) && state.active.isEmpty { break }
      chain.timestamp += 15
      try tell(.clock)
      let count = try chain.read(Disputes.disputeCount()).clamped
      for dispute in 0..<count {
        _ = try? chain.send(Disputes.timeOut(number: U256(dispute)), from: People.others[5])
      }
      try follow()
      try obey()
      for lease in state.activeLeases where lease.phase == .started {
        try offer(.lose(lease: lease.id))
      }
    }
  }

  // MARK: What must hold

  private func check() throws -> Summary {
    func broken(_ reason: String) -> Broken { Broken(seed: seed, reason: reason) }

    guard state.active.isEmpty else {
      throw broken("a job is stuck: \(state.active.map { ($0.state, $0.escrow?.phase) })")
    }
    let number = try chain.read(JobEscrow.jobCount()).clamped
    let held = try chain.read(AIToken.balanceOf(JobEscrow.address))
    // Deposits on terms that no job has stay with their client, who stops them; here they lie.
    var foreign = U256.zero
    for job in 0..<number where state.job(number: job) == nil {
      foreign = foreign &+ (try chain.read(JobEscrow.jobs(U256(job))).funds)
    }
    guard held == foreign else { throw broken("the escrow holds \(held), not \(foreign)") }
    for (checkpoint, count) in chain.paid where count != 1 {
      throw broken("\(checkpoint) was paid \(count) times")
    }
    let after = try Self.wealth(chain)
    try checkBooks(after, foreign, broken)
    let total = { (wealth: [Address: U256]) in wealth.values.reduce(U256.zero) { $0 &+ $1 } }
    let burned = chain.slashes.reduce(U256.zero) { $0 &+ $1.event.burned }
    guard total(before) == total(after) &+ foreign &+ burned else {
      throw broken("tokens came or went")
    }
    try replay(broken)
    return summary
  }

  /// Each account has what the market's records say: an independent double entry.
  private func checkBooks(
    _ after: [Address: U256], _ foreign: U256, _ broken: (String) -> Broken
  ) throws {
    var expected = before
    func move(_ amount: U256, from: Address?, to: Address?) {
      if let from { expected[from] = (expected[from] ?? .zero) &- amount }
      if let to { expected[to] = (expected[to] ?? .zero) &+ amount }
    }
    for job in state.jobs {
      var held = U256.zero
      for payment in job.payments {
        switch payment.purpose {
        case .deposit:
          move(payment.amount, from: payment.from, to: nil)
          held = held &+ payment.amount
        case .fee:
          move(payment.amount, from: nil, to: People.vault)
          held = held &- payment.amount
        case .step, .verification, .refund:
          move(payment.amount, from: nil, to: payment.to)
          held = held &- payment.amount
        }
      }
      guard held.isZero, job.escrow?.funds.isZero ?? true else {
        throw broken("the payments of a job leave \(held)")
      }
    }
    for slash in chain.slashes {
      let event = slash.event
      move(
        event.toAccuser &+ event.toVictim &+ event.burned, from: event.owner, to: nil)
      move(event.toAccuser, from: nil, to: slash.accuser)
      move(event.toVictim, from: nil, to: slash.victim)
    }
    let number = try chain.read(JobEscrow.jobCount()).clamped
    for job in 0..<number where state.job(number: job) == nil {
      let entry = try chain.read(JobEscrow.jobs(U256(job)))
      move(entry.funds, from: entry.client, to: nil)
    }
    for person in People.all where expected[person] != after[person] {
      throw broken(
        "\(person) has \(after[person] ?? .zero), not \(expected[person] ?? .zero)")
    }
  }

  /// The same inputs lead to the same state.
  private func replay(_ broken: (String) -> Broken) throws {
    var again = MarketState(World.rules)
    for (input, time) in inputs { _ = try again.apply(input, at: time) }
    guard again.jobs == state.jobs, again.offers == state.offers,
      again.providers == state.providers, again.verifiers == state.verifiers
    else { throw broken("the replay comes to another state") }
  }

  private var summary: Summary {
    var summary = Summary()
    for job in state.jobs {
      summary.jobs += 1
      summary.leases += job.leases.count
      summary.checks += job.checks.count
      if job.events.contains(where: { $0.content == .state(.disputed) }) { summary.disputes += 1 }
      switch job.state {
      case .settled: summary.settled += 1
      case .refunded: summary.refunded += 1
      case .cancelled: summary.cancelled += 1
      case .slashed: summary.slashed += 1
      default: break
      }
    }
    return summary
  }

  /// What each has, bonds included.
  private static func wealth(_ chain: EscrowChain) throws -> [Address: U256] {
    var wealth: [Address: U256] = [:]
    for person in People.all {
      var sum = try chain.read(AIToken.balanceOf(person))
      for role in [1, 2] as [UInt8] {
        sum = sum &+ (try chain.read(Bonds.free(person, role)))
        sum = sum &+ (try chain.read(Bonds.unbonding(person, role)))
      }
      wealth[person] = sum
    }
    return wealth
  }
}

extension History.Summary: CustomStringConvertible {
  package static func += (left: inout Self, right: Self) {
    left.jobs += right.jobs
    left.settled += right.settled
    left.refunded += right.refunded
    left.cancelled += right.cancelled
    left.slashed += right.slashed
    left.leases += right.leases
    left.checks += right.checks
    left.disputes += right.disputes
  }

  package var description: String {
    "\(jobs) jobs: \(settled) settled, \(refunded) refunded, \(cancelled) cancelled, "
      + "\(slashed) slashed; \(leases) leases, \(checks) checks, \(disputes) disputed"
  }
}
