public import Primitives

/// Something that happens to the market: all that its log needs to repeat it.
public enum MarketInput: Hashable, Sendable, Codable {
  case postOffer(Offer)
  case amendOffer(Digest, by: Address, unitPrice: U256?, quantity: UInt64?)
  case cancelOffer(Digest, by: Address)
  case submitJob(Digest, by: Address, terms: JobTerms, intent: [UInt8])
  case cancelJob(Digest, by: Address)

  case provider(Address, isServing: Bool, leaseCountMax: Int)
  case verifier(Address, isServing: Bool, checkCountMax: Int)

  case answer(lease: Digest, by: Address, isAccepted: Bool, message: String)
  case progress(lease: Digest, by: Address, state: JobState, steps: UInt64)
  case checkpoint(lease: Digest, by: Address, hash: Digest, steps: UInt64)
  /// Its heartbeats have stopped.
  case lose(lease: Digest)
  case complete(lease: Digest, by: Address, Lease.Result)
  case fail(
    lease: Digest, by: Address, reason: LeaseEndReason, message: String, isPermanent: Bool)

  case commitCheck(Digest, by: Address, commitment: Digest)
  case revealCheck(Digest, by: Address, resultHash: Digest, salt: Digest)
  case refuseCheck(Digest, by: Address, message: String)

  case block(EscrowBlock)
  /// The time comes along with each input; here nothing else does.
  case clock
}

/// What follows from an input for those who are connected.
public enum MarketAction: Hashable, Sendable {
  /// A provider is asked to take a lease.
  case ask(Address, lease: Digest)
  case endLease(Address, lease: Digest)
  /// The escrow has named a verifier, whose bond it wants.
  case standBy(Address, job: Digest)
  case check(Address, Digest)
  case reveal(Address, Digest)
  case checkOutcome(Address, Digest)
  case jobChanged(Digest)
  case offerChanged(Digest)
}
