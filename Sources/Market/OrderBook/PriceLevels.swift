/// The prices at which orders rest: for each the first and the last order, and bitmaps that find the
/// best price in two steps.
///
/// A level is named by a *rank*: the price itself for bids, and for asks the price counted from the
/// other end, so that on either side the higher rank is the better price. Sides come in random order;
/// code that need not tell them apart has no branch for a processor to guess.
struct PriceLevels {
  /// Two levels of 64 bits.
  static let count = 4_096
  /// No order.
  static let none = UInt32.max

  struct Level: BitwiseCopyable {
    var head = PriceLevels.none
    var tail = PriceLevels.none
  }

  /// By side and rank.
  var levels = [Level](repeating: Level(), count: 2 * count)
  /// Bit `r % 64` of word `r / 64` of a side: somebody rests at rank r.
  private var words = [UInt64](repeating: 0, count: 2 * count / 64)
  /// Bit w: word w of the side is not 0.
  private var buySummary: UInt64 = 0
  private var sellSummary: UInt64 = 0

  @inline(__always)
  static func rank(_ side: Side, price: UInt16) -> Int {
    Int(price) ^ (Int(side.rawValue) &* (count &- 1))
  }

  /// A rank's price: the same operation.
  @inline(__always)
  static func price(_ side: Side, rank: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: rank ^ (Int(side.rawValue) &* (count &- 1)))
  }

  @inline(__always)
  static func index(_ side: Side, rank: Int) -> Int {
    Int(side.rawValue) &* count &+ rank
  }

  @inline(__always)
  private func summary(_ side: Side) -> UInt64 { side == .buy ? buySummary : sellSummary }

  /// The rank of the best price of a side; -1 where nobody rests.
  @inline(__always)
  func best(_ side: Side) -> Int {
    let summary = summary(side)
    guard summary != 0 else { return -1 }
    let word = summary.highestBit
    return word &* 64 &+ words[Int(side.rawValue) &* 64 &+ word].highestBit
  }

  /// The rank of the next price that is worse; -1 where there is none.
  func next(_ side: Side, after rank: Int) -> Int {
    let word = rank / 64
    let base = Int(side.rawValue) * 64
    let inWord = words[base + word] & (1 << UInt64(rank % 64) &- 1)
    if inWord != 0 { return word * 64 + inWord.highestBit }
    let rest = summary(side) & (1 << UInt64(word) &- 1)
    guard rest != 0 else { return -1 }
    return rest.highestBit * 64 + words[base + rest.highestBit].highestBit
  }

  @inline(__always)
  mutating func fill(_ side: Side, rank: Int) {
    words[Int(side.rawValue) &* 64 &+ rank >> 6] |= 1 << UInt64(rank & 63)
    let bit: UInt64 = 1 << UInt64(rank >> 6)
    buySummary |= side == .buy ? bit : 0
    sellSummary |= side == .sell ? bit : 0
  }

  @inline(__always)
  mutating func empty(_ side: Side, rank: Int) {
    let word = Int(side.rawValue) &* 64 &+ rank >> 6
    let left = words[word] & ~(1 << UInt64(rank & 63))
    words[word] = left
    let bit: UInt64 = left == 0 ? 1 << UInt64(rank >> 6) : 0
    buySummary &= ~(side == .buy ? bit : 0)
    sellSummary &= ~(side == .sell ? bit : 0)
  }
}

extension UInt64 {
  /// The number of the highest bit set; there must be one.
  @inline(__always)
  fileprivate var highestBit: Int { 63 &- leadingZeroBitCount }
}
