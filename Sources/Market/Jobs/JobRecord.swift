public import Primitives

/// A job and all that the market knows of it.
public struct JobRecord: Hashable, Sendable, Codable {
  /// Keccak-256 of the signed intent's bytes.
  public let id: Digest
  public let submitter: Address
  public let terms: JobTerms
  public let escrowTerms: EscrowTerms
  /// The signed intent, which holds the whole specification.
  public let intent: [UInt8]
  public let created: UnixTime

  public internal(set) var state = JobState.draft
  public internal(set) var updated: UnixTime
  public internal(set) var failure = ""
  public internal(set) var escrow: EscrowAccount?
  /// Oldest first.
  public internal(set) var leases: [Lease] = []
  public internal(set) var checks: [Check] = []
  public internal(set) var payments: [Payment] = []
  public internal(set) var events: [JobEvent] = []
  /// Whether the submitter asked for the end.
  public internal(set) var isCancelled = false
  /// Providers that had it and will not get it again.
  var excluded: [Address] = []

  init(
    id: Digest, submitter: Address, terms: JobTerms, escrowTerms: EscrowTerms, intent: [UInt8],
    now: UnixTime
  ) {
    self.id = id
    self.submitter = submitter
    self.terms = terms
    self.escrowTerms = escrowTerms
    self.intent = intent
    created = now
    updated = now
  }

  /// The lease that goes on.
  public var lease: Lease? { leases.last.flatMap { $0.isActive ? $0 : nil } }

  public var deterrence: Deterrence {
    Deterrence(
      checkBasisPoints: escrowTerms.checkRate, honestCost: escrowTerms.honestCost,
      reward: escrowTerms.reward ?? .max, bond: escrowTerms.providerBond)
  }
}

/// What the escrow says of a job.
public struct EscrowAccount: Hashable, Sendable, Codable {
  /// The job's number there.
  public let number: UInt64
  public internal(set) var deposited: U256
  /// What it still holds.
  public internal(set) var funds: U256
  public internal(set) var lease: UInt64 = 0
  public internal(set) var checkpoints: [Checkpoint] = []
  public internal(set) var phase = Phase.open
  /// Until when a named provider must begin, and when the working one was last seen on the chain, in
  /// seconds since 1970.
  public internal(set) var startBy: UInt64 = 0
  public internal(set) var lastSeen: UInt64 = 0
  /// When the notice of a stop has run out.
  public internal(set) var stopAt: UInt64 = 0
  /// The checkpoint in doubt.
  public internal(set) var disputed: UInt64?
  /// Seconds since 1970; an acquittal opens the windows anew.
  var maturityFloor: UInt64 = 0
  /// Leases whose bonds are locked.
  var bonded: [UInt64] = []
  /// Leases whose verifier has locked its bond.
  var enlisted: [UInt64] = []
  public internal(set) var end: EscrowEvent.End?
  public internal(set) var refund = U256.zero

  /// JobEscrow's states.
  public enum Phase: UInt8, Hashable, Sendable, Codable {
    case open = 1
    case matched = 2
    case running = 3
    case stopping = 4
    case closing = 5
    case ended = 6
  }

  init(number: UInt64, deposited: U256) {
    self.number = number
    self.deposited = deposited
    funds = deposited
  }

  public struct Checkpoint: Hashable, Sendable, Codable {
    public let lease: UInt64
    /// Since the job's beginning.
    public let steps: UInt64
    public let root: Digest
    /// Seconds since 1970.
    public let maturesAt: UInt64
    /// The block that holds the commitment, and when the market saw it.
    public let block: UInt64
    public let seen: UnixTime
    public internal(set) var isAttested = false
    public internal(set) var isReleased = false
    public internal(set) var isVoid = false
    /// The hash of the block after, once it is known.
    public internal(set) var seed: Digest?
  }

  public var committedSteps: UInt64 { checkpoints.last?.steps ?? 0 }
}

/// An amount that moved on the chain.
public struct Payment: Hashable, Sendable, Codable {
  public enum Purpose: String, Hashable, Sendable, Codable {
    case deposit, step, verification, fee, refund
  }

  public let purpose: Purpose
  public let from: Address
  public let to: Address
  public let amount: U256
  public let transaction: Digest
  /// Seconds since 1970.
  public let timestamp: UInt64
}

/// Something that happened to a job; its place in the list, from 1, is its sequence.
public struct JobEvent: Hashable, Sendable, Codable {
  public enum Content: Hashable, Sendable, Codable {
    case state(JobState)
    /// By its place in the job's checks.
    case check(Int)
    /// By its place in the job's payments.
    case payment(Int)
  }

  public let time: UnixTime
  public let content: Content
}
