/// Philox4x32-10: random numbers that are a function of a key and a counter.
///
/// From "Parallel Random Numbers: As Easy as 1, 2, 3" (Salmon et al., SC 2011). Every draw is named by
/// where it is used, so the order in which threads draw changes nothing.
public struct Philox4x32: Hashable, Sendable {
  private let key: (UInt32, UInt32)

  /// - Parameter seed: The key: its lower half is the first word.
  public init(seed: UInt64) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
  }

  /// The four words for a counter.
  public func words(
    _ counter: (UInt32, UInt32, UInt32, UInt32)
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (x0, x1, x2, x3) = counter
    var (k0, k1) = key
    for _ in 0..<10 {
      let first = UInt64(x0) * 0xD251_1F53
      let second = UInt64(x2) * 0xCD9E_8D57
      (x0, x1, x2, x3) = (
        UInt32(truncatingIfNeeded: second >> 32) ^ x1 ^ k0, UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ x3 ^ k1, UInt32(truncatingIfNeeded: first)
      )
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return (x0, x1, x2, x3)
  }

  /// A number of [0, 1) with 24 bits, the draw `index` of a node in a step.
  ///
  /// The counter is (step's lower half, step's upper half, node, index); of the four words the first
  /// is used: u = (x >> 8) * 2^-24.
  public func uniform(step: UInt64, node: UInt32, index: UInt32) -> Float {
    let word = words(
      (UInt32(truncatingIfNeeded: step), UInt32(truncatingIfNeeded: step >> 32), node, index)
    ).0
    return Float(word >> 8) * 0x1p-24
  }

  public static func == (left: Philox4x32, right: Philox4x32) -> Bool { left.key == right.key }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(key.0)
    hasher.combine(key.1)
  }
}
