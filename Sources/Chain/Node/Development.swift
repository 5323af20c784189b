public import EVM
public import Primitives
internal import Synchronization

/// What the owner of a development chain may do to it without a transaction.
public struct Development: Sendable {
  let node: Node

  // MARK: Blocks and time

  /// Makes blocks, `seconds` apart where that is given.
  public func mine(_ count: UInt64 = 1, seconds: UInt64? = nil) throws(NodeFailure) {
    for index in 0..<count {
      if let seconds, index > 0 {
        let next = node.head.header.timestamp &+ seconds
        node.controls.withLock { $0.nextTimestamp = next }
      }
      try node.seal()
    }
  }

  /// Whether blocks are made at once.
  public var isSealingInstantly: Bool { node.controls.withLock { $0.sealing } == .instant }

  public func setSealing(_ sealing: Configuration.Sealing) {
    node.controls.withLock { $0.sealing = sealing }
  }

  /// Moves the chain's clock; returns by how many milliseconds it is ahead altogether.
  @discardableResult
  public func increaseTime(by seconds: UInt64) -> Int64 {
    node.controls.withLock { controls in
      let (product, overflow) = Int64(clamping: seconds).multipliedReportingOverflow(by: 1000)
      let (sum, spills) = controls.clockOffset.addingReportingOverflow(overflow ? .max : product)
      controls.clockOffset = spills ? .max : sum
      return controls.clockOffset
    }
  }

  public func setTime(_ time: UnixTime) {
    let clock = node.configuration.clock().milliseconds
    node.controls.withLock {
      let (difference, overflow) = time.milliseconds.subtractingReportingOverflow(clock)
      $0.clockOffset = overflow ? 0 : difference
    }
  }

  /// The next block's time, which must be after the head's; the clock goes on from there.
  public func setNextTimestamp(_ seconds: UInt64) throws(NodeFailure) {
    guard seconds > node.head.header.timestamp, seconds < UInt64(Int64.max) / 1000 else {
      throw .badOverride("the next timestamp must be above \(node.head.header.timestamp)")
    }
    setTime(UnixTime(milliseconds: Int64(seconds) * 1000))
    node.controls.withLock { $0.nextTimestamp = seconds }
  }

  /// Seconds between blocks whatever the clock says; nil for the clock's.
  public func setTimestampInterval(_ seconds: UInt64?) {
    node.controls.withLock { $0.timestampInterval = seconds }
  }

  public func setNextBaseFee(_ fee: U256) { node.controls.withLock { $0.nextBaseFee = fee } }
  public func setNextRandomness(_ value: Digest) {
    node.controls.withLock { $0.nextRandomness = value }
  }
  public func setBeneficiary(_ address: Address) {
    node.controls.withLock { $0.beneficiary = address }
  }
  public func setGasLimitTarget(_ gas: UInt64) {
    node.controls.withLock { $0.gasLimitTarget = gas }
  }

  // MARK: Accounts

  public func setBalance(_ address: Address, _ balance: U256) throws(NodeFailure) {
    try patch(address) { $0.balance = balance }
  }

  public func setNonce(_ address: Address, _ nonce: UInt64) throws(NodeFailure) {
    try patch(address) { $0.nonce = nonce }
  }

  public func setCode(_ address: Address, _ code: [UInt8]) throws(NodeFailure) {
    let hash = Keccak256.hash(code)
    try patch(address, codes: code.isEmpty ? [] : [(hash, code)]) { $0.codeHash = hash }
  }

  public func setStorage(_ address: Address, _ slot: U256, _ value: U256) throws(NodeFailure) {
    try patch(address, slots: [(slot, value)]) { _ in }
  }

  private func patch(
    _ address: Address, slots: [(slot: U256, value: U256)] = [],
    codes: [(hash: Digest, code: [UInt8])] = [], _ change: (inout Account) -> Void
  ) throws(NodeFailure) {
    try node.writer.withLock { _ throws(NodeFailure) in
      let view = try node.state(at: .latest)
      var account = Account()
      do throws(StateFailure) {
        account = try view.account(address) ?? account
      } catch {
        throw NodeFailure(error)
      }
      change(&account)
      var changes = StateChanges()
      changes.codes = codes
      changes.accounts = [
        StateChanges.Change(address: address, account: account, wipesStorage: false, slots: slots)
      ]
      try node.patch(changes, on: view)
    }
  }

  // MARK: Senders

  public func impersonate(_ address: Address) {
    _ = node.controls.withLock { $0.impersonated.insert(address) }
  }

  public func stopImpersonating(_ address: Address) {
    _ = node.controls.withLock { $0.impersonated.remove(address) }
  }

