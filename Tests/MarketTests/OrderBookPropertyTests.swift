import Market
import Testing

@Suite struct OrderBookPropertyTests {
  @Test(arguments: 0..<40)
  func `a continuous book does what the naive one does`(seed: Int) {
    check(.continuous, seed: UInt64(seed), commands: 600)
  }

  @Test(arguments: 0..<12)
  func `an auction does what the naive one does`(seed: Int) {
    check(.auction, seed: UInt64(1_000 + seed), commands: 200)
  }

  private func check(_ mode: Exchange.Mode, seed: UInt64, commands: Int) {
    let configuration = Exchange.Configuration(mode: mode, orderCapacity: 24, accountCount: 4)
    var exchange = Exchange(configuration)
    var naive = NaiveExchange(configuration)
    var source = RandomCommands(seed: seed, accountCount: 4)
    for account in UInt32(0)..<4 {
      let start: [Command] = [
        .deposit(100_000, account: account), .limit(long: 100, short: 100, account: account),
      ]
      for command in start {
        _ = exchange.apply(command)
        _ = naive.apply(command, id: nil)
      }
    }

    for step in 0..<commands {
      let command = source.next()
      let outcome = exchange.apply(command)
      if let order = outcome.order { source.orders.append(order) }
      let rejection = naive.apply(command, id: outcome.order)

      let trades = exchange.book.events.filter { $0.kind == .trade }
      let agree =
        outcome.rejection == rejection
        && (mode == .auction
          || trades.map {
            NaiveExchange.Trade(maker: $0.maker, price: $0.price, quantity: $0.quantity)
          } == (rejection == nil ? naive.trades : []))
        && sameOrders(exchange, naive) && sameAccounts(exchange, naive)
      #expect(agree, "seed \(seed), step \(step), \(command): \(outcome), not \(rejection as Any)")
      if !agree { return }
    }
  }

  private func sameOrders(_ exchange: borrowing Exchange, _ naive: NaiveExchange) -> Bool {
    exchange.book.orderCount == naive.orders.count
      && naive.orders.allSatisfy { order in
        guard let resting = exchange.book.order(order.id) else { return false }
        return resting.account == order.account && resting.side == order.side
          && resting.price == order.price && resting.quantity == order.quantity
      }
  }

  private func sameAccounts(_ exchange: borrowing Exchange, _ naive: NaiveExchange) -> Bool {
    var money: Int64 = 0
    for number in naive.accounts.indices {
      let expected = naive.accounts[number]
      guard let account = exchange.account(UInt32(number)), account.free == expected.free,
        account.position == expected.position, account.held == naive.held(UInt32(number)),
        account.openBuys == naive.open(UInt32(number), .buy),
        account.openSells == naive.open(UInt32(number), .sell)
      else { return false }
      money += account.free + account.held
    }
    return UInt64(money) == exchange.money
  }
}
