internal import Foundation
public import Primitives
internal import Synchronization

/// The market of a node: its state, the log that it can be rebuilt from, and those who wait for
/// changes of it.
public final class ComputeMarket: Sendable {
  public let rules: MarketParameters
  private let clock: @Sendable () -> UnixTime
  private let core: Mutex<Core>
  private let beats: Mutex<[Digest: UnixTime]>
  private let signals = Mutex(Signals())

  /// What somebody waits for.
  public enum Topic: Hashable, Sendable {
    case job(Digest)
    case provider(Address)
    case verifier(Address)
    /// Any job, and the orders that may be due.
    case jobs
    case offers
    case log
  }

  private struct Core: ~Copyable {
    var state: MarketState
    var log: MarketLog
    var hashes: [(sequence: UInt64, hash: Digest)] = []
  }

  private struct Signals {
    var next = 0
    var waiting: [Topic: [Int: AsyncStream<Void>.Continuation]] = [:]
  }

  /// Why an input is not taken.
  public enum Failure: Error {
    case refused(MarketRefusal)
    case log(MarketLog.Failure)
  }

  /// Opens the market whose log is in a file; an empty one where there is none.
  ///
  /// After a restart every lease counts as heard of just now: that nobody listened is not the
  /// providers' fault.
  public init(
    _ rules: MarketParameters, log path: String,
    clock: @escaping @Sendable () -> UnixTime = UnixTime.now
  ) throws {
    self.rules = rules
    self.clock = clock
    var state = MarketState(rules)
    var hashes: [(sequence: UInt64, hash: Digest)] = []
    let log = try MarketLog(path) { entry, _ in
      // What was written was accepted.
      do throws(MarketRefusal) {
        _ = try state.apply(entry.input, at: entry.time)
      } catch {
        throw MarketLog.Failure.damaged(sequence: entry.sequence)
      }
      if entry.sequence.isMultiple(of: rules.stateHashInterval) {
        hashes.append((entry.sequence, state.hash))
      }
    }
    // Whoever was connected is not any more.
    let gone =
      state.providers.filter(\.value.isServing).keys.sorted().map {
        MarketInput.provider($0, isServing: false, leaseCountMax: 0)
      }
      + state.verifiers.filter(\.value.isServing).keys.sorted().map {
        MarketInput.verifier($0, isServing: false, checkCountMax: 0)
      }
    let now = clock()
    beats = Mutex(
      Dictionary(uniqueKeysWithValues: state.activeLeases.map { ($0.id, now) }))
    core = Mutex(Core(state: state, log: log, hashes: hashes))
    for input in gone { try submit(input) }
  }

  /// Applies an input; when this returns it is on the disk. Waits for the disk.
  @discardableResult
  public func submit(_ input: MarketInput) throws(Failure) -> [MarketAction] {
    let time = clock()
    let actions = try core.withLock { (core) throws(Failure) in
      var next = core.state
      let actions: [MarketAction]
      do throws(MarketRefusal) {
        actions = try next.apply(input, at: time)
      } catch {
        throw .refused(error)
      }
      do throws(MarketLog.Failure) {
        try core.log.append(input, at: time)
      } catch {
        throw .log(error)
      }
      core.state = next
      if core.log.sequence.isMultiple(of: rules.stateHashInterval) {
        core.hashes.append((core.log.sequence, next.hash))
      }
      return actions
    }
    publish(actions)
    return actions
  }

  /// Looks at the state.
  public func read<Result: Sendable>(_ body: (borrowing MarketState) -> Result) -> Result {
    core.withLock { body($0.state) }
  }

  /// The newest entry's sequence, the hash of the log up to it, and the newest state hash.
  public var logHead: (sequence: UInt64, hash: Digest, state: (sequence: UInt64, hash: Digest)?) {
    core.withLock { ($0.log.sequence, $0.log.hash, $0.hashes.last) }
  }

  // MARK: Heartbeats

  /// A lease gave a sign of life.
  public func hear(_ lease: Digest) {
    let now = clock()
    beats.withLock { $0[lease] = now }
  }

  /// When a lease was last heard of.
  public func lastHeard(_ lease: Digest) -> UnixTime? {
    beats.withLock { $0[lease] }
  }

  /// Does what is due because time has passed: leases without heartbeats are lost. Waits for the disk.
  public func tick() throws(Failure) {
    let now = clock()
    let (working, isDue) = read { state in
      (state.active.compactMap { Self.isWorking($0) ? $0.lease : nil }, state.isDue(at: now))
    }
    let limit = Duration.milliseconds(rules.lossMilliseconds)
    let silent = beats.withLock { beats in
      let known = Set(working.map(\.id))
      beats = beats.filter { known.contains($0.key) }
      return working.filter { lease in
        guard let last = beats[lease.id] else {
          beats[lease.id] = now
          return false
        }
        return now.elapsed(since: last) > limit
      }
    }
    for lease in silent {
      do throws(Failure) {
        try submit(.lose(lease: lease.id))
      } catch {
        guard case .refused = error else { throw error }
      }
    }
    if isDue { try submit(.clock) }
  }

  /// Whether its heartbeats are waited for.
  private static func isWorking(_ job: JobRecord) -> Bool {
    guard let lease = job.lease, lease.phase == .started, let escrow = job.escrow else {
      return false
    }
    return lease.result == nil || escrow.committedSteps < job.terms.steps
  }

  // MARK: Waiting for changes

  /// Yields whenever something about a topic may have changed, at least once at the beginning. It says
  /// that, not what: look at the state.
  public func changes(of topics: [Topic]) -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let number = signals.withLock { signals in
      signals.next += 1
      for topic in topics { signals.waiting[topic, default: [:]][signals.next] = continuation }
      return signals.next
    }
    continuation.onTermination = { [weak self] _ in
      self?.signals.withLock { signals in
        for topic in topics {
          signals.waiting[topic]?[number] = nil
          if signals.waiting[topic]?.isEmpty == true { signals.waiting[topic] = nil }
        }
      }
    }
    continuation.yield()
    return stream
  }

  private func publish(_ actions: [MarketAction]) {
    var topics: Set<Topic> = [.log]
    for action in actions {
      switch action {
      case .ask(let provider, _), .endLease(let provider, _):
        topics.formUnion([.provider(provider), .jobs])
      case .standBy(let verifier, _), .check(let verifier, _), .reveal(let verifier, _),
        .checkOutcome(let verifier, _):
        topics.formUnion([.verifier(verifier), .jobs])
      case .jobChanged(let job):
        topics.formUnion([.job(job), .jobs])
        if let lease = read({ $0.job(job)?.leases.last }) {
          topics.formUnion([.provider(lease.provider), .verifier(lease.verifier)])
        }
      case .offerChanged: topics.insert(.offers)
      }
    }
    let waiting = signals.withLock { signals in
      topics.flatMap { signals.waiting[$0].map { Array($0.values) } ?? [] }
    }
    for continuation in waiting { continuation.yield() }
  }
}

extension MarketState {
  /// BLAKE3-256 over offers, jobs and people in a canonical form.
  public var hash: Digest {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var hasher = BLAKE3()
    func add(_ value: some Encodable) {
      guard let bytes = try? encoder.encode(value) else {
        preconditionFailure("a state has no numbers that JSON lacks")
      }
      hasher.update(Array(bytes))
    }
    for offer in offers { add(offer) }
    for job in jobs { add(job) }
    for people in [providers, verifiers] {
      for address in people.keys.sorted() {
        add(address)
        add(people[address])
      }
    }
    return hasher.finalize()
  }
}
