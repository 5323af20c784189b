internal import EVM
public import Primitives
internal import Synchronization

extension Node {
  /// Takes a signed transaction in its network form, and returns its hash. Under instant sealing the
  /// block that has it is there when this returns.
  ///
  /// `isLocal` transactions are this node's own user's: prices and places do not push them out.
  @discardableResult
  public func submit(
    _ bytes: [UInt8], isLocal: Bool = false
  ) throws(PoolRejection) -> Digest {
    let limits = configuration.pool
    guard bytes.count <= limits.transactionBytesMax else {
      throw .tooLarge(bytes: bytes.count, most: limits.transactionBytesMax)
    }
    let transaction: Transaction
    do {
      transaction = try Transaction(decoding: bytes, fork: nextFork)
    } catch {
      throw bytes.first == Transaction.Kind.blob.rawValue ? .blobsNotAccepted : .malformed(error)
    }
    let hash = Keccak256.hash(bytes)
    if pool.withLock({ $0.byHash[hash] }) != nil { throw .alreadyKnown }
    try check(transaction)
    guard let sender = meter.measure(\.recovery, { transaction.sender() }) else {
      throw .invalid(.unrecoverableSender)
    }
    try add(
      PooledTransaction(
        transaction: transaction, hash: hash, sender: sender, encoding: bytes,
        arrival: configuration.clock(), isLocal: isLocal))
    return hash
  }

  /// Takes in again what this node's own users had in the pool when it ended.
  func restorePool() throws(StoreFailure) {
    guard let journal else { return }
    for bytes in try journal.read() {
      // What is in a block by now, or can be in none any more, is refused here and so forgotten.
      _ = try? submit(bytes, isLocal: true)
    }
    let waiting = pool.withLock { pool in
      pool.byHash.values.filter(\.isLocal).sorted { $0.sequence < $1.sequence }
    }
    try journal.replace(with: waiting.map(\.encoding))
  }

  var nextFork: Fork {
    let header = head.header
    return rules.fork(
      number: header.number &+ 1,
      timestamp: max(header.timestamp &+ 1, UInt64(max(now.milliseconds, 0)) / 1000))
  }

  func check(_ transaction: Transaction) throws(PoolRejection) {
    guard transaction.kind != .blob || configuration.pool.acceptsBlobs else {
      throw .blobsNotAccepted
    }
    do throws(InvalidTransaction) {
      try transaction.validate(fork: nextFork, chainID: chainID)
    } catch {
      throw .invalid(error)
    }
    let limit = head.header.gasLimit
    guard transaction.gasLimit <= limit else { throw .gasLimitExceedsBlock(limit: limit) }
  }

  /// Adds what is valid by itself.
  func add(_ item: PooledTransaction) throws(PoolRejection) {
    guard !heads.isClosed else { throw .closed }
    try meter.measure(\.admission) { () throws(PoolRejection) in
      try pool.withLock { pool throws(PoolRejection) in
        let (block, tree) = index.headState
        guard let tree else { throw .closed }
        let sender = try senderState(item, in: view(block, tree))
        _ = try pool.add(item, sender: sender)
      }
    }
    if item.isLocal, !item.isImpersonated, let journal {
      do throws(StoreFailure) {
        try journal.append(item.encoding)
      } catch {
        throw .state(StateFailure(reason: error.description))
      }
    }
    arrivals.ring()
    guard controls.withLock({ $0.sealing }) == .instant else { return }
    do throws(NodeFailure) {
      while let block = try sealIfReady(), !block.transactions.isEmpty {}
    } catch {
      throw .state(StateFailure(reason: error.description))
    }
  }

  private func senderState(
    _ item: PooledTransaction, in state: StateView
  ) throws(PoolRejection) -> Pool.SenderState {
    do throws(StateFailure) {
      let account = try state.account(item.sender) ?? Account()
      var sender = Pool.SenderState(nonce: account.nonce, balance: account.balance)
      guard account.codeHash != Account.emptyCodeHash, !item.isImpersonated else { return sender }
      let code = try state.code(item.sender)
      guard code.count == 23, code.starts(with: [0xEF, 0x01, 0x00]) else {
        throw StateFailure(reason: "code")
      }
      sender.isDelegated = true
      return sender
    } catch {
      throw error.reason == "code" ? .invalid(.senderHasCode) : .state(error)
    }
  }

  func senderState(of address: Address, in state: StateView) -> Pool.SenderState {
    // An account that cannot be read now will be refused when it runs.
    let account = (try? state.account(address)) ?? Account()
    return Pool.SenderState(nonce: account.nonce, balance: account.balance)
  }

  // MARK: Looking

  public var poolStatus: PoolStatus { pool.withLock { $0.status } }
  public var poolContent: PoolContent { pool.withLock { $0.content } }

  /// What the pool has of one account.
  public func poolContent(from sender: Address) -> PoolContent {
    pool.withLock { pool in
      var content = PoolContent()
      guard let queue = pool.accounts[sender] else { return content }
      if queue.executableCount > 0 { content.pending[sender] = Array(queue.executable) }
      if queue.queuedCount > 0 { content.queued[sender] = Array(queue.queued) }
      return content
    }
  }

  public func pooledTransaction(_ hash: Digest) -> PooledTransaction? {
    pool.withLock { $0.byHash[hash] }
  }

  /// The nonce that an account's next transaction should have, those of the pool counted.
  public func nextNonce(of address: Address) throws(NodeFailure) -> UInt64 {
    if let queue = pool.withLock({ $0.accounts[address] }), queue.executableCount > 0 {
      return queue.nextNonce
    }
    do throws(StateFailure) {
      return try state(atHead: address)
    } catch {
      throw NodeFailure(error)
    }
  }

  private func state(atHead address: Address) throws(StateFailure) -> UInt64 {
    let (block, tree) = index.headState
    guard let tree else { throw StateFailure(reason: "no state at the head") }
    return try view(block, tree).account(address)?.nonce ?? 0
  }
}
