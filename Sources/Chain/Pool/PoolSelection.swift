internal import EVM
internal import Primitives

/// The order in which a block takes transactions: the best tip first, of equal ones the earliest, and
/// each account's in the order of nonces.
///
/// The same pool gives the same order everywhere.
struct PoolSelection {
  private struct Head {
    let item: PooledTransaction
    let tip: U256
  }

  private var heads: Heap<Head>
  private var rest: [Address: ArraySlice<PooledTransaction>] = [:]
  private let baseFee: U256

  init(_ pool: Pool, baseFee: U256) {
    self.baseFee = baseFee
    var first: [Head] = []
    for (address, queue) in pool.accounts {
      guard let item = queue.executable.first, let tip = item.tip(baseFee: baseFee) else {
        continue
      }
      first.append(Head(item: item, tip: tip))
      rest[address] = queue.executable.dropFirst()
    }
    heads = Heap(first) { left, right in
      left.tip != right.tip ? left.tip > right.tip : left.item.sequence < right.item.sequence
    }
  }

  var next: PooledTransaction? { heads.first?.item }

  /// Goes on after the transaction was taken.
  mutating func take() {
    guard let head = heads.removeFirst(),
      let item = rest[head.item.sender]?.popFirst(), let tip = item.tip(baseFee: baseFee)
    else { return }
    heads.insert(Head(item: item, tip: tip))
  }

  /// Goes on without the transaction, and so without the later ones of its sender.
  mutating func skip() {
    heads.removeFirst()
  }
}
