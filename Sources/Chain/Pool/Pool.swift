internal import EVM
internal import Primitives

/// The transactions that wait for a block, by sender. Rules and limits are geth's.
///
/// A pure value: it decides, and the node asks, locks and tells.
struct Pool {
  let limits: PoolLimits
  private(set) var accounts: [Address: SenderQueue] = [:]
  private(set) var byHash: [Digest: PooledTransaction] = [:]
  private var pendingCount = 0
  private var cheapest: Heap<PriceEntry>
  private var sequence: UInt64 = 0
  private var announced: [Digest] = []
  /// The number of announcements before `announced`.
  private var announcedBefore: UInt64 = 0

  private struct PriceEntry {
    let hash: Digest
    let tip: U256
    let fee: U256
    let sequence: UInt64
  }

  /// What the head's state says of a sender.
  struct SenderState {
    var nonce: UInt64
    var balance: U256
    var isDelegated = false
  }

  init(limits: PoolLimits) {
    self.limits = limits
    cheapest = Heap(precedes: Self.isCheaper)
  }

  private static func isCheaper(_ left: PriceEntry, _ right: PriceEntry) -> Bool {
    if left.tip != right.tip { return left.tip < right.tip }
    if left.fee != right.fee { return left.fee < right.fee }
    return left.sequence > right.sequence
  }

  var status: PoolStatus {
    PoolStatus(pending: pendingCount, queued: byHash.count - pendingCount)
  }

  var content: PoolContent {
    var content = PoolContent()
    for (address, queue) in accounts {
      if queue.executableCount > 0 { content.pending[address] = Array(queue.executable) }
      if queue.queuedCount > 0 { content.queued[address] = Array(queue.queued) }
    }
    return content
  }

  // MARK: Adding

  /// Adds a transaction that is valid by itself; returns the ones that it pushed out.
  mutating func add(
    _ item: PooledTransaction, sender: SenderState
  ) throws(PoolRejection) -> [PooledTransaction] {
    guard byHash[item.hash] == nil else { throw .alreadyKnown }
    let nonce = item.transaction.nonce
    if nonce < sender.nonce { throw .invalid(.nonceTooLow(expected: sender.nonce)) }
    var queue =
      accounts[item.sender]
      ?? SenderQueue(nonce: sender.nonce, balance: sender.balance, now: item.arrival)
    _ = queue.follow(nonce: sender.nonce, balance: sender.balance)
    let rival = queue.item(nonce: nonce)
    try checkPrice(item, against: rival)
    try checkFunds(item, queue, rival, sender)
    if sender.isDelegated, rival == nil, !queue.items.isEmpty { throw .delegatedAccount }
    let waits = rival == nil && nonce > queue.nextNonce
    if waits && queue.queuedCount >= limits.accountQueue {
      throw .tooManyQueued(most: limits.accountQueue)
    }
    var dropped: [PooledTransaction] = []
    if rival == nil { dropped = try makeRoom(for: item) }

    sequence += 1
    var item = item
    item.sequence = sequence
    // Making room may have touched the same account.
    // In its place in the dictionary, so that nothing is copied.
    let countBefore = accounts[item.sender]?.executableCount ?? 0
    let empty = SenderQueue(nonce: sender.nonce, balance: sender.balance, now: item.arrival)
    dropped += accounts[item.sender, default: empty].follow(
      nonce: sender.nonce, balance: sender.balance)
    if let replaced = accounts[item.sender, default: empty].insert(item) {
      dropped.append(replaced)
    }
    for gone in dropped { byHash[gone.hash] = nil }
    if waits { accounts[item.sender]?.lastActivity = item.arrival }
    byHash[item.hash] = item
    queue = accounts[item.sender] ?? empty
    pendingCount += queue.executableCount - countBefore
    cheapest.insert(
      PriceEntry(
        hash: item.hash, tip: item.transaction.maxPriorityFeePerGas,
        fee: item.transaction.maxFeePerGas, sequence: sequence))
    announce(queue, from: countBefore, added: item, rival: rival)
    dropped += truncate()
    if cheapest.count > 2 * byHash.count + 1024 { rebuildPrices() }
    return dropped
  }

  private func checkPrice(
    _ item: PooledTransaction, against rival: PooledTransaction?
  ) throws(PoolRejection) {
    let transaction = item.transaction
    if !item.isLocal && transaction.maxPriorityFeePerGas < limits.tipMin {
      throw .tipTooLow(least: limits.tipMin)
    }
    guard let rival else { return }
    let fee = bumped(rival.transaction.maxFeePerGas)
    let tip = bumped(rival.transaction.maxPriorityFeePerGas)
    if transaction.maxFeePerGas < fee || transaction.maxPriorityFeePerGas < tip {
      throw .replacementUnderpriced(leastFee: fee, leastTip: tip)
    }
  }

  private func bumped(_ price: U256) -> U256 {
    guard let product = price.multiplied(by: 100 + limits.replacementBump) else { return .max }
    let (quotient, remainder) = product.quotientAndRemainder(dividingBy: 100)
    return max(remainder.isZero ? quotient : quotient &+ .one, price &+ .one)
  }

  private func checkFunds(
    _ item: PooledTransaction, _ queue: SenderQueue, _ rival: PooledTransaction?,
    _ sender: SenderState
  ) throws(PoolRejection) {
    guard item.cost <= sender.balance else {
      throw .invalid(.insufficientFunds(balance: sender.balance))
    }
    let pooled = queue.cost.subtracting(rival?.cost ?? .zero) ?? .zero
    guard let sum = pooled.adding(item.cost), sum <= sender.balance else {
      throw .overdraft(balance: sender.balance, pooled: pooled, cost: item.cost)
    }
  }

