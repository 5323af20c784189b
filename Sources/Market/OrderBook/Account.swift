/// What an account has and owes on one exchange. Money is in units of one tick times one lot.
public struct Account: Hashable, Sendable, BitwiseCopyable {
  /// Money that no order needs.
  public internal(set) var free: Int64 = 0
  /// Money that its resting bids would cost.
  public internal(set) var held: Int64 = 0
  /// Lots bought less lots sold.
  public internal(set) var position: Int64 = 0
  /// Lots of its resting orders.
  public internal(set) var openBuys: Int64 = 0
  public internal(set) var openSells: Int64 = 0
  /// How far the position may go, were all open orders filled.
  public internal(set) var longLimit: UInt32 = 0
  public internal(set) var shortLimit: UInt32 = 0

  /// Sets aside what an order may cost, or says why the account may not place it.
  @inline(__always)
  mutating func reserve(_ side: Side, quantity: UInt32, cost: Int64) -> Rejection? {
    let quantity = Int64(quantity)
    if side == .buy {
      guard cost <= free else { return .insufficientBalance }
      guard position &+ openBuys &+ quantity <= Int64(longLimit) else { return .positionLimit }
      free &-= cost
      held &+= cost
      openBuys &+= quantity
    } else {
      guard position &- openSells &- quantity >= 0 &- Int64(shortLimit) else {
        return .positionLimit
      }
      openSells &+= quantity
    }
    return nil
  }

  /// Gives back what ``reserve(_:quantity:cost:)`` set aside for lots that will not trade.
  @inline(__always)
  mutating func release(_ side: Side, quantity: UInt32, cost: Int64) {
    if side == .buy {
      free &+= cost
      held &-= cost
      openBuys &-= Int64(quantity)
    } else {
      openSells &-= Int64(quantity)
    }
  }

  /// Books a trade of lots that were reserved.
  @inline(__always)
  mutating func trade(_ side: Side, quantity: UInt32, price: Int64, reserved: Int64) {
    let quantity = Int64(quantity)
    if side == .buy {
      held &-= reserved &* quantity
      free &+= (reserved &- price) &* quantity
      position &+= quantity
      openBuys &-= quantity
    } else {
      free &+= price &* quantity
      position &-= quantity
      openSells &-= quantity
    }
  }
}
