public import Primitives

/// How much work a block of the old days had to show.
public enum Difficulty {
  /// The formula of a fork, and how far its bomb was put off.
  public enum Rule: Hashable, Sendable {
    /// Yellow Paper of 2015.
    case frontier
    /// EIP-2.
    case homestead
    /// EIP-100, with a bomb that counts from so many blocks later on: EIP-649 (3,000,000), EIP-1234
    /// (5,000,000), EIP-2384 (9,000,000), EIP-3554 (9,700,000), EIP-4345 (10,700,000), EIP-5133
    /// (11,400,000).
    case byzantium(bombDelay: UInt64)
  }

  private static let least = U256(131_072)
  private static let divisor = U256(2048)
  private static let bombPeriod: UInt64 = 100_000
  private static let stepMin: Int64 = -99

  /// The difficulty of block `number`.
  public static func next(
    after parent: U256, parentTimestamp: UInt64, parentHasOmmers: Bool, number: UInt64,
    timestamp: UInt64, rule: Rule
  ) -> U256 {
    let elapsed = timestamp - min(parentTimestamp, timestamp)
    let steps: Int64
    var counted = number
    switch rule {
    case .frontier: steps = elapsed < 13 ? 1 : -1
    case .homestead: steps = max(1 - Int64(clamping: elapsed / 10), stepMin)
    case .byzantium(let delay):
      steps = max((parentHasOmmers ? 2 : 1) - Int64(clamping: elapsed / 9), stepMin)
      counted = number - min(delay, number)
    }
    let change = (parent / divisor).multiplied(by: steps.magnitude) ?? .max
    let moved =
      steps < 0 ? parent.subtracting(change) ?? .zero : parent.adding(change) ?? .max
    let difficulty = max(moved, least)
    let period = counted / bombPeriod
    guard period > 1 else { return difficulty }
    let bomb = period - 2 < 256 ? U256.one.shiftedLeft(by: period - 2) : .max
    return difficulty.adding(bomb) ?? .max
  }
}
