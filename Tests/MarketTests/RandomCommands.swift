import Market

/// A stream of numbers that is the same in every run (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Commands of few accounts around few prices, so that everything meets, and now and then a bad one.
struct RandomCommands {
  var random: Seeded
  /// Orders that were seen, living and dead.
  var orders: [OrderID] = []
  let accountCount: UInt32

  init(seed: UInt64, accountCount: UInt32) {
    random = Seeded(state: seed)
    self.accountCount = accountCount
  }

  mutating func next() -> Command {
    let account = UInt32.random(in: 0..<(accountCount + (chance(2) ? 1 : 0)), using: &random)
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<50:
      let kind =
        chance(50)
        ? TimeInForce.goodTillCancel : TimeInForce.allCases.randomElement(using: &random)
      return .place(
        account: account, chance(50) ? .buy : .sell, price: price(), quantity: quantity(),
        kind ?? .market, selfTrade: chance(70) ? .cancelResting : .cancelIncoming)
    case 50..<65: return .cancel(order(), account: account)
    case 65..<85:
      return .replace(order(), account: account, price: price(), quantity: quantity())
    case 85..<90: return .deposit(.random(in: 0...200_000, using: &random), account: account)
    case 90..<93: return .withdraw(.random(in: 0...50_000, using: &random), account: account)
    case 93..<96:
      return .limit(
        long: .random(in: 0...200, using: &random), short: .random(in: 0...200, using: &random),
        account: account)
    default: return .clear
    }
  }

  private mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &random) < percent
  }

  private mutating func price() -> UInt16 {
    switch Int.random(in: 0..<100, using: &random) {
    case 0: .random(in: 0...(.max), using: &random)
    case 1: 0
    case 2: 4_095
    case 3..<10: .random(in: 1_900...2_100, using: &random)
    default: .random(in: 2_000...2_009, using: &random)
    }
  }

  private mutating func quantity() -> UInt32 {
    chance(1) ? .max : .random(in: 0...12, using: &random)
  }

  private mutating func order() -> OrderID {
    orders.suffix(24).randomElement(using: &random) ?? .none
  }
}
