import Market

/// A book and its accounts written for the eye: sorted arrays, dictionaries, no trick. What the fast
/// one is judged by.
struct NaiveExchange {
  struct Order {
    let id: OrderID
    let account: UInt32
    let side: Side
    var price: UInt16
    var quantity: UInt32
    /// The time of its place in the queue.
    var sequence: Int
  }

  struct Holdings {
    var free: Int64 = 0
    var position: Int64 = 0
    var long: Int64 = 0
    var short: Int64 = 0
  }

  struct Trade: Equatable {
    let maker: OrderID
    let price: UInt16
    let quantity: UInt32
  }

  let mode: Exchange.Mode
  let capacity: Int
  var orders: [Order] = []
  var accounts: [Holdings]
  var trades: [Trade] = []
  private var sequence = 0

  init(_ configuration: Exchange.Configuration) {
    mode = configuration.mode
    capacity = configuration.orderCapacity
    accounts = Array(repeating: Holdings(), count: configuration.accountCount)
  }

  func held(_ account: UInt32) -> Int64 {
    orders.filter { $0.account == account && $0.side == .buy }
      .reduce(0) { $0 + Int64($1.price) * Int64($1.quantity) }
  }

  func open(_ account: UInt32, _ side: Side) -> Int64 {
    orders.filter { $0.account == account && $0.side == side }
      .reduce(0) { $0 + Int64($1.quantity) }
  }

  /// Who would trade with an order, best price first and then oldest.
  private func opposite(_ side: Side, limit: UInt16) -> [Order] {
    orders.filter { $0.side != side && (side == .buy ? $0.price <= limit : $0.price >= limit) }
      .sorted {
        if $0.price != $1.price { return side == .buy ? $0.price < $1.price : $0.price > $1.price }
        return $0.sequence < $1.sequence
      }
  }

  private func risk(
    _ command: Command, _ side: Side, quantity: UInt32, cost: Int64
  ) -> Rejection? {
    let account = accounts[Int(command.account)]
    let quantity = Int64(quantity)
    if side == .buy {
      if cost > account.free { return .insufficientBalance }
      if account.position + open(command.account, .buy) + quantity > account.long {
        return .positionLimit
      }
    } else if account.position - open(command.account, .sell) - quantity < -account.short {
      return .positionLimit
    }
    return nil
  }

  /// Applies a command; `id` is the name that the judged exchange gave to a new order.
  mutating func apply(_ command: Command, id: OrderID?) -> Rejection? {
    trades = []
    guard Int(command.account) < accounts.count else { return .unknownAccount }
    switch command.kind {
    case .deposit:
      accounts[Int(command.account)].free += Int64(command.amount)
    case .withdraw:
      guard Int64(command.amount) <= accounts[Int(command.account)].free else {
        return .insufficientBalance
      }
      accounts[Int(command.account)].free -= Int64(command.amount)
    case .limit:
      accounts[Int(command.account)].long = Int64(command.longLimit)
      accounts[Int(command.account)].short = Int64(command.shortLimit)
    case .place: return place(command, id: id)
    case .cancel, .replace:
      guard let index = orders.firstIndex(where: { $0.id == command.order }) else {
        return .unknownOrder
      }
      guard orders[index].account == command.account else { return .notOwner }
      return command.kind == .cancel ? cancel(index) : replace(command, index)
    case .clear:
      guard mode == .auction else { return .wrongMode }
      clear()
    }
    return nil
  }

  private mutating func cancel(_ index: Int) -> Rejection? {
    let order = orders.remove(at: index)
    if order.side == .buy {
      accounts[Int(order.account)].free += Int64(order.price) * Int64(order.quantity)
    }
    return nil
  }

  private mutating func replace(_ command: Command, _ index: Int) -> Rejection? {
    let old = orders[index]
    guard command.price < OrderBook.priceCount else { return .priceOutOfRange }
    let quantity = command.quantity == 0 ? old.quantity : command.quantity
    let before = self
    orders.remove(at: index)
    let cost = Int64(command.price) * Int64(quantity)
    if old.side == .buy {
      accounts[Int(old.account)].free += Int64(old.price) * Int64(old.quantity)
    }
    if let rejection = risk(command, old.side, quantity: quantity, cost: cost) {
      self = before
      return rejection
    }
    if command.price == old.price, quantity <= old.quantity {
      if old.side == .buy { accounts[Int(old.account)].free -= cost }
      var order = old
      order.quantity = quantity
      orders.append(order)
      return nil
    }
    var left = quantity
    if mode == .continuous {
      left =
        match(
          command.account, old.side, limit: command.price, quantity, .cancelResting
        ).left
    }
    rest(old.id, command.account, old.side, command.price, left)
    return nil
  }

