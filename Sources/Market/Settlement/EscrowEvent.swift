public import Primitives

/// What happened on the chain that concerns the market. Jobs have their numbers in the escrow.
public enum EscrowEvent: Hashable, Sendable, Codable {
  case opened(job: UInt64, client: Address, terms: EscrowTerms, deposit: U256)
  case funded(job: UInt64, amount: U256)
  case matched(job: UInt64, provider: Address, verifier: Address, lease: UInt64)
  case started(job: UInt64, provider: Address, lease: UInt64)
  case enlisted(job: UInt64, verifier: Address, lease: UInt64)
  case heartbeat(job: UInt64)
  case committed(job: UInt64, checkpoint: UInt64, steps: UInt64, root: Digest, maturesAt: UInt64)
  case attested(job: UInt64, checkpoint: UInt64)
  case released(
    job: UInt64, checkpoint: UInt64, provider: Address, toProvider: U256, toVault: U256,
    toVerifier: U256)
  case relisted(job: UInt64, lease: UInt64)
  case stopping(job: UInt64, stopAt: UInt64)
  case closed(job: UInt64)
  case disputeOpened(job: UInt64, checkpoint: UInt64)
  case disputeResolved(job: UInt64, checkpoint: UInt64, convicted: Bool)
  case bondsReleased(job: UInt64, lease: UInt64)
  case ended(job: UInt64, state: End, refund: U256)
  /// What an account has bonded in a role and neither locked nor asked back.
  case bond(owner: Address, role: Role, free: U256)

  public enum Role: UInt8, Hashable, Sendable, Codable {
    case provider = 1
    case verifier = 2
  }

  public enum End: UInt8, Hashable, Sendable, Codable {
    case settled = 6
    case refunded = 7
    case slashed = 8
  }
}

/// A block of the chain with what it holds for the market.
public struct EscrowBlock: Hashable, Sendable, Codable {
  public struct Entry: Hashable, Sendable, Codable {
    public var event: EscrowEvent
    public var transaction: Digest

    public init(_ event: EscrowEvent, transaction: Digest) {
      self.event = event
      self.transaction = transaction
    }
  }

  public var number: UInt64
  public var hash: Digest
  /// Seconds since 1970.
  public var timestamp: UInt64
  public var entries: [Entry]

  public init(number: UInt64, hash: Digest, timestamp: UInt64, entries: [Entry]) {
    self.number = number
    self.hash = hash
    self.timestamp = timestamp
    self.entries = entries
  }
}
