/// What an operation did to resting orders: trades, and cancellations that prevent self-trade.
public struct Event: Hashable, Sendable, BitwiseCopyable {
  public enum Kind: UInt8, Sendable, BitwiseCopyable {
    case trade = 0
    /// The maker's rest goes, since it met its own account.
    case selfTradeCancelled = 1
  }

  public let kind: Kind
  /// The side of the resting order.
  public let makerSide: Side
  /// Where it trades, in ticks.
  public let price: UInt16
  /// The limits that the two had set, in ticks.
  public let makerLimit: UInt16
  public let takerLimit: UInt16
  public let quantity: UInt32
  public let makerAccount: UInt32
  public let takerAccount: UInt32
  public let maker: OrderID
  /// ``OrderID/none`` for an order that never rested.
  public let taker: OrderID
}