  public func setImpersonatesAll(_ value: Bool) {
    node.controls.withLock { $0.impersonatesAll = value }
  }

  public func isImpersonated(_ address: Address) -> Bool {
    node.controls.withLock { $0.impersonatesAll || $0.impersonated.contains(address) }
  }

  /// Takes a transaction that nobody signed, from an account that is played; its signature is made up.
  public func submit(
    unsigned transaction: Transaction, from sender: Address
  ) throws(PoolRejection) -> Digest {
    var transaction = transaction
    // Numbers that no signature has, so that different senders' transactions have different hashes.
    transaction.signature = Transaction.Signature(isOdd: false, r: sender.word &+ .one, s: .one)
    try node.check(transaction)
    let bytes = transaction.encoded
    let hash = Keccak256.hash(bytes)
    try node.add(
      PooledTransaction(
        transaction: transaction, hash: hash, sender: sender, encoding: bytes,
        arrival: node.configuration.clock(), isLocal: true, isImpersonated: true))
    return hash
  }

  /// Takes a transaction out of the pool; false if it was not there.
  @discardableResult
  public func drop(_ hash: Digest) -> Bool {
    node.pool.withLock { $0.remove(hash) != nil }
  }

  public func dropAll() {
    node.pool.withLock { $0.removeAll() }
  }

  // MARK: Going back

  /// Remembers the chain as it is; the number brings it back.
  public func snapshot() throws(NodeFailure) -> UInt64 {
    try node.writer.withLock { _ throws(NodeFailure) in
      let (number, version) = (node.head.number, node.index.headVersion)
      return node.controls.withLock { controls in
        controls.snapshotCount += 1
        controls.snapshots.append(
          Node.Snapshot(
            id: controls.snapshotCount, number: number, version: version,
            clockOffset: controls.clockOffset))
        return controls.snapshotCount
      }
    }
  }

  /// Goes back to a snapshot, which is used up with all later ones; false where there is none.
  public func revert(to id: UInt64) throws(NodeFailure) -> Bool {
    try node.writer.withLock { _ throws(NodeFailure) in
      let snapshot: Node.Snapshot? = node.controls.withLock { controls in
        guard let index = controls.snapshots.firstIndex(where: { $0.id == id }) else { return nil }
        let snapshot = controls.snapshots[index]
        controls.snapshots.removeSubrange(index...)
        controls.clockOffset = snapshot.clockOffset
        return snapshot
      }
      guard let snapshot else { return false }
      try node.goBack(to: snapshot.number, version: snapshot.version)
      return true
    }
  }

  /// Forgets the latest blocks.
  public func rollback(_ count: UInt64 = 1) throws(NodeFailure) {
    try node.writer.withLock { _ throws(NodeFailure) in
      let head = node.head.number
      guard count <= head, head - count >= node.oldestBlock else {
        throw .pruned(.number(head - min(count, head)), oldest: node.oldestBlock)
      }
      node.controls.withLock { $0.snapshots.removeAll { $0.number > head - count } }
      try node.stored { () throws(StoreFailure) in try node.index.drain() }
      let row = try node.stored { () throws(StoreFailure) in
        try node.index.store.row(head - count)
      }
      guard let row else { throw .unknownBlock(.number(head - count)) }
      try node.goBack(to: head - count, version: row.version)
    }
  }
}

extension Node {
  /// What may be done to a development chain; nil for any other.
  public var development: Development? {
    configuration.isDevelopment ? Development(node: self) : nil
  }

  /// Changes the state after the head without a block. The writer's lock is held.
  func patch(_ changes: StateChanges, on view: StateView) throws(NodeFailure) {
    try stored { () throws(StoreFailure) in
      let (tree, version) = try ChainIndex.applied(
        changes, to: view.tree, source: index.nextSource)
      try index.patchHead(changes, tree, version)
    }
    let state = try self.state(at: .latest)
    pool.withLock { pool in
      for change in changes.accounts where pool.accounts[change.address] != nil {
        pool.follow(change.address, senderState(of: change.address, in: state))
      }
    }
    heads.ring()
  }

  /// Makes an earlier block the head. The writer's lock is held.
  func goBack(to number: UInt64, version: UInt64) throws(NodeFailure) {
    try stored { () throws(StoreFailure) in
      try index.revert(to: number, version: version)
    }
    let state = try self.state(at: .latest)
    pool.withLock { pool in
      for address in Array(pool.accounts.keys) {
        pool.follow(address, senderState(of: address, in: state))
      }
    }
    heads.ring()
  }
}
