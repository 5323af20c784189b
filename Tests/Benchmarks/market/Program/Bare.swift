internal import Market

/// The book alone.
struct Bare: ~Copyable {
  private var book = OrderBook(capacity: 2_048)
  private var orders: [OrderID]
  private(set) var tally = Tally()

  init(_ messages: Messages) {
    orders = [OrderID](repeating: .none, count: messages.resting.count)
    for (id, order) in messages.resting.enumerated() {
      place(id, order.isBuy, order.price, 5, .goodTillCancel)
    }
    tally = Tally()
  }

  mutating func play(_ messages: [Messages.Message]) {
    for message in messages {
      let id = Int(message.id)
      switch message.kind {
      case .limit:
        _ = book.cancel(orders[id])
        place(id, message.isBuy, message.price, message.quantity, .goodTillCancel)
      case .immediate:
        let price = message.isBuy ? Messages.immediateBuy : Messages.immediateSell
        place(id, message.isBuy, price, message.quantity, .immediateOrCancel)
      case .cancel:
        _ = book.cancel(orders[id])
      case .move:
        if book.move(orders[id], to: message.price) != nil {
          if book.eventCount > 0 { tally.count(book.events) }
        } else {
          place(id, message.isBuy, message.price, message.quantity, .goodTillCancel)
        }
      }
    }
  }

  private mutating func place(
    _ id: Int, _ isBuy: Bool, _ price: UInt16, _ quantity: UInt32, _ timeInForce: TimeInForce
  ) {
    guard
      let order = Incoming(
        account: UInt32(id & 63), isBuy ? .buy : .sell, price: price, quantity: quantity,
        timeInForce)
    else { return }
    let placement = book.place(order)
    if book.eventCount > 0 { tally.count(book.events) }
    if case .rests(let name, _) = placement { orders[id] = name }
  }
}

/// What traded: the same on every book that keeps the rules.
struct Tally: Equatable {
  var fills: UInt64 = 0
  var volume: UInt64 = 0

  mutating func count(_ events: [Event]) {
    for event in events {
      fills &+= 1
      volume &+= UInt64(event.quantity)
    }
  }
}
