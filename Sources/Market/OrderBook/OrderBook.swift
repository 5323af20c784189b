/// A book of limit orders for one instrument, matched by price and then by time.
///
/// Prices are ticks from 0 up to 4,095 and quantities whole lots. All room is taken in advance: a
/// pool of orders, an array of price levels with lists through the pool, and bitmaps over the
/// levels. Nothing here knows who may trade; ``Exchange`` does.
public struct OrderBook: ~Copyable {
  public static let priceCount = PriceLevels.count
  public static let capacityMax = 1 << 24

  var pool: OrderPool
  var levels = PriceLevels()
  /// What the last operation did to resting orders.
  public internal(set) var events: [Event] = []

  /// - Parameter capacity: how many orders can rest at once, at most ``capacityMax``.
  public init(capacity: Int) {
    let capacity = min(max(capacity, 1), Self.capacityMax)
    pool = OrderPool(capacity: capacity)
    events.reserveCapacity(capacity)
  }

  /// How many orders rest.
  public var orderCount: Int { pool.liveCount }

  public var eventCount: Int { events.count }

  @inline(__always)
  mutating func forgetEvents() {
    if !events.isEmpty { events.removeAll(keepingCapacity: true) }
  }

  /// The best price of a side, in ticks, if anybody is there.
  public func best(_ side: Side) -> UInt16? {
    let rank = levels.best(side)
    return rank < 0 ? nil : PriceLevels.price(side, rank: rank)
  }

  /// Whether an order still rests.
  public func isLive(_ id: OrderID) -> Bool { pool.slot(of: id) != nil }

  /// A resting order, if it lives.
  public func order(_ id: OrderID) -> Resting? {
    pool.slot(of: id).map { slot in
      let order = pool.orders[slot]
      return Resting(
        account: order.account, side: order.side, price: order.price, quantity: order.quantity)
    }
  }

  public struct Resting: Hashable, Sendable {
    public let account: UInt32
    public let side: Side
    public let price: UInt16
    public let quantity: UInt32
  }

  /// The depth of a side: price and total quantity, best first, at most `limit` prices.
  public func depth(_ side: Side, limit: Int) -> [(price: UInt16, quantity: UInt64)] {
    var depth: [(price: UInt16, quantity: UInt64)] = []
    var rank = levels.best(side)
    while rank >= 0, depth.count < limit {
      depth.append((PriceLevels.price(side, rank: rank), total(side, rank: rank)))
      rank = levels.next(side, after: rank)
    }
    return depth
  }

  func total(_ side: Side, rank: Int) -> UInt64 {
    var total: UInt64 = 0
    var slot = levels.levels[PriceLevels.index(side, rank: rank)].head
    while slot != PriceLevels.none {
      total += UInt64(pool.orders[Int(slot)].quantity)
      slot = pool.orders[Int(slot)].next
    }
    return total
  }
}

// The lists through the pool.
extension OrderBook {
  /// Puts an order last at its price.
  mutating func link(_ slot: UInt32) { Self.link(slot, &levels, &pool) }

  mutating func unlink(_ slot: UInt32) { Self.unlink(slot, &levels, &pool) }

  @inline(__always)
  private static func link(
    _ slot: UInt32, _ levels: inout PriceLevels, _ pool: inout OrderPool
  ) {
    var orders = pool.orders.mutableSpan
    let side = orders[Int(slot)].side
    let rank = PriceLevels.rank(side, price: orders[Int(slot)].price)
    let index = PriceLevels.index(side, rank: rank)
    let tail = levels.levels[index].tail
    orders[Int(slot)].next = PriceLevels.none
    orders[Int(slot)].previous = tail
    if tail == PriceLevels.none {
      levels.levels[index] = .init(head: slot, tail: slot)
      levels.fill(side, rank: rank)
    } else {
      levels.levels[index].tail = slot
      orders[Int(tail)].next = slot
    }
  }

  @inline(__always)
  private static func unlink(
    _ slot: UInt32, _ levels: inout PriceLevels, _ pool: inout OrderPool
  ) {
    var orders = pool.orders.mutableSpan
    let order = orders[Int(slot)]
    if order.next != PriceLevels.none { orders[Int(order.next)].previous = order.previous }
    if order.previous != PriceLevels.none { orders[Int(order.previous)].next = order.next }
    if order.next != PriceLevels.none, order.previous != PriceLevels.none { return }
    let rank = PriceLevels.rank(order.side, price: order.price)
    let index = PriceLevels.index(order.side, rank: rank)
    var level = levels.levels[index]
    if order.previous == PriceLevels.none { level.head = order.next }
    if order.next == PriceLevels.none { level.tail = order.previous }
    levels.levels[index] = level
    if level.head == PriceLevels.none { levels.empty(order.side, rank: rank) }
  }
}
