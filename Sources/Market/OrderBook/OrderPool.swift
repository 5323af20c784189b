/// The orders' places: a fixed number of them, so that the book never allocates.
struct OrderPool {
  struct Order: BitwiseCopyable {
    var next = PriceLevels.none
    var previous = PriceLevels.none
    var quantity: UInt32 = 0
    var account: UInt32 = 0
    /// Which order has the place now; even while nobody has it.
    var generation: UInt32 = 0
    var price: UInt16 = 0
    var side = Side.buy
  }

  var orders: [Order]
  /// Places that are free, the next one last.
  private(set) var free: [UInt32]

  init(capacity: Int) {
    orders = [Order](repeating: Order(), count: capacity)
    free = (0..<UInt32(capacity)).reversed()
  }

  init(orders: [Order], free: [UInt32]) {
    self.orders = orders
    self.free = free
  }

  var isFull: Bool { free.isEmpty }
  var liveCount: Int { orders.count - free.count }

  /// Takes a free place, if there is one. After 2^31 uses the place is not used again.
  mutating func take() -> UInt32? {
    guard let slot = free.popLast() else { return nil }
    orders[Int(slot)].generation &+= 1
    return slot
  }

  @inline(__always)
  mutating func fill(_ slot: UInt32, _ order: Incoming) {
    var orders = orders.mutableSpan
    orders[Int(slot)].quantity = order.quantity
    orders[Int(slot)].account = order.account
    orders[Int(slot)].price = order.price
    orders[Int(slot)].side = order.side
  }

  mutating func giveBack(_ slot: UInt32) {
    let generation = orders[Int(slot)].generation &+ 1
    orders[Int(slot)].generation = generation
    orders[Int(slot)].quantity = 0
    // A generation that begins anew would let an old name find a new order.
    if generation != 0 { free.append(slot) }
  }

  /// The place of a live order.
  func slot(of id: OrderID) -> Int? {
    let slot = Int(id.slot)
    guard slot < orders.count, orders[slot].generation == id.generation,
      id.generation & 1 == 1
    else { return nil }
    return slot
  }

  func id(of slot: UInt32) -> OrderID {
    OrderID(slot: slot, generation: orders[Int(slot)].generation)
  }
}
