public import Primitives

/// A call of the escrow that the market itself has to make: as the matcher, or because anybody may and
/// somebody should. Each is due until an ``EscrowEvent`` shows that it happened; the escrow refuses
/// what was done already, so that sending one twice harms nobody.
public enum SettlementOrder: Hashable, Sendable, Codable {
  case assign(job: UInt64, provider: Address, verifier: Address)
  case relist(job: UInt64)
  case close(job: UInt64)
  case release(job: UInt64, count: UInt64)
  case settle(job: UInt64)
  case releaseBonds(job: UInt64, lease: UInt64)
  /// Changes nothing: a block must come, since its hash decides what is checked.
  case poke(job: UInt64)

  public var job: UInt64 {
    switch self {
    case .assign(let job, _, _), .relist(let job), .close(let job), .release(let job, _),
      .settle(let job), .releaseBonds(let job, _), .poke(let job):
      job
    }
  }
}
