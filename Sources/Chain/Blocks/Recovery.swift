internal import Dispatch
internal import EVM
internal import Primitives
internal import Synchronization

/// Finds out who signed many transactions, on all cores.
enum Recovery {
  /// Fewer are not worth a second thread.
  private static let batch = 16

  /// The senders in the order of the transactions; nil where a signature fits no key.
  static func senders(of transactions: [Transaction]) -> [Address?] {
    guard transactions.count > batch else { return transactions.map { $0.sender() } }
    let batches = (transactions.count + batch - 1) / batch
    let found = Mutex<[[Address?]]>(Array(repeating: [], count: batches))
    DispatchQueue.concurrentPerform(iterations: batches) { index in
      let range = index * batch..<min((index + 1) * batch, transactions.count)
      let senders = transactions[range].map { $0.sender() }
      found.withLock { $0[index] = senders }
    }
    return found.withLock { $0.flatMap { $0 } }
  }
}
