/// An order on its way into the book.
public struct Incoming: Hashable, Sendable, BitwiseCopyable {
  public let account: UInt32
  public let side: Side
  /// In ticks, below ``OrderBook/priceCount``.
  public let price: UInt16
  /// In lots, at least 1.
  public internal(set) var quantity: UInt32
  public let timeInForce: TimeInForce
  public let selfTrade: SelfTradePrevention

  /// Nil where price or quantity is out of range.
  public init?(
    account: UInt32, _ side: Side, price: UInt16, quantity: UInt32,
    _ timeInForce: TimeInForce = .goodTillCancel,
    selfTrade: SelfTradePrevention = .cancelResting
  ) {
    guard price < OrderBook.priceCount, quantity > 0 else { return nil }
    self.init(
      account: account, side: side, price: price, quantity: quantity, timeInForce: timeInForce,
      selfTrade: selfTrade)
  }

  init(
    account: UInt32, side: Side, price: UInt16, quantity: UInt32, timeInForce: TimeInForce,
    selfTrade: SelfTradePrevention
  ) {
    self.account = account
    self.side = side
    self.price = price
    self.quantity = quantity
    self.timeInForce = timeInForce
    self.selfTrade = selfTrade
  }
}

extension OrderBook {
  /// What became of an order.
  public enum Placement: Equatable, Sendable {
    /// It rests with this quantity.
    case rests(OrderID, UInt32)
    /// All of it has traded.
    case filled
    /// The rest of it, this quantity, is dropped.
    case dropped(UInt32)
    case refused(Rejection)
  }

  /// Matches an order, continuously, and lets the rest of it rest if it may.
  public mutating func place(_ incoming: Incoming) -> Placement {
    forgetEvents()
    switch incoming.timeInForce {
    case .goodTillCancel:
      // Before anything trades: what is left must find room.
      guard !pool.isFull else { return .refused(.bookFull) }
    case .postOnly:
      guard !crosses(incoming) else { return .refused(.wouldTrade) }
      guard !pool.isFull else { return .refused(.bookFull) }
    case .fillOrKill:
      guard reach(incoming).quantity == UInt64(incoming.quantity) else {
        return .refused(.notFillable)
      }
    case .immediateOrCancel, .market: break
    }
    var order = incoming
    let goesOn = match(&order, as: .none)
    guard order.quantity > 0 else { return .filled }
    guard goesOn, order.timeInForce == .goodTillCancel || order.timeInForce == .postOnly,
      let slot = pool.take()
    else { return .dropped(order.quantity) }
    rest(order, in: slot)
    return .rests(pool.id(of: slot), order.quantity)
  }

  /// Lets an order rest without matching, for an auction.
  mutating func collect(_ incoming: Incoming) -> Placement {
    forgetEvents()
    guard let slot = pool.take() else { return .refused(.bookFull) }
    rest(incoming, in: slot)
    return .rests(pool.id(of: slot), incoming.quantity)
  }

  /// Takes an order out; false where there is none of this name.
  public mutating func cancel(_ id: OrderID) -> Bool {
    guard let slot = pool.slot(of: id) else { return false }
    cancel(slot: slot)
    return true
  }

  /// Gives a resting order another price; nil where there is none of this name.
  public mutating func move(_ id: OrderID, to price: UInt16) -> Placement? {
    guard let slot = pool.slot(of: id), price < Self.priceCount else { return nil }
    return replace(
      slot: slot, price: price, quantity: pool.orders[slot].quantity, matching: true)
  }

  /// Takes an order out.
  mutating func cancel(slot: Int) {
    forgetEvents()
    remove(UInt32(truncatingIfNeeded: slot))
  }

  /// Gives a resting order another price and quantity. Less of it at the same price keeps its place;
  /// anything else goes to the end and may trade first.
  mutating func replace(slot: Int, price: UInt16, quantity: UInt32, matching: Bool) -> Placement {
    forgetEvents()
    let old = pool.orders[slot]
    let handle = UInt32(truncatingIfNeeded: slot)
    let id = pool.id(of: handle)
    if price == old.price, quantity <= old.quantity {
      pool.orders[slot].quantity = quantity
      return .rests(id, quantity)
    }
    unlink(handle)
    var order = Incoming(
      account: old.account, side: old.side, price: price, quantity: quantity,
      timeInForce: .goodTillCancel, selfTrade: .cancelResting)
    if matching { _ = match(&order, as: id) }
    guard order.quantity > 0 else {
      pool.giveBack(handle)
      return .filled
    }
    rest(order, in: handle)
    return .rests(id, order.quantity)
  }

  private mutating func rest(_ order: Incoming, in slot: UInt32) {
    pool.fill(slot, order)
    link(slot)
  }

  mutating func remove(_ slot: UInt32) {
    unlink(slot)
    pool.giveBack(slot)
  }

  /// The price of an order as a rank among those that it may trade with.
  @inline(__always)
  private static func limit(_ order: Incoming) -> Int {
    PriceLevels.rank(order.side.opposite, price: order.price)
  }

  private func crosses(_ order: Incoming) -> Bool {
    levels.best(order.side.opposite) >= Self.limit(order)
  }

  /// Trades an order against the other side, best price first, oldest first. Returns whether it may
  /// go on: false once it met its own account and is to stop there.
  private mutating func match(_ order: inout Incoming, as taker: OrderID) -> Bool {
    let side = order.side.opposite
    let limit = Self.limit(order)
    while order.quantity > 0 {
      let rank = levels.best(side)
      guard rank >= limit else { break }
      let slot = levels.levels[PriceLevels.index(side, rank: rank)].head
      let maker = pool.orders[Int(slot)]
      let isOwn = maker.account == order.account
      if isOwn, order.selfTrade == .cancelIncoming { return false }
      let quantity = isOwn ? maker.quantity : min(order.quantity, maker.quantity)
      events.append(
        Event(
          kind: isOwn ? .selfTradeCancelled : .trade, makerSide: side, price: maker.price,
          makerLimit: maker.price, takerLimit: order.price, quantity: quantity,
          makerAccount: maker.account, takerAccount: order.account,
          maker: OrderID(slot: slot, generation: maker.generation), taker: taker))
      if !isOwn { order.quantity &-= quantity }
      if quantity == maker.quantity {
        remove(slot)
      } else {
        pool.orders[Int(slot)].quantity = maker.quantity &- quantity
      }
    }
    return true
  }

  /// How much of an order would trade at once, and what that costs in ticks times lots.
  func reach(_ order: Incoming) -> (quantity: UInt64, cost: UInt64) {
    let side = order.side.opposite
    var left = UInt64(order.quantity)
    var cost: UInt64 = 0
    var rank = levels.best(side)
    while left > 0, rank >= Self.limit(order) {
      var slot = levels.levels[PriceLevels.index(side, rank: rank)].head
      while left > 0, slot != PriceLevels.none {
        let maker = pool.orders[Int(slot)]
        slot = maker.next
        if maker.account == order.account {
          if order.selfTrade == .cancelIncoming { return (UInt64(order.quantity) - left, cost) }
          continue
        }
        let quantity = min(left, UInt64(maker.quantity))
        left -= quantity
        cost += quantity * UInt64(maker.price)
      }
      rank = levels.next(side, after: rank)
    }
    return (UInt64(order.quantity) - left, cost)
  }
}
