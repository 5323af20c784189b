/// The rule sets of Ethereum's execution layer, oldest first.
///
/// Forks that changed nothing in execution (difficulty bombs, the DAO's own block) are left out.
public enum Fork: UInt8, Comparable, Sendable, CaseIterable {
  case frontier
  case homestead
  /// EIP-150.
  case tangerineWhistle
  /// EIP-155, 160, 161, 170.
  case spuriousDragon
  case byzantium
  case constantinople
  /// Constantinople without EIP-1283.
  case petersburg
  case istanbul
  case berlin
  case london
  /// The Merge: difficulty became randomness.
  case paris
  case shanghai
  case cancun
  case prague
  case osaka
  /// Blob parameters alone differ from Osaka's (EIP-7892).
  case bpo1
  case bpo2

  public static func < (left: Fork, right: Fork) -> Bool {
    left.rawValue < right.rawValue
  }
}
