import Market
import Testing

@Suite struct ExchangeTests {
  private static let configuration = Exchange.Configuration(
    mode: .continuous, orderCapacity: 4, accountCount: 3)

  private func exchange(_ mode: Exchange.Mode = .continuous) -> Exchange {
    var exchange = Exchange(.init(mode: mode, orderCapacity: 4, accountCount: 3))
    for account in UInt32(0)..<3 {
      _ = exchange.apply(.deposit(1_000_000, account: account))
      _ = exchange.apply(.limit(long: 100, short: 100, account: account))
    }
    return exchange
  }

  @Test func `the older order at a price trades first`() {
    var exchange = exchange()
    let first = exchange.apply(.place(account: 0, .sell, price: 10, quantity: 3)).order
    let second = exchange.apply(.place(account: 1, .sell, price: 10, quantity: 3)).order

    let outcome = exchange.apply(.place(account: 2, .buy, price: 12, quantity: 4))

    #expect(outcome.traded == 4)
    #expect(exchange.book.events.map(\.maker) == [first, second])
    #expect(exchange.book.events.map(\.price) == [10, 10])
    #expect(exchange.account(2)?.free == 999_960)
    #expect(exchange.account(2)?.held == 0)
  }

  @Test func `a name of an order that is gone finds nothing`() throws {
    var exchange = exchange()
    let old = try #require(
      exchange.apply(.place(account: 0, .sell, price: 10, quantity: 3)).order)
    _ = exchange.apply(.cancel(old, account: 0))
    let new = try #require(
      exchange.apply(.place(account: 0, .sell, price: 10, quantity: 3)).order)

    let outcome = exchange.apply(.cancel(old, account: 0))

    #expect(outcome.rejection == .unknownOrder)
    let isLive = exchange.book.isLive(new)
    #expect(isLive)
  }

  @Test func `less of an order keeps its place, more of it does not`() throws {
    var exchange = exchange()
    let first = try #require(
      exchange.apply(.place(account: 0, .sell, price: 10, quantity: 5)).order)
    let second = try #require(
      exchange.apply(.place(account: 1, .sell, price: 10, quantity: 5)).order)

    _ = exchange.apply(.replace(first, account: 0, price: 10, quantity: 2))
    _ = exchange.apply(.place(account: 2, .buy, price: 10, quantity: 1))
    let before = exchange.book.events.map(\.maker)
    _ = exchange.apply(.replace(first, account: 0, price: 10, quantity: 4))
    _ = exchange.apply(.place(account: 2, .buy, price: 10, quantity: 1))

    #expect(before == [first])
    #expect(exchange.book.events.map(\.maker) == [second])
  }

  @Test func `all or nothing`() {
    var exchange = exchange()
    _ = exchange.apply(.place(account: 0, .sell, price: 10, quantity: 3))
    _ = exchange.apply(.place(account: 1, .sell, price: 11, quantity: 3))

    let refused = exchange.apply(
      .place(account: 2, .buy, price: 10, quantity: 4, .fillOrKill))
    let filled = exchange.apply(
      .place(account: 2, .buy, price: 11, quantity: 4, .fillOrKill))

    #expect(refused.rejection == .notFillable)
    #expect(filled.traded == 4)
  }

  @Test func `a market order costs what it finds and its rest is dropped`() {
    var exchange = exchange()
    _ = exchange.apply(.place(account: 0, .sell, price: 10, quantity: 3))
    _ = exchange.apply(.place(account: 1, .sell, price: 4_000, quantity: 3))

    let outcome = exchange.apply(.place(account: 2, .buy, price: 0, quantity: 9, .market))

    #expect(outcome.traded == 6)
    #expect(outcome.resting == 0)
    #expect(exchange.account(2)?.free == 987_970)
    #expect(exchange.account(2)?.openBuys == 0)
  }

  @Test func `a full book takes no more and forgets nothing`() {
    var exchange = exchange()
    for price in UInt16(1)...4 {
      _ = exchange.apply(.place(account: 0, .buy, price: price, quantity: 1))
    }
    let before = exchange.stateHash()

    let outcome = exchange.apply(.place(account: 1, .buy, price: 9, quantity: 1))

    #expect(outcome.rejection == .bookFull)
    #expect(exchange.book.orderCount == 4)
    #expect(exchange.account(1)?.held == 0)
    #expect(exchange.stateHash() != before, "the command is counted")
  }

  @Test func `money cannot overflow`() {
    var exchange = exchange()

    let refused = exchange.apply(.deposit(.max, account: 0))
    let all = exchange.apply(.deposit(Exchange.moneyMax - 3_000_000, account: 0))
    let more = exchange.apply(.deposit(1, account: 1))

    #expect(refused.rejection == .amountOutOfRange)
    #expect(all.rejection == nil)
    #expect(more.rejection == .amountOutOfRange)
    #expect(exchange.apply(.withdraw(.max, account: 0)).rejection == .insufficientBalance)
  }

  @Test func `the largest orders of all do not overflow`() {
    var exchange = exchange()
    _ = exchange.apply(.deposit(Exchange.moneyMax - 3_000_000, account: 0))
    _ = exchange.apply(.limit(long: .max, short: .max, account: 0))
    _ = exchange.apply(.limit(long: .max, short: .max, account: 1))

    let bid = exchange.apply(.place(account: 0, .buy, price: 4_095, quantity: .max))
    let another = exchange.apply(.place(account: 0, .buy, price: 4_095, quantity: .max))
    let sale = exchange.apply(.place(account: 1, .sell, price: 0, quantity: .max))

    #expect(bid.rejection == nil)
    #expect(another.rejection == .positionLimit)
    #expect(sale.traded == .max)
    #expect(exchange.account(1)?.position == 0 - Int64(UInt32.max))
  }

  @Test func `an auction trades at one price and tells it`() {
    var exchange = exchange(.auction)
    _ = exchange.apply(.place(account: 0, .buy, price: 20, quantity: 5))
    _ = exchange.apply(.place(account: 1, .sell, price: 10, quantity: 3))
    _ = exchange.apply(.place(account: 1, .sell, price: 18, quantity: 1))
    #expect(exchange.book.eventCount == 0)

    let outcome = exchange.apply(.clear)

    // Four lots at any price from 18 to 20, with one bid left over at each.
    #expect(outcome.traded == 4)
    #expect(exchange.lastClearing?.price == 19)
    #expect(exchange.account(0)?.position == 4)
    #expect(exchange.account(1)?.free == 1_000_076)
    #expect(exchange.apply(.clear).traded == 0)
  }

  @Test func `an auction's orders do not meet their own account`() {
    var exchange = exchange(.auction)
    _ = exchange.apply(.place(account: 0, .buy, price: 20, quantity: 5))

    let outcome = exchange.apply(.place(account: 0, .sell, price: 10, quantity: 3))
    let immediate = exchange.apply(
      .place(account: 1, .sell, price: 10, quantity: 3, .immediateOrCancel))

    #expect(outcome.rejection == .ownOrderOpposite)
    #expect(immediate.rejection == .wrongMode)
  }

  @Test func `depth is by price, best first`() {
    var exchange = exchange()
    for (price, quantity) in [(UInt16(5), UInt32(1)), (4_095, 2), (5, 3), (70, 4)] {
      _ = exchange.apply(.place(account: 0, .sell, price: price, quantity: quantity))
    }

    let depth = exchange.book.depth(.sell, limit: 2)

    #expect(depth.map(\.price) == [5, 70])
    #expect(depth.map(\.quantity) == [4, 4])
    let bids = exchange.book.depth(.buy, limit: 9)
    #expect(bids.isEmpty)
    let (ask, bid) = (exchange.book.best(.sell), exchange.book.best(.buy))
    #expect(ask == 5)
    #expect(bid == nil)
  }
}