  private mutating func place(_ command: Command, id: OrderID?) -> Rejection? {
    let isMarket = command.timeInForce == .market
    guard command.quantity > 0 else { return .emptyQuantity }
    guard isMarket || command.price < OrderBook.priceCount else { return .priceOutOfRange }
    if mode == .auction {
      guard command.timeInForce == .goodTillCancel else { return .wrongMode }
      guard open(command.account, command.side.opposite) == 0 else { return .ownOrderOpposite }
    }
    let limit = isMarket ? (command.side == .buy ? 4_095 : 0) : command.price
    var trial = self
    let (left, cost) = trial.match(
      command.account, command.side, limit: limit, command.quantity, command.selfTrade)
    let need =
      isMarket ? (command.side == .buy ? cost : 0) : Int64(limit) * Int64(command.quantity)
    if let rejection = risk(command, command.side, quantity: command.quantity, cost: need) {
      return rejection
    }
    switch command.timeInForce {
    case .goodTillCancel:
      if orders.count == capacity { return .bookFull }
    case .postOnly:
      if !opposite(command.side, limit: limit).isEmpty { return .wouldTrade }
      if orders.count == capacity { return .bookFull }
    case .fillOrKill:
      if left > 0 { return .notFillable }
    case .immediateOrCancel, .market: break
    }
    guard mode == .continuous else {
      rest(id ?? .none, command.account, command.side, limit, command.quantity)
      return nil
    }
    self = trial
    let stopped =
      command.selfTrade == .cancelIncoming
      && opposite(command.side, limit: limit).first?.account == command.account
    if command.timeInForce == .goodTillCancel || command.timeInForce == .postOnly, !stopped {
      rest(id ?? .none, command.account, command.side, limit, left)
    }
    return nil
  }

  private mutating func rest(
    _ id: OrderID, _ account: UInt32, _ side: Side, _ price: UInt16, _ quantity: UInt32
  ) {
    guard quantity > 0 else { return }
    sequence += 1
    orders.append(
      Order(
        id: id, account: account, side: side, price: price, quantity: quantity,
        sequence: sequence))
    if side == .buy { accounts[Int(account)].free -= Int64(price) * Int64(quantity) }
  }

  /// What is left of the quantity, and what the trades cost.
  private mutating func match(
    _ account: UInt32, _ side: Side, limit: UInt16, _ quantity: UInt32,
    _ selfTrade: SelfTradePrevention
  ) -> (left: UInt32, cost: Int64) {
    guard mode == .continuous else { return (quantity, 0) }
    var left = quantity
    var cost: Int64 = 0
    for maker in opposite(side, limit: limit) where left > 0 {
      guard let index = orders.firstIndex(where: { $0.id == maker.id }) else { continue }
      if maker.account == account {
        if selfTrade == .cancelIncoming { break }
        _ = cancel(index)
        continue
      }
      let traded = min(left, maker.quantity)
      left -= traded
      let money = Int64(maker.price) * Int64(traded)
      cost += money
      trades.append(Trade(maker: maker.id, price: maker.price, quantity: traded))
      // A resting bid has paid already.
      accounts[Int(side == .buy ? maker.account : account)].free += money
      if side == .buy { accounts[Int(account)].free -= money }
      accounts[Int(account)].position += side == .buy ? Int64(traded) : -Int64(traded)
      accounts[Int(maker.account)].position += side == .buy ? -Int64(traded) : Int64(traded)
      orders[index].quantity -= traded
      if orders[index].quantity == 0 { orders.remove(at: index) }
    }
    return (left, cost)
  }

  /// The best price by trying every one, in the words of the rule.
  func clearingPrice() -> (price: UInt16, quantity: Int64)? {
    var results: [(price: UInt16, quantity: Int64, surplus: Int64)] = []
    for price in UInt16(0)..<UInt16(OrderBook.priceCount) {
      let demand = orders.filter { $0.side == .buy && $0.price >= price }
        .reduce(Int64(0)) { $0 + Int64($1.quantity) }
      let supply = orders.filter { $0.side == .sell && $0.price <= price }
        .reduce(Int64(0)) { $0 + Int64($1.quantity) }
      results.append((price, min(demand, supply), abs(demand - supply)))
    }
    guard let most = results.map(\.quantity).max(), most > 0 else { return nil }
    let best = results.filter { $0.quantity == most }
    let least = best.map(\.surplus).min() ?? 0
    let prices = best.filter { $0.surplus == least }.map(\.price)
    return (UInt16((Int(prices[0]) + Int(prices[prices.count - 1])) / 2), most)
  }

  private mutating func clear() {
    guard let (price, quantity) = clearingPrice() else { return }
    for side in Side.allCases {
      var left = quantity
      let queue = opposite(side.opposite, limit: price)
      for order in queue where left > 0 {
        guard let index = orders.firstIndex(where: { $0.id == order.id }) else { continue }
        let traded = min(left, Int64(order.quantity))
        left -= traded
        if side == .buy {
          accounts[Int(order.account)].free += Int64(order.price - price) * traded
        } else {
          accounts[Int(order.account)].free += Int64(price) * traded
        }
        accounts[Int(order.account)].position += side == .buy ? traded : -traded
        orders[index].quantity -= UInt32(traded)
        if orders[index].quantity == 0 { orders.remove(at: index) }
      }
    }
  }
}
