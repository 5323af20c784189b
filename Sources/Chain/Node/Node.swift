public import EVM
public import Primitives
internal import Synchronization

/// A node of one chain: keeps its blocks and its state, takes transactions and makes blocks of them.
///
/// All methods may be called from any thread. Those that execute code block their caller until they are
/// done, which ``QueryLimits/callGasMax`` and the block's gas limit bound.
public final class Node: Sendable {
  public let configuration: Configuration
  let index: ChainIndex
  /// Nil for a chain that goes when its node does.
  let journal: PoolJournal?
  let pool: Mutex<Pool>
  /// Rings with each new head.
  let heads = Bell()
  /// Rings when transactions became able to run.
  let arrivals = Bell()
  let machines = MachinePool()
  let meter: WorkMeter
  let controls: Mutex<Controls>
  /// Whoever makes or imports a block holds it: one at a time.
  let writer = Mutex<Machine>(Machine())

  /// What a development chain's owner has set.
  struct Controls: Sendable {
    var sealing: Configuration.Sealing
    var beneficiary: Address
    var gasLimitTarget: UInt64
    /// Milliseconds that the chain's clock is ahead.
    var clockOffset: Int64 = 0
    var nextTimestamp: UInt64?
    var timestampInterval: UInt64?
    var nextBaseFee: U256?
    var nextRandomness: Digest?
    var impersonated: Set<Address> = []
    var impersonatesAll = false
    var snapshots: [Snapshot] = []
    var snapshotCount: UInt64 = 0
  }

  struct Snapshot: Sendable {
    let id: UInt64
    let number: UInt64
    let version: UInt64
    let clockOffset: Int64
  }

  public init(_ configuration: Configuration) throws(NodeFailure) {
    self.configuration = configuration
    let meter = WorkMeter()
    self.meter = meter
    pool = Mutex(Pool(limits: configuration.pool))
    controls = Mutex(
      Controls(
        sealing: configuration.sealing, beneficiary: configuration.beneficiary,
        gasLimitTarget: configuration.gasLimitTarget))
    let genesis = configuration.genesis
    do throws(StoreFailure) {
      let (tree, _) = try ChainIndex.applied(
        genesis.changes, to: StateTree(root: nil, source: NoSource()), source: NoSource())
      let header = genesis.header(stateRoot: tree.rootHash, rules: configuration.rules)
      let block = Block(header: header, withdrawals: header.withdrawalsRoot == nil ? nil : [])
      let sealed = SealedBlock(
        block: block, hash: header.hash, encoded: block.encoded, senders: [],
        receipts: [], blobBaseFee: .one)
      let store = try ChainStore(configuration.folder, rules: configuration.rules)
      index = try ChainIndex(
        store: store, genesis: sealed, changes: genesis.changes, history: configuration.history,
        isDurable: configuration.synchronizesBlocks, meter: meter)
      journal = configuration.folder == nil ? nil : try PoolJournal(store.folder)
      try Restoration(index: index, rules: configuration.rules, machine: Machine()).run()
      try restorePool()
    } catch {
      throw .store(error)
    }
  }

  /// Ends all streams, and returns when everything acknowledged is stored.
  public func close() throws(NodeFailure) {
    heads.close()
    arrivals.close()
    try writer.withLock { _ throws(NodeFailure) in
      try stored { () throws(StoreFailure) in try index.drain() }
    }
  }

  /// Where this node's processor time went so far.
  public var workTimes: WorkTimes { meter.now }

  public var chainID: UInt64 { configuration.rules.chainID }
  public var rules: ChainRules { configuration.rules }

  /// The latest block.
  public var head: SealedBlock { index.head }

  /// The chain's own time: the clock's, as far as nobody has moved it.
  public var now: UnixTime {
    let offset = controls.withLock { $0.clockOffset }
    return configuration.clock().advanced(by: .milliseconds(offset))
  }

  // MARK: Blocks

  /// The lowest block whose body, receipts and state are kept.
  public var oldestBlock: UInt64 { index.oldest }

  /// The number of a block, ``BlockReference/pending`` excluded; nil where there is none.
  public func number(of reference: BlockReference) throws(NodeFailure) -> UInt64? {
    switch reference {
    case .number(let number): return number <= head.number ? number : nil
    case .hash(let hash):
      return try stored { () throws(StoreFailure) in try index.number(of: hash) }
    case .earliest: return 0
    case .latest: return head.number
    case .safe: return index.safe
    case .finalized: return index.finalized
    case .pending: return nil
    }
  }

  /// A block of the chain, or what the next one would be; nil where there is none.
  public func block(_ reference: BlockReference) throws(NodeFailure) -> SealedBlock? {
    if case .pending = reference { return try pendingBlock().block }
    guard let number = try number(of: reference) else { return nil }
    let block = try stored { () throws(StoreFailure) in try index.block(number) }
    if block == nil, number < oldestBlock { throw .pruned(reference, oldest: oldestBlock) }
    return block
  }

  /// The block that must be there.
  func requiredBlock(_ reference: BlockReference) throws(NodeFailure) -> SealedBlock {
    guard let block = try block(reference) else { throw .unknownBlock(reference) }
    return block
  }

  /// A transaction of the chain; nil where there is none.
  public func transaction(_ hash: Digest) throws(NodeFailure) -> SealedTransaction? {
    guard let place = try stored({ () throws(StoreFailure) in try index.place(of: hash) }) else {
      return nil
    }
    guard let block = try block(.number(place.block)),
      block.transactions.indices.contains(place.index)
    else { return nil }
    return block.transactions[place.index]
  }

  /// Says how far back the chain is safe from being undone, as whoever derives it from a layer 1 knows.
  public func mark(safe: UInt64, finalized: UInt64) {
    index.mark(safe: safe, finalized: finalized)
  }

  // MARK: State

  /// The state after a block.
  public func state(at reference: BlockReference) throws(NodeFailure) -> StateView {
    switch reference {
    case .pending: return try pendingBlock().state
    case .latest:
      let (block, tree) = index.headState
      guard let tree else { throw .unknownBlock(reference) }
      return view(block, tree)
    default:
      let block = try requiredBlock(reference)
      guard
        let tree = try stored({ () throws(StoreFailure) in try index.tree(after: block.number) })
      else { throw .pruned(reference, oldest: oldestBlock) }
      return view(block, tree)
    }
  }

  func view(_ block: SealedBlock, _ tree: StateTree) -> StateView {
    StateView(header: block.header, blockHash: block.hash, tree: tree, history: index)
  }

  func stored<Value>(
    _ body: () throws(StoreFailure) -> Value
  ) throws(NodeFailure) -> Value {
    do throws(StoreFailure) {
      return try body()
    } catch {
      throw .store(error)
    }
  }
}

extension NodeFailure {
  init(_ failure: StateFailure) {
    self = .store(.system(failure.reason))
  }
}
