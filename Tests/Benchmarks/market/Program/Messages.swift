/// The message mix of exchange-core, as `peer.cc` makes it: 9 % limit, 3 % immediate-or-cancel, 6 %
/// cancel, 82 % move; even ids bid, odd ones ask.
struct Messages {
  struct Message: BitwiseCopyable {
    enum Kind: UInt8 { case limit, immediate, cancel, move }
    let id: UInt32
    let quantity: UInt32
    let price: UInt16
    let kind: Kind
    let isBuy: Bool
  }

  static let idCount: UInt64 = 1_000
  /// Where all immediate orders reach.
  static let immediateBuy: UInt16 = 2_300
  static let immediateSell: UInt16 = 1_800
  /// Orders in the book before the clock starts: price and side of each id.
  let resting: [(price: UInt16, isBuy: Bool)]
  let messages: [Message]

  init(count: Int) {
    var random = SplitMix(state: 7)
    resting = (0..<Self.idCount).map { id in
      let ticks = UInt16(random.next() % 375)
      return id & 1 == 0 ? (2_047 - ticks, true) : (2_049 + ticks, false)
    }
    messages = (0..<count).map { _ in
      let share = random.next() % 100
      let id = random.next() % Self.idCount
      let isBuy = id & 1 == 0
      let far = UInt16(1 + random.next() % 375)
      let near = UInt16(1 + random.next() % 4)
      let crosses = random.next() % 100 < 6
      let price: UInt16 =
        crosses ? (isBuy ? 2_048 + near : 2_048 - near) : (isBuy ? 2_048 - far : 2_048 + far)
      return Message(
        id: UInt32(id), quantity: UInt32(1 + random.next() % 10), price: price,
        kind: share < 9 ? .limit : share < 12 ? .immediate : share < 18 ? .cancel : .move,
        isBuy: isBuy)
    }
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
