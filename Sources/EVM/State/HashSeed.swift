internal import Primitives

/// Secret numbers that keep attackers from choosing keys that collide in our tables.
///
/// They decide where an entry sits and nothing that can be seen from outside.
struct HashSeed: Sendable {
  let first: UInt64
  let second: UInt64

  init() {
    first = .random(in: .min ... .max)
    second = .random(in: .min ... .max)
  }

  @inline(__always)
  func hash(_ key: U256) -> Int {
    let low = Self.fold(key.w0 ^ first, key.w1 ^ second)
    let high = Self.fold(key.w2 ^ second, key.w3 ^ first)
    return Int(truncatingIfNeeded: Self.fold(low ^ first, high ^ 0x9E37_79B9_7F4A_7C15))
  }

  @inline(__always)
  func hash(_ key: Address) -> Int {
    let low = Self.fold(key.low ^ first, key.middle ^ second)
    return Int(truncatingIfNeeded: Self.fold(low ^ second, UInt64(key.high) ^ first))
  }

  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}
