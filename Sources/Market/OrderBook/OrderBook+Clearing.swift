extension OrderBook {
  /// What an auction came to.
  public struct Clearing: Hashable, Sendable {
    /// The one price of all trades, in ticks.
    public let price: UInt16
    /// The lots traded, of each side.
    public let quantity: UInt64
  }

  /// The price at which most trades; of several, where least of the heavier side is left over; of
  /// several again, their middle, rounded down. Nil where nothing crosses.
  public func clearing() -> Clearing? {
    guard let highest = best(.buy).map(Int.init), let lowest = best(.sell).map(Int.init),
      highest >= lowest
    else { return nil }
    // Demand at a price is what bids there or above; supply what asks there or below.
    var demand = depth(.buy, limit: Self.priceCount)
      .filter { $0.price >= lowest }.reduce(into: UInt64(0)) { $0 += $1.quantity }
    var supply: UInt64 = 0
    var best: (quantity: UInt64, surplus: UInt64) = (0, .max)
    var range = lowest...lowest
    for price in lowest...highest {
      supply += total(.sell, rank: PriceLevels.rank(.sell, price: UInt16(price)))
      let quantity = min(demand, supply)
      let surplus = max(demand, supply) - quantity
      if quantity > best.quantity || (quantity == best.quantity && surplus < best.surplus) {
        best = (quantity, surplus)
        range = price...price
      } else if quantity == best.quantity, surplus == best.surplus {
        range = range.lowerBound...price
      }
      demand -= total(.buy, rank: price)
    }
    return Clearing(
      price: UInt16((range.lowerBound + range.upperBound) / 2), quantity: best.quantity)
  }

  /// Trades what crosses at one price: better prices first, older orders first.
  mutating func clear() -> Clearing? {
    forgetEvents()
    guard let clearing = clearing() else { return nil }
    var left = clearing.quantity
    while left > 0 {
      let bid = levels.levels[levels.best(.buy)].head
      let ask = levels.levels[PriceLevels.index(.sell, rank: levels.best(.sell))].head
      let buyer = pool.orders[Int(bid)]
      let seller = pool.orders[Int(ask)]
      let quantity = UInt32(min(left, UInt64(min(buyer.quantity, seller.quantity))))
      events.append(
        Event(
          kind: .trade, makerSide: .sell, price: clearing.price, makerLimit: seller.price,
          takerLimit: buyer.price, quantity: quantity, makerAccount: seller.account,
          takerAccount: buyer.account, maker: pool.id(of: ask), taker: pool.id(of: bid)))
      left -= UInt64(quantity)
      reduce(bid, by: quantity)
      reduce(ask, by: quantity)
    }
    return clearing
  }

  private mutating func reduce(_ slot: UInt32, by quantity: UInt32) {
    let left = pool.orders[Int(slot)].quantity - quantity
    if left == 0 { remove(slot) } else { pool.orders[Int(slot)].quantity = left }
  }
}
