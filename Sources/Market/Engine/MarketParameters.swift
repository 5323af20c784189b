public import Primitives

/// The market's rules. Ratios are in millionths, amounts in the smallest unit of $AI.
public struct MarketParameters: Hashable, Sendable {
  /// Who names providers and verifiers: the market's own account on the chain.
  public var matcher: Address

  /// A provider's bond for a lease, as a multiple of what it earns.
  public var bondRatioPPM: UInt64 = 9_000_000
  /// A verifier's, likewise.
  public var verifierBondRatioPPM: UInt64 = 1_000_000
  /// The chance of a check unless a job asks for more: half as much again as deters alone, so that who
  /// owns a third of the verifiers is deterred too.
  public var checkBasisPoints: UInt64 = 1_500
  /// What a verifier gets for a check, as a part of what the checked steps cost: all is computed anew.
  public var verifierFeeRatioPPM: UInt64 = 1_000_000

  /// How long a provider may think about an assignment.
  public var answerMilliseconds: Int64 = 10_000
  public var heartbeatMilliseconds: Int64 = 5_000
  /// After this many missing heartbeats a lease is lost.
  public var heartbeatsMissedMax: Int64 = 3
  /// From a match to the first sign of life on the chain.
  public var startSeconds: UInt64 = 60
  /// Without a sign of life on the chain.
  public var leaseSeconds: UInt64 = 30
  /// How long a result can be challenged, unless a job asks for more; at least a quarter of it.
  public var challengeSeconds: UInt64 = 60
  /// How long a chain may be silent before a block is asked for that decides on a check.
  public var seedMilliseconds: Int64 = 2_000
  /// How long a job may wait for its money.
  public var draftMilliseconds: Int64 = 3_600_000
  public var leaseCountMax: UInt64 = 5
  public var durationMilliseconds: Int64 = 30 * 86_400_000

  public var offersPerProviderMax = 64
  public var jobsPerSubmitterMax = 1_000
  public var jobsMax = 1_000_000
  /// How many log entries lie between two state hashes.
  public var stateHashInterval: UInt64 = 64

  public init(matcher: Address) {
    self.matcher = matcher
  }

  /// When a lease without heartbeats is lost.
  var lossMilliseconds: Int64 { heartbeatMilliseconds * heartbeatsMissedMax }
}

extension U256 {
  /// The part of it that a ratio in millionths names, rounded up; nil where it needs more than 256
  /// bits.
  func scaled(ppm: UInt64) -> U256? {
    guard let product = multiplied(by: ppm) else { return nil }
    let (quotient, remainder) = product.quotientAndRemainder(dividingBy: 1_000_000)
    return remainder.isZero ? quotient : quotient.adding(.one)
  }
}
