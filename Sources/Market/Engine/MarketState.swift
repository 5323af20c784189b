public import Primitives

/// The whole market as a value: inputs in, actions out; no clock, no chance, no waiting.
///
/// The same inputs at the same times lead to the same state, whose hash anyone can compare.
public struct MarketState: Sendable {
  public let rules: MarketParameters
  /// Of the latest input.
  public internal(set) var now = UnixTime(milliseconds: 0)

  /// In the order in which they came.
  public internal(set) var offers: [Offer] = []
  public internal(set) var jobs: [JobRecord] = []
  var offerIndex: [Digest: Int] = [:]
  var jobIndex: [Digest: Int] = [:]
  /// Open offers, the cheapest and then the oldest first.
  var openOffers: [Int] = []
  /// Jobs that something may still happen to.
  var activeJobs: [Int] = []
  var jobOfNumber: [UInt64: Int] = [:]
  var jobOfLease: [Digest: Int] = [:]
  var jobOfCheck: [Digest: Int] = [:]

  public internal(set) var providers: [Address: Participant] = [:]
  public internal(set) var verifiers: [Address: Participant] = [:]
  public internal(set) var head: Head?
  var actions: [MarketAction] = []

  /// The newest block that was looked at.
  public struct Head: Hashable, Sendable, Codable {
    public let number: UInt64
    public let hash: Digest
    public let timestamp: UInt64
  }

  /// Somebody who computes or checks.
  public struct Participant: Hashable, Sendable, Codable {
    public internal(set) var isServing = false
    /// Leases or checks at once.
    public internal(set) var countMax = 0
    public internal(set) var count = 0
    /// What the bonds contract says is free, and what is promised to jobs that have not locked it.
    public internal(set) var free = U256.zero
    public internal(set) var promised = U256.zero
    public internal(set) var earned = U256.zero
    public internal(set) var done: UInt64 = 0

    /// Whether it can take one more that needs this bond.
    func canTake(_ bond: U256) -> Bool {
      guard isServing, count < countMax, let needed = promised.adding(bond) else { return false }
      return needed <= free
    }
  }

  public init(_ rules: MarketParameters) {
    self.rules = rules
  }

  /// Applies an input that came at this time, and returns what follows from it; a refused one changes
  /// nothing.
  public mutating func apply(
    _ input: MarketInput, at time: UnixTime
  ) throws(MarketRefusal) -> [MarketAction] {
    let previous = now
    now = max(now, time)
    actions.removeAll(keepingCapacity: true)
    do throws(MarketRefusal) {
      try handle(input)
    } catch {
      now = previous
      throw error
    }
    passTime()
    return actions
  }

  private mutating func handle(_ input: MarketInput) throws(MarketRefusal) {
    switch input {
    case .postOffer(let offer): try post(offer)
    case .amendOffer(let id, let owner, let price, let quantity):
      try amendOffer(id, owner, price, quantity)
    case .cancelOffer(let id, let owner): try cancelOffer(id, owner)
    case .submitJob(let id, let submitter, let terms, let intent):
      try submit(id, submitter, terms, intent)
    case .cancelJob(let id, let submitter): try cancelJob(id, submitter)
    case .provider(let address, let isServing, let countMax):
      serve(address, isServing, countMax, in: \.providers)
    case .verifier(let address, let isServing, let countMax):
      serve(address, isServing, countMax, in: \.verifiers)
    case .answer(let lease, let provider, let isAccepted, let message):
      try answer(lease, provider, isAccepted, message)
    case .progress(let lease, let provider, let state, let steps):
      try progress(lease, provider, state, steps)
    case .checkpoint(let lease, let provider, let hash, let steps):
      try checkpoint(lease, provider, hash, steps)
    case .lose(let lease): try lose(lease)
    case .complete(let lease, let provider, let result): try complete(lease, provider, result)
    case .fail(let lease, let provider, let reason, let message, let isPermanent):
      try fail(lease, provider, reason, message, isPermanent)
    case .commitCheck(let check, let verifier, let commitment):
      try commitCheck(check, verifier, commitment)
    case .revealCheck(let check, let verifier, let resultHash, let salt):
      try revealCheck(check, verifier, resultHash, salt)
    case .refuseCheck(let check, let verifier, let message):
      try refuseCheck(check, verifier, message)
    case .block(let block): accept(block)
    case .clock: break
    }
  }

  /// Whether time alone has something to change at this moment.
  public func isDue(at time: UnixTime) -> Bool {
    var later = self
    let before = later.eventCount
    later.now = max(now, time)
    later.actions = []
    later.passTime()
    return later.eventCount != before || !later.actions.isEmpty
  }

  /// A measure of what happened that only grows.
  private var eventCount: Int {
    activeJobs.reduce(openOffers.count) { $0 &+ jobs[$1].events.count &+ jobs[$1].checks.count }
  }

  private mutating func serve(
    _ address: Address, _ isServing: Bool, _ countMax: Int,
    in people: WritableKeyPath<MarketState, [Address: Participant]>
  ) {
    self[keyPath: people][address, default: Participant()].isServing = isServing
    self[keyPath: people][address, default: Participant()].countMax = max(0, countMax)
    matchOpenJobs()
  }
}

// MARK: Reading

extension MarketState {
  public func offer(_ id: Digest) -> Offer? { offerIndex[id].map { offers[$0] } }
  public func job(_ id: Digest) -> JobRecord? { jobIndex[id].map { jobs[$0] } }
  public func job(ofLease id: Digest) -> JobRecord? { jobOfLease[id].map { jobs[$0] } }
  public func job(ofCheck id: Digest) -> JobRecord? { jobOfCheck[id].map { jobs[$0] } }
  public func job(number: UInt64) -> JobRecord? { jobOfNumber[number].map { jobs[$0] } }

  /// Open offers, the cheapest and then the oldest first.
  public var book: [Offer] { openOffers.map { offers[$0] } }

  /// Leases that go on, of every job.
  public var activeLeases: [Lease] { activeJobs.compactMap { jobs[$0].lease } }

  /// Whether a checkpoint waits for the block that decides on its check.
  public var awaitsBlock: Bool {
    head == nil
      || activeJobs.contains { jobs[$0].escrow?.checkpoints.contains { $0.seed == nil } ?? false }
  }

  /// Jobs that something may still happen to.
  public var active: [JobRecord] { activeJobs.map { jobs[$0] } }
}