  // MARK: Limits

  /// Where the pool is full, takes out its cheapest transaction for one that pays more.
  private mutating func makeRoom(
    for item: PooledTransaction
  ) throws(PoolRejection) -> [PooledTransaction] {
    guard byHash.count >= limits.globalSlots + limits.globalQueue else { return [] }
    while let entry = cheapest.first {
      guard let found = byHash[entry.hash], !found.isLocal, found.sequence == entry.sequence else {
        cheapest.removeFirst()
        continue
      }
      let transaction = item.transaction
      let isBetter =
        transaction.maxPriorityFeePerGas > entry.tip
        || transaction.maxPriorityFeePerGas == entry.tip && transaction.maxFeePerGas > entry.fee
      guard isBetter || item.isLocal else { throw .full }
      cheapest.removeFirst()
      return remove(entry.hash).map { [$0] } ?? []
    }
    // Nothing but this node's own transactions is left: they have no limit but memory's.
    guard item.isLocal else { throw .full }
    return []
  }

  /// Takes out what exceeds the limits that hold for all accounts together.
  private mutating func truncate() -> [PooledTransaction] {
    var dropped: [PooledTransaction] = []
    if pendingCount > limits.globalSlots {
      var heap = Heap(
        accounts.filter { $0.value.executableCount > limits.accountSlots }.map(\.key).sorted()
      ) { [accounts] left, right in
        (accounts[left]?.executableCount ?? 0) > (accounts[right]?.executableCount ?? 0)
      }
      while pendingCount > limits.globalSlots, let address = heap.removeFirst() {
        guard let queue = accounts[address],
          let last = queue.executable.last, !last.isLocal
        else { continue }
        if let gone = remove(last.hash) { dropped.append(gone) }
        if queue.executableCount - 1 > limits.accountSlots { heap.insert(address) }
      }
    }
    var queued = byHash.count - pendingCount
    if queued > limits.globalQueue {
      let waiting = accounts.filter { $0.value.queuedCount > 0 }
        .sorted { ($0.value.lastActivity, $0.key) < ($1.value.lastActivity, $1.key) }
      for (address, queue) in waiting where queued > limits.globalQueue {
        for item in queue.queued.reversed() where queued > limits.globalQueue && !item.isLocal {
          if let gone = remove(item.hash) {
            dropped.append(gone)
            queued -= 1
          }
        }
        _ = address
      }
    }
    return dropped
  }

  private mutating func rebuildPrices() {
    cheapest = Heap(
      byHash.values.map {
        PriceEntry(
          hash: $0.hash, tip: $0.transaction.maxPriorityFeePerGas,
          fee: $0.transaction.maxFeePerGas, sequence: $0.sequence)
      }, precedes: Self.isCheaper)
  }

  // MARK: Removing

  @discardableResult
  mutating func remove(_ hash: Digest) -> PooledTransaction? {
    guard let item = byHash[hash] else { return nil }
    change(item.sender) { queue in
      queue.remove(nonce: item.transaction.nonce).map { [$0] } ?? []
    }
    return item
  }

  mutating func removeAll() {
    accounts = [:]
    byHash = [:]
    pendingCount = 0
    rebuildPrices()
  }

  /// Follows the state of accounts that a block changed; returns what can run no more.
  mutating func follow(_ address: Address, _ state: SenderState) {
    guard accounts[address] != nil else { return }
    change(address) { queue in queue.follow(nonce: state.nonce, balance: state.balance) }
  }

  /// Takes out what has waited for too long.
  mutating func expire(now: UnixTime) {
    let stale = accounts.filter { _, queue in
      queue.queuedCount > 0
        && now.elapsed(since: queue.lastActivity) > limits.queueLifetime
    }
    for address in stale.keys {
      change(address) { queue in queue.removeQueued() }
    }
  }

  private mutating func change(
    _ address: Address, _ body: (inout SenderQueue) -> [PooledTransaction]
  ) {
    guard var queue = accounts[address] else { return }
    let before = queue.executableCount
    for gone in body(&queue) { byHash[gone.hash] = nil }
    pendingCount += queue.executableCount - before
    accounts[address] = queue.items.isEmpty ? nil : queue
  }

  // MARK: Announcing

  private mutating func announce(
    _ queue: SenderQueue, from before: Int, added: PooledTransaction, rival: PooledTransaction?
  ) {
    var hashes: [Digest] = []
    if rival != nil && added.transaction.nonce < queue.nextNonce {
      hashes = [added.hash]
    } else if queue.executableCount > before {
      hashes = queue.executable.dropFirst(before).map(\.hash)
    }
    announced += hashes
    let excess = announced.count - limits.announcementsMax
    guard excess > limits.announcementsMax / 2 else { return }
    announced.removeFirst(excess)
    announcedBefore += UInt64(excess)
  }

  /// The number of transactions that ever became able to run.
  var announcementCount: UInt64 { announcedBefore + UInt64(announced.count) }

  /// The hashes announced from a number on, as far as they are still known.
  func announcements(from start: UInt64) -> (hashes: [Digest], next: UInt64) {
    let skipped = start > announcedBefore ? Int(min(start - announcedBefore, UInt64(Int.max))) : 0
    return (Array(announced.dropFirst(skipped)), announcementCount)
  }
}
