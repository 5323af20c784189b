extension Exchange {
  /// The bytes are no snapshot of a state that can be.
  public struct InvalidSnapshot: Error, Hashable, Sendable {}

  /// The exchange of a snapshot. Everything is checked: the bytes may come from anywhere.
  public static func restored(
    from bytes: Span<UInt8>
  ) throws(InvalidSnapshot) -> Exchange {
    var reader = SnapshotReader(bytes.count)
    for byte in snapshotMagic {
      guard try reader.read(UInt8.self, bytes) == byte else { throw InvalidSnapshot() }
    }
    var header: [UInt64] = []
    for _ in 0..<JournalFormat.headerWordCount {
      header.append(try reader.read(UInt64.self, bytes))
    }
    guard let configuration = JournalFormat.configuration(header.span),
      // Before anything is allocated: the bytes must be there.
      reader.left >= configuration.accountCount * 48 + configuration.orderCapacity * 4
    else { throw InvalidSnapshot() }
    var exchange = Exchange(configuration)
    try exchange.read(&reader, bytes)
    return exchange
  }

  private mutating func read(
    _ reader: inout SnapshotReader, _ bytes: Span<UInt8>
  ) throws(InvalidSnapshot) {
    commandCount = try reader.read(UInt64.self, bytes)
    money = try reader.read(UInt64.self, bytes)
    let clearing = OrderBook.Clearing(
      price: 0, quantity: try reader.read(UInt64.self, bytes))
    let price = try reader.read(UInt16.self, bytes)
    guard price < OrderBook.priceCount, clearing.quantity > 0 || price == 0,
      money <= Self.moneyMax
    else { throw InvalidSnapshot() }
    if clearing.quantity > 0 {
      lastClearing = OrderBook.Clearing(price: price, quantity: clearing.quantity)
    }
    for index in accounts.indices { accounts[index] = try reader.account(bytes) }
    try readOrders(&reader, bytes)
    guard reader.left == 0 else { throw InvalidSnapshot() }
    try checkAccounts()
  }

  private mutating func readOrders(
    _ reader: inout SnapshotReader, _ bytes: Span<UInt8>
  ) throws(InvalidSnapshot) {
    var orders = book.pool.orders
    for index in orders.indices {
      orders[index].generation = try reader.read(UInt32.self, bytes)
    }
    var isFree = [Bool](repeating: false, count: orders.count)
    var free: [UInt32] = []
    free.reserveCapacity(orders.count)
    for _ in 0..<(try reader.read(UInt32.self, bytes)) {
      let slot = try reader.read(UInt32.self, bytes)
      guard slot < orders.count, !isFree[Int(slot)], orders[Int(slot)].generation & 1 == 0 else {
        throw InvalidSnapshot()
      }
      isFree[Int(slot)] = true
      free.append(slot)
    }
    book.pool = OrderPool(orders: orders, free: free)
    var last = -1
    for _ in 0..<(try reader.read(UInt32.self, bytes)) {
      let slot = try reader.read(UInt32.self, bytes)
      let account = try reader.read(UInt32.self, bytes)
      let quantity = try reader.read(UInt32.self, bytes)
      let price = try reader.read(UInt16.self, bytes)
      let sideNumber = try reader.read(UInt8.self, bytes)
      guard slot < orders.count, account < accounts.count, quantity > 0,
        price < OrderBook.priceCount, let side = Side(rawValue: sideNumber),
        case let place = PriceLevels.index(
          side, rank: PriceLevels.count - 1 - PriceLevels.rank(side, price: price)),
        last <= place,
        book.pool.orders[Int(slot)].generation & 1 == 1,
        book.pool.orders[Int(slot)].quantity == 0
      else { throw InvalidSnapshot() }
      last = place
      book.pool.orders[Int(slot)].account = account
      book.pool.orders[Int(slot)].quantity = quantity
      book.pool.orders[Int(slot)].price = price
      book.pool.orders[Int(slot)].side = side
      book.link(slot)
    }
    for order in book.pool.orders where (order.generation & 1 == 1) != (order.quantity > 0) {
      throw InvalidSnapshot()
    }
    // A place is free unless it has an order or has been used up.
    for (slot, order) in book.pool.orders.enumerated()
    where order.generation & 1 == 0 && !isFree[slot] && order.generation != 0 {
      throw InvalidSnapshot()
    }
    guard
      configuration.mode == .auction
        || Int(book.best(.buy) ?? 0) < Int(book.best(.sell) ?? UInt16.max)
    else { throw InvalidSnapshot() }
  }

  /// What accounts hold and owe is what their orders say, and money adds up.
  private func checkAccounts() throws(InvalidSnapshot) {
    var expected = [Account](repeating: Account(), count: accounts.count)
    for order in book.pool.orders where order.quantity > 0 {
      let cost = Int64(order.price) * Int64(order.quantity)
      let index = Int(order.account)
      if order.side == .buy {
        expected[index].held &+= cost
        expected[index].openBuys += Int64(order.quantity)
      } else {
        expected[index].openSells += Int64(order.quantity)
      }
    }
    var total: UInt64 = 0
    for (account, expected) in zip(accounts, expected) {
      guard account.free >= 0, account.held == expected.held, account.held >= 0,
        account.openBuys == expected.openBuys, account.openSells == expected.openSells,
        account.position.magnitude <= UInt64(UInt32.max)
      else { throw InvalidSnapshot() }
      total &+= UInt64(account.free) &+ UInt64(account.held)
      guard total <= money else { throw InvalidSnapshot() }
    }
    guard total == money else { throw InvalidSnapshot() }
  }
}

/// Where a snapshot is read, and how much of it is left.
private struct SnapshotReader {
  private var offset = 0
  private let count: Int

  init(_ count: Int) { self.count = count }

  var left: Int { count - offset }

  private mutating func skip(_ length: Int) throws(Exchange.InvalidSnapshot) -> Range<Int> {
    guard length <= left else { throw Exchange.InvalidSnapshot() }
    offset += length
    return offset - length..<offset
  }

  mutating func read<Value: FixedWidthInteger & UnsignedInteger>(
    _: Value.Type, _ bytes: Span<UInt8>
  ) throws(Exchange.InvalidSnapshot) -> Value {
    bytes.littleEndian(at: try skip(Value.bitWidth / 8).lowerBound)
  }

  mutating func account(_ bytes: Span<UInt8>) throws(Exchange.InvalidSnapshot) -> Account {
    var account = Account()
    account.free = Int64(bitPattern: try read(UInt64.self, bytes))
    account.held = Int64(bitPattern: try read(UInt64.self, bytes))
    account.position = Int64(bitPattern: try read(UInt64.self, bytes))
    account.openBuys = Int64(bitPattern: try read(UInt64.self, bytes))
    account.openSells = Int64(bitPattern: try read(UInt64.self, bytes))
    account.longLimit = try read(UInt32.self, bytes)
    account.shortLimit = try read(UInt32.self, bytes)
    return account
  }
}
