public import Primitives

/// A job's terms in the escrow (JobEscrow.vy's `Terms`). Amounts are in the smallest unit of $AI, times
/// in seconds.
public struct EscrowTerms: Hashable, Sendable, Codable {
  /// The job's identifier.
  public var spec: Digest
  public var matcher: Address
  public var pricePerStep: U256
  public var steps: UInt64
  public var checkpointSteps: UInt64
  public var verifierFee: U256
  public var providerBond: U256
  public var verifierBond: U256
  public var startTimeout: UInt64
  public var leaseTimeout: UInt64
  public var challengeWindow: UInt64
  public var deadline: UInt64
  /// In basis points.
  public var checkRate: UInt64
  public var honestCost: U256

  public init(
    spec: Digest, matcher: Address, pricePerStep: U256, steps: UInt64, checkpointSteps: UInt64,
    verifierFee: U256, providerBond: U256, verifierBond: U256, startTimeout: UInt64,
    leaseTimeout: UInt64, challengeWindow: UInt64, deadline: UInt64, checkRate: UInt64,
    honestCost: U256
  ) {
    self.spec = spec
    self.matcher = matcher
    self.pricePerStep = pricePerStep
    self.steps = steps
    self.checkpointSteps = checkpointSteps
    self.verifierFee = verifierFee
    self.providerBond = providerBond
    self.verifierBond = verifierBond
    self.startTimeout = startTimeout
    self.leaseTimeout = leaseTimeout
    self.challengeWindow = challengeWindow
    self.deadline = deadline
    self.checkRate = checkRate
    self.honestCost = honestCost
  }

  /// What the provider earns for all steps; nil where it needs more than 256 bits.
  public var reward: U256? { pricePerStep.multiplied(by: steps) }

  public var checkpointCount: UInt64 {
    steps / max(checkpointSteps, 1) + (steps % max(checkpointSteps, 1) == 0 ? 0 : 1)
  }

  /// What pays for all steps and, were each checkpoint attested, all checks.
  public var deposit: U256? {
    guard let reward, let fees = verifierFee.multiplied(by: checkpointCount) else { return nil }
    return reward.adding(fees)
  }
}
