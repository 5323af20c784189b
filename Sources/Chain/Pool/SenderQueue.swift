internal import EVM
internal import Primitives

/// One account's transactions, by nonce: those that follow the account's own nonce without a gap can
/// run, the others wait.
struct SenderQueue {
  /// What the head's state says of the account.
  var nonce: UInt64
  var balance: U256
  /// Ascending.
  private(set) var items: [PooledTransaction] = []
  /// Of all items.
  private(set) var cost = U256.zero
  /// The number of items that can run.
  private(set) var executableCount = 0
  /// When something was last added that waits.
  var lastActivity: UnixTime

  init(nonce: UInt64, balance: U256, now: UnixTime) {
    self.nonce = nonce
    self.balance = balance
    lastActivity = now
  }

  var queuedCount: Int { items.count - executableCount }
  var executable: ArraySlice<PooledTransaction> { items[..<executableCount] }
  var queued: ArraySlice<PooledTransaction> { items[executableCount...] }
  /// The nonce that a next transaction should have.
  var nextNonce: UInt64 { nonce &+ UInt64(executableCount) }

  private func index(ofNonce nonce: UInt64) -> Int {
    var (low, high) = (0, items.count)
    while low < high {
      let middle = (low + high) / 2
      if items[middle].transaction.nonce < nonce { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func item(nonce: UInt64) -> PooledTransaction? {
    let index = index(ofNonce: nonce)
    guard index < items.count, items[index].transaction.nonce == nonce else { return nil }
    return items[index]
  }

  /// Adds a transaction; returns the one with the same nonce, the place of which it took.
  mutating func insert(_ item: PooledTransaction) -> PooledTransaction? {
    let index = index(ofNonce: item.transaction.nonce)
    var replaced: PooledTransaction?
    if index < items.count, items[index].transaction.nonce == item.transaction.nonce {
      replaced = items[index]
      items[index] = item
    } else {
      items.insert(item, at: index)
      if index == items.count - 1 {
        // The usual case: the next one in order.
        if item.transaction.nonce == nextNonce { executableCount += 1 }
        cost = cost.adding(item.cost) ?? .max
        return nil
      }
    }
    settle()
    return replaced
  }

  /// Takes out a transaction. Those after it wait from now on.
  mutating func remove(nonce: UInt64) -> PooledTransaction? {
    let index = index(ofNonce: nonce)
    guard index < items.count, items[index].transaction.nonce == nonce else { return nil }
    let item = items.remove(at: index)
    settle()
    return item
  }

  mutating func removeLast() -> PooledTransaction? {
    guard let last = items.popLast() else { return nil }
    settle()
    return last
  }

  /// Takes out everything that waits.
  mutating func removeQueued() -> [PooledTransaction] {
    let queued = Array(self.queued)
    items.removeLast(queued.count)
    settle()
    return queued
  }

  /// Follows the account's state, and takes out what it makes impossible.
  mutating func follow(nonce: UInt64, balance: U256) -> [PooledTransaction] {
    guard nonce != self.nonce || balance != self.balance else { return [] }
    self.nonce = nonce
    self.balance = balance
    var gone: [PooledTransaction] = []
    items.removeAll { item in
      let isGone = item.transaction.nonce < nonce || item.cost > balance
      if isGone { gone.append(item) }
      return isGone
    }
    settle()
    return gone
  }

  private mutating func settle() {
    var next = nonce
    var count = 0
    for item in items {
      guard item.transaction.nonce == next else { break }
      next &+= 1
      count += 1
    }
    executableCount = count
    // No sum of costs that are each at most a balance of wei that exist comes near 256 bits.
    cost = items.reduce(.zero) { $0.adding($1.cost) ?? .max }
  }
}
