/// A book with accounts: nobody bids what they cannot pay or trades past their limits.
///
/// Everything that happens is a ``Command``, and the same commands lead to the same state: nothing
/// here asks for the time or for chance.
public struct Exchange: ~Copyable {
  public enum Mode: UInt8, Sendable {
    /// Orders trade when they come.
    case continuous = 0
    /// Orders wait for ``Command/clear``, which trades them at one price.
    case auction = 1
  }

  public struct Configuration: Hashable, Sendable {
    public let mode: Mode
    /// How many orders can rest at once.
    public let orderCapacity: Int
    public let accountCount: Int

    public init(mode: Mode, orderCapacity: Int, accountCount: Int) {
      self.mode = mode
      self.orderCapacity = min(max(orderCapacity, 1), OrderBook.capacityMax)
      self.accountCount = min(max(accountCount, 1), Exchange.accountCountMax)
    }
  }

  public static let accountCountMax = 1 << 24
  /// All the money on an exchange: far from overflow, so that arithmetic on balances needs no check.
  public static let moneyMax: UInt64 = 1 << 62

  public let configuration: Configuration
  public internal(set) var book: OrderBook
  var accounts: [Account]
  /// All that has come in and not gone out.
  public internal(set) var money: UInt64 = 0
  /// How many commands have been applied, the refused ones included.
  public internal(set) var commandCount: UInt64 = 0
  /// The last auction that traded.
  public internal(set) var lastClearing: OrderBook.Clearing?

  public init(_ configuration: Configuration) {
    self.configuration = configuration
    book = OrderBook(capacity: configuration.orderCapacity)
    accounts = [Account](repeating: Account(), count: configuration.accountCount)
  }

  public func account(_ number: UInt32) -> Account? {
    Int(number) < accounts.count ? accounts[Int(number)] : nil
  }

  /// Applies a command. What it did to other people's orders is in the book's events.
  public mutating func apply(_ command: Command) -> Outcome {
    commandCount &+= 1
    guard Int(command.account) < accounts.count else { return refuse(.unknownAccount) }
    switch command.kind {
    case .place: return place(command)
    case .cancel: return cancel(command)
    case .replace: return replace(command)
    case .deposit: return deposit(command)
    case .withdraw: return withdraw(command)
    case .limit:
      accounts[Int(command.account)].longLimit = command.longLimit
      accounts[Int(command.account)].shortLimit = command.shortLimit
      return done()
    case .clear: return clear()
    }
  }

  private mutating func refuse(_ rejection: Rejection) -> Outcome {
    book.forgetEvents()
    return Outcome(rejection)
  }

  private mutating func done() -> Outcome {
    book.forgetEvents()
    return Outcome()
  }
}

// Orders.
extension Exchange {
  private mutating func place(_ command: Command) -> Outcome {
    var mine = accounts[Int(command.account)]
    let isMarket = command.timeInForce == .market
    guard command.quantity > 0 else { return refuse(.emptyQuantity) }
    guard isMarket || command.price < OrderBook.priceCount else {
      return refuse(.priceOutOfRange)
    }
    if configuration.mode == .auction {
      guard command.timeInForce == .goodTillCancel else { return refuse(.wrongMode) }
      // At one price for all, trading with oneself could only move that price.
      guard (command.side == .buy ? mine.openSells : mine.openBuys) == 0 else {
        return refuse(.ownOrderOpposite)
      }
    }
    let worst: UInt16 = command.side == .buy ? UInt16(OrderBook.priceCount - 1) : 0
    let order = Incoming(
      account: command.account, side: command.side, price: isMarket ? worst : command.price,
      quantity: command.quantity, timeInForce: command.timeInForce, selfTrade: command.selfTrade)
    // A market order costs what it finds.
    let cost =
      isMarket && command.side == .buy
      ? Int64(book.reach(order).cost) : Int64(order.price) &* Int64(order.quantity)
    if let rejection = mine.reserve(order.side, quantity: order.quantity, cost: cost) {
      return refuse(rejection)
    }
    accounts[Int(command.account)] = mine
    let placement = configuration.mode == .auction ? book.collect(order) : book.place(order)
    return finish(placement, of: order, isMarket: isMarket, cost: cost)
  }

