/// One thing that happens to an exchange: all that a journal needs to repeat it.
public struct Command: Hashable, Sendable, BitwiseCopyable {
  public enum Kind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    case place = 0
    case cancel = 1
    case replace = 2
    case deposit = 3
    case withdraw = 4
    case limit = 5
    /// Ends an auction's slot.
    case clear = 6
  }

  public let kind: Kind
  public var side = Side.buy
  public var timeInForce = TimeInForce.goodTillCancel
  public var selfTrade = SelfTradePrevention.cancelResting
  public var price: UInt16 = 0
  public var account: UInt32 = 0
  public var quantity: UInt32 = 0
  /// The order's name, the amount, or the two limits.
  var word: UInt64 = 0

  init(_ kind: Kind, account: UInt32 = 0, word: UInt64 = 0) {
    self.kind = kind
    self.account = account
    self.word = word
  }

  /// A new order. A market order has no price.
  public static func place(
    account: UInt32, _ side: Side, price: UInt16, quantity: UInt32,
    _ timeInForce: TimeInForce = .goodTillCancel,
    selfTrade: SelfTradePrevention = .cancelResting
  ) -> Command {
    var command = Command(.place, account: account)
    command.side = side
    command.price = price
    command.quantity = quantity
    command.timeInForce = timeInForce
    command.selfTrade = selfTrade
    return command
  }

  public static func cancel(_ order: OrderID, account: UInt32) -> Command {
    Command(.cancel, account: account, word: order.rawValue)
  }

  /// Another price or quantity (0: as it is) for a resting order. Only less of it at the same price
  /// keeps its place.
  public static func replace(
    _ order: OrderID, account: UInt32, price: UInt16, quantity: UInt32 = 0
  ) -> Command {
    var command = Command(.replace, account: account, word: order.rawValue)
    command.price = price
    command.quantity = quantity
    return command
  }

  /// Money comes in, in units of one tick times one lot.
  public static func deposit(_ amount: UInt64, account: UInt32) -> Command {
    Command(.deposit, account: account, word: amount)
  }

  public static func withdraw(_ amount: UInt64, account: UInt32) -> Command {
    Command(.withdraw, account: account, word: amount)
  }

  /// How many lots an account may hold, and how many it may owe.
  public static func limit(long: UInt32, short: UInt32, account: UInt32) -> Command {
    Command(.limit, account: account, word: UInt64(long) << 32 | UInt64(short))
  }

  public static let clear = Command(.clear)

  public var order: OrderID { OrderID(rawValue: word) }
  public var amount: UInt64 { word }
  public var longLimit: UInt32 { UInt32(truncatingIfNeeded: word >> 32) }
  public var shortLimit: UInt32 { UInt32(truncatingIfNeeded: word) }
}

/// Why a command was refused. It changed nothing.
public enum Rejection: UInt8, Error, Hashable, Sendable, CaseIterable {
  case unknownAccount = 1
  case unknownOrder = 2
  case notOwner = 3
  case priceOutOfRange = 4
  case emptyQuantity = 5
  case insufficientBalance = 6
  case positionLimit = 7
  case bookFull = 8
  case wouldTrade = 9
  case notFillable = 10
  case ownOrderOpposite = 11
  case wrongMode = 12
  case amountOutOfRange = 13
}

/// What a command came to.
public struct Outcome: Hashable, Sendable {
  public let rejection: Rejection?
  /// The order that rests now.
  public let order: OrderID?
  /// The lots that traded at once.
  public let traded: UInt32
  /// The lots that rest.
  public let resting: UInt32

  init(_ rejection: Rejection) {
    self.init(rejection: rejection, order: nil, traded: 0, resting: 0)
  }

  init(order: OrderID? = nil, traded: UInt32 = 0, resting: UInt32 = 0) {
    self.init(rejection: nil, order: order, traded: traded, resting: resting)
  }

  private init(rejection: Rejection?, order: OrderID?, traded: UInt32, resting: UInt32) {
    self.rejection = rejection
    self.order = order
    self.traded = traded
    self.resting = resting
  }
}
