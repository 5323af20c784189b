/// Which way an order trades.
public enum Side: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case buy = 0
  case sell = 1

  public var opposite: Side { self == .buy ? .sell : .buy }
}

/// How long an order stays.
public enum TimeInForce: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// Trades what crosses and rests with what is left.
  case goodTillCancel = 0
  /// Trades what crosses; the rest is dropped.
  case immediateOrCancel = 1
  /// Trades its whole quantity at once or nothing.
  case fillOrKill = 2
  /// Rests, and is refused where it would trade at once.
  case postOnly = 3
  /// Trades at any price; what finds nobody is dropped.
  case market = 4
}

/// What happens where an order meets another of its own account.
public enum SelfTradePrevention: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// The resting order goes, the new one goes on.
  case cancelResting = 0
  /// The new order stops there, and its rest is dropped.
  case cancelIncoming = 1
}

/// An order's place in the pool together with how often the place has been used before, so that a
/// place's next order never answers to the name of the last one.
public struct OrderID: Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt64

  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  init(slot: UInt32, generation: UInt32) {
    rawValue = UInt64(generation) << 32 | UInt64(slot)
  }

  var slot: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
  var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }

  /// No order has it: generations begin with 1.
  public static let none = OrderID(rawValue: 0)
}