  private mutating func cancel(_ command: Command) -> Outcome {
    guard let slot = book.pool.slot(of: command.order) else { return refuse(.unknownOrder) }
    let order = book.pool.orders[slot]
    guard order.account == command.account else { return refuse(.notOwner) }
    book.cancel(slot: slot)
    accounts[Int(order.account)].release(
      order.side, quantity: order.quantity, cost: Int64(order.price) &* Int64(order.quantity))
    return Outcome()
  }

  private mutating func replace(_ command: Command) -> Outcome {
    guard let slot = book.pool.slot(of: command.order) else { return refuse(.unknownOrder) }
    let old = book.pool.orders[slot]
    guard old.account == command.account else { return refuse(.notOwner) }
    guard command.price < OrderBook.priceCount else { return refuse(.priceOutOfRange) }
    let quantity = command.quantity == 0 ? old.quantity : command.quantity
    let cost = Int64(command.price) &* Int64(quantity)
    var mine = accounts[Int(command.account)]
    mine.release(
      old.side, quantity: old.quantity, cost: Int64(old.price) &* Int64(old.quantity))
    if let rejection = mine.reserve(old.side, quantity: quantity, cost: cost) {
      return refuse(rejection)
    }
    accounts[Int(command.account)] = mine
    let placement = book.replace(
      slot: slot, price: command.price, quantity: quantity,
      matching: configuration.mode == .continuous)
    let order = Incoming(
      account: command.account, side: old.side, price: command.price, quantity: quantity,
      timeInForce: .goodTillCancel, selfTrade: .cancelResting)
    return finish(placement, of: order, isMarket: false, cost: cost)
  }

  /// Books what happened to an order and to those that it met.
  private mutating func finish(
    _ placement: OrderBook.Placement, of order: Incoming, isMarket: Bool, cost: Int64
  ) -> Outcome {
    if case .refused(let rejection) = placement {
      accounts[Int(order.account)].release(order.side, quantity: order.quantity, cost: cost)
      return Outcome(rejection)
    }
    let traded = book.events.isEmpty ? 0 : settle(order, isMarket: isMarket)
    switch placement {
    case .rests(let id, let quantity):
      return Outcome(order: id, traded: traded, resting: quantity)
    case .dropped(let quantity):
      accounts[Int(order.account)].release(
        order.side, quantity: quantity,
        cost: isMarket ? 0 : Int64(order.price) &* Int64(quantity))
      return Outcome(traded: traded)
    case .filled, .refused:
      return Outcome(traded: traded)
    }
  }

  /// Books the events of an order; returns the lots traded.
  private mutating func settle(_ order: Incoming, isMarket: Bool) -> UInt32 {
    var traded: UInt32 = 0
    for index in book.events.indices {
      let event = book.events[index]
      let price = Int64(event.price)
      if event.kind == .trade {
        accounts[Int(event.makerAccount)].trade(
          event.makerSide, quantity: event.quantity, price: price,
          reserved: Int64(event.makerLimit))
        accounts[Int(event.takerAccount)].trade(
          order.side, quantity: event.quantity, price: price,
          reserved: isMarket ? price : Int64(order.price))
        traded &+= event.quantity
      } else {
        accounts[Int(event.makerAccount)].release(
          event.makerSide, quantity: event.quantity, cost: price &* Int64(event.quantity))
      }
    }
    return traded
  }

  private mutating func clear() -> Outcome {
    guard configuration.mode == .auction else { return refuse(.wrongMode) }
    guard let clearing = book.clear() else { return Outcome() }
    lastClearing = clearing
    for index in book.events.indices {
      let event = book.events[index]
      accounts[Int(event.makerAccount)].trade(
        .sell, quantity: event.quantity, price: Int64(event.price),
        reserved: Int64(event.makerLimit))
      accounts[Int(event.takerAccount)].trade(
        .buy, quantity: event.quantity, price: Int64(event.price),
        reserved: Int64(event.takerLimit))
    }
    return Outcome(traded: UInt32(clamping: clearing.quantity))
  }
}

// Money.
extension Exchange {
  private mutating func deposit(_ command: Command) -> Outcome {
    guard command.amount <= Self.moneyMax - money else { return refuse(.amountOutOfRange) }
    money += command.amount
    accounts[Int(command.account)].free += Int64(command.amount)
    return done()
  }

  private mutating func withdraw(_ command: Command) -> Outcome {
    guard command.amount <= UInt64(accounts[Int(command.account)].free) else {
      return refuse(.insufficientBalance)
    }
    money -= command.amount
    accounts[Int(command.account)].free -= Int64(command.amount)
    return done()
  }
}
