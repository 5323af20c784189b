internal import ABI
internal import ContractBindings
public import Market
public import Primitives

/// Reads what the escrow and the bonds logged as the market's events.
public struct EscrowReader {
  /// One log of a block.
  public struct Log: Hashable, Sendable {
    public var address: Address
    public var topics: [Digest]
    public var data: [UInt8]
    public var transaction: Digest

    public init(address: Address, topics: [Digest], data: [UInt8], transaction: Digest) {
      self.address = address
      self.topics = topics
      self.data = data
      self.transaction = transaction
    }
  }

  /// Why a block cannot be read.
  public enum Failure: Error, Hashable, Sendable {
    /// The contracts answered with something that they never do.
    case unreadable(String)
  }

  /// Calls a contract on the state after the block, and changes nothing.
  private let call: (Address, [UInt8]) throws -> [UInt8]

  public init(call: @escaping (Address, [UInt8]) throws -> [UInt8]) {
    self.call = call
  }

  /// What a block holds for the market; logs of other contracts are passed over.
  public func block(
    number: UInt64, hash: Digest, timestamp: UInt64, logs: [Log]
  ) throws -> EscrowBlock {
    var entries: [EscrowBlock.Entry] = []
    var bonds: [(owner: Address, role: UInt8)] = []
    for log in logs {
      switch log.address {
      case JobEscrow.address:
        if let event = try event(log) {
          entries.append(EscrowBlock.Entry(event, transaction: log.transaction))
        }
      case Bonds.address:
        guard let bond = Self.changedBond(log, lock: { try? read(Bonds.locks($0)) }) else {
          continue
        }
        if !bonds.contains(where: { $0 == bond }) { bonds.append(bond) }
      default: break
      }
    }
    for (owner, role) in bonds {
      guard let role = EscrowEvent.Role(rawValue: role) else { continue }
      let free = try read(Bonds.free(owner, role.rawValue))
      entries.append(
        EscrowBlock.Entry(.bond(owner: owner, role: role, free: free), transaction: hash))
    }
    return EscrowBlock(number: number, hash: hash, timestamp: timestamp, entries: entries)
  }

  private func read<Output>(_ call: ContractCall<Output>) throws -> Output {
    try call.output(try self.call(call.contract, call.data))
  }

  /// Whose free bond a log may have changed.
  private static func changedBond(
    _ log: Log, lock: (Digest) -> Bonds.Lock?
  ) -> (owner: Address, role: UInt8)? {
    let (topics, data) = (log.topics, log.data)
    if let event = Bonds.Bonded(topics: topics, data: data) { return (event.owner, event.role) }
    if let event = Bonds.UnbondRequested(topics: topics, data: data) {
      return (event.owner, event.role)
    }
    if let event = Bonds.UnbondCanceled(topics: topics, data: data) {
      return (event.owner, event.role)
    }
    if let event = Bonds.Locked(topics: topics, data: data) { return (event.owner, event.role) }
    if let event = Bonds.Unlocked(topics: topics, data: data) {
      return lock(event.lockId).map { (event.owner, $0.role) }
    }
    return nil
  }

  private func event(_ log: Log) throws -> EscrowEvent? {
    let (topics, data) = (log.topics, log.data)
    switch topics.first {
    case JobEscrow.JobOpened.topic:
      return try JobEscrow.JobOpened(topics: topics, data: data).map {
        let terms = try read(JobEscrow.terms($0.job))
        return .opened(
          job: $0.job.clamped, client: $0.client, terms: EscrowTerms(terms), deposit: $0.deposit)
      }
    case JobEscrow.JobFunded.topic:
      return JobEscrow.JobFunded(topics: topics, data: data).map {
        .funded(job: $0.job.clamped, amount: $0.amount)
      }
    case JobEscrow.JobMatched.topic:
      return JobEscrow.JobMatched(topics: topics, data: data).map {
        .matched(
          job: $0.job.clamped, provider: $0.provider, verifier: $0.verifier,
          lease: $0.lease.clamped)
      }
    case JobEscrow.JobStarted.topic:
      return JobEscrow.JobStarted(topics: topics, data: data).map {
        .started(job: $0.job.clamped, provider: $0.provider, lease: $0.lease.clamped)
      }
    case JobEscrow.VerifierEnlisted.topic:
      return JobEscrow.VerifierEnlisted(topics: topics, data: data).map {
        .enlisted(job: $0.job.clamped, verifier: $0.verifier, lease: $0.lease.clamped)
      }
    case JobEscrow.Heartbeat.topic:
      return JobEscrow.Heartbeat(topics: topics, data: data).map {
        .heartbeat(job: $0.job.clamped)
      }
    case JobEscrow.Committed.topic:
      return JobEscrow.Committed(topics: topics, data: data).map {
        .committed(
          job: $0.job.clamped, checkpoint: $0.checkpoint.clamped, steps: $0.steps.clamped,
          root: $0.root, maturesAt: $0.maturesAt.clamped)
      }
    default: return Self.laterEvent(topics, data)
    }
  }

  /// What comes after a commitment.
  private static func laterEvent(_ topics: [Digest], _ data: [UInt8]) -> EscrowEvent? {
    switch topics.first {
    case JobEscrow.Attested.topic:
      JobEscrow.Attested(topics: topics, data: data).map {
        .attested(job: $0.job.clamped, checkpoint: $0.checkpoint.clamped)
      }
    case JobEscrow.Released.topic:
      JobEscrow.Released(topics: topics, data: data).map {
        .released(
          job: $0.job.clamped, checkpoint: $0.checkpoint.clamped, provider: $0.provider,
          toProvider: $0.toProvider, toVault: $0.toVault, toVerifier: $0.toVerifier)
      }
    case JobEscrow.Relisted.topic:
      JobEscrow.Relisted(topics: topics, data: data).map {
        .relisted(job: $0.job.clamped, lease: $0.lease.clamped)
      }
    case JobEscrow.Stopping.topic:
      JobEscrow.Stopping(topics: topics, data: data).map {
        .stopping(job: $0.job.clamped, stopAt: $0.stopAt.clamped)
      }
    case JobEscrow.Closed.topic:
      JobEscrow.Closed(topics: topics, data: data).map { .closed(job: $0.job.clamped) }
    case JobEscrow.DisputeOpened.topic:
      JobEscrow.DisputeOpened(topics: topics, data: data).map {
        .disputeOpened(job: $0.job.clamped, checkpoint: $0.checkpoint.clamped)
      }
    case JobEscrow.DisputeResolved.topic:
      JobEscrow.DisputeResolved(topics: topics, data: data).map {
        .disputeResolved(
          job: $0.job.clamped, checkpoint: $0.checkpoint.clamped, convicted: $0.convicted)
      }
    case JobEscrow.BondsReleased.topic:
      JobEscrow.BondsReleased(topics: topics, data: data).map {
        .bondsReleased(job: $0.job.clamped, lease: $0.lease.clamped)
      }
    case JobEscrow.JobEnded.topic:
      JobEscrow.JobEnded(topics: topics, data: data).flatMap { event in
        EscrowEvent.End(rawValue: event.state).map {
          .ended(job: event.job.clamped, state: $0, refund: event.refund)
        }
      }
    default: nil
    }
  }
}
