internal import Foundation
internal import Market

/// The book with what a market needs: accounts that are checked, and a journal of every command.
struct Whole: ~Copyable {
  static let configuration = Exchange.Configuration(
    mode: .continuous, orderCapacity: 2_048, accountCount: 64)

  private var exchange = Exchange(configuration)
  private var journal: Journal
  private let path: String
  private var orders: [OrderID]
  private(set) var tally = Tally()

  init(journal path: String) throws {
    try? FileManager.default.removeItem(atPath: path)
    journal = try Journal.open(path: path, for: Self.configuration, isSynchronous: false) { _ in }
    self.path = path
    orders = [OrderID](repeating: .none, count: Int(Messages.idCount))
  }

  /// Accounts with money, and the orders that are there before the clock starts.
  mutating func prepare(_ messages: Messages) throws {
    for account in UInt32(0)..<64 {
      _ = try send(.deposit(1 << 50, account: account))
      _ = try send(.limit(long: .max, short: .max, account: account))
    }
    for (id, order) in messages.resting.enumerated() {
      try place(id, order.isBuy, order.price, 5, .goodTillCancel)
    }
    tally = Tally()
  }

  mutating func play(_ messages: [Messages.Message]) throws {
    for message in messages {
      let id = Int(message.id)
      let isLive = exchange.book.isLive(orders[id])
      switch message.kind {
      case .limit:
        if isLive { _ = try send(.cancel(orders[id], account: message.id & 63)) }
        try place(id, message.isBuy, message.price, message.quantity, .goodTillCancel)
      case .immediate:
        let price = message.isBuy ? Messages.immediateBuy : Messages.immediateSell
        try place(id, message.isBuy, price, message.quantity, .immediateOrCancel)
      case .cancel:
        if isLive { _ = try send(.cancel(orders[id], account: message.id & 63)) }
      case .move:
        if isLive {
          _ = try send(
            .replace(orders[id], account: message.id & 63, price: message.price))
        } else {
          try place(id, message.isBuy, message.price, message.quantity, .goodTillCancel)
        }
      }
    }
    try journal.flush()
  }

  /// The journal, read anew, leads to the same state.
  consuming func replays() throws -> Bool {
    let hash = exchange.stateHash()
    let path = path
    _ = consume self
    var again = Exchange(Self.configuration)
    _ = try Journal.open(path: path, for: Self.configuration) { _ = again.apply($0) }
    return again.stateHash() == hash
  }

  private mutating func place(
    _ id: Int, _ isBuy: Bool, _ price: UInt16, _ quantity: UInt32, _ timeInForce: TimeInForce
  ) throws {
    let outcome = try send(
      .place(
        account: UInt32(id & 63), isBuy ? .buy : .sell, price: price, quantity: quantity,
        timeInForce))
    if let name = outcome.order { orders[id] = name }
  }

  private mutating func send(_ command: Command) throws -> Outcome {
    try journal.append(command)
    let outcome = exchange.apply(command)
    if exchange.book.eventCount > 0 { tally.count(exchange.book.events) }
    return outcome
  }
}
