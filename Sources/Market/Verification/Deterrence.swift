public import Primitives

/// Why lying does not pay: the chance of a decisive check, times what is then lost, is no less than
/// what a lie saves, `p · (R + S) ≥ c`.
public struct Deterrence: Hashable, Sendable, Codable {
  /// p, in basis points.
  public var checkBasisPoints: UInt64
  /// c: what an honest computation costs, in the smallest unit of $AI.
  public var honestCost: U256
  /// R: what the provider earns.
  public var reward: U256
  /// S: what the provider loses when convicted.
  public var bond: U256

  public static let basisPoints: UInt64 = 10_000

  public init(checkBasisPoints: UInt64, honestCost: U256, reward: U256, bond: U256) {
    self.checkBasisPoints = checkBasisPoints
    self.honestCost = honestCost
    self.reward = reward
    self.bond = bond
  }

  /// The least chance that deters, in basis points, rounded up; nil where none does.
  public var requiredBasisPoints: UInt64? {
    guard let stake = reward.adding(bond), !stake.isZero,
      let scaled = honestCost.multiplied(by: Self.basisPoints)
    else { return honestCost.isZero ? 0 : nil }
    let (quotient, remainder) = scaled.quotientAndRemainder(dividingBy: stake)
    let rounded = remainder.isZero ? quotient : quotient &+ .one
    return rounded <= U256(Self.basisPoints) ? rounded.clamped : nil
  }

  public var deters: Bool {
    guard let requiredBasisPoints else { return false }
    return requiredBasisPoints <= checkBasisPoints
  }

  /// The bond at which somebody who gains `value` from one false segment of `segmentCount` still
  /// loses: `S ≥ G · T / p`, rounded up; nil where it needs more than 256 bits or p is zero.
  public static func bond(
    against value: U256, segmentCount: UInt64, checkBasisPoints: UInt64
  ) -> U256? {
    guard checkBasisPoints > 0, let loss = value.multiplied(by: segmentCount),
      let scaled = loss.multiplied(by: basisPoints)
    else { return nil }
    let (quotient, remainder) = scaled.quotientAndRemainder(
      dividingBy: U256(checkBasisPoints))
    return remainder.isZero ? quotient : quotient.adding(.one)
  }
}
