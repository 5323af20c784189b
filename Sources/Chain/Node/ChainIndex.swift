internal import Dispatch
internal import EVM
internal import Primitives
internal import Synchronization

/// The blocks of the chain and the states after them, by everything that names them: the latest ones in
/// memory, in layers over what the store has.
///
/// One thread at a time adds to it, under the node's writer's lock; all may look.
final class ChainIndex: Sendable, BlockHistory {
  struct Place: Sendable {
    let block: UInt64
    let index: Int
  }

  /// Entries and blocks in memory after which they are written down.
  private static let commitWeight = 20_000
  private static let commitBlocks = 32
  /// Whoever adds more waits for the store.
  private static let weightMax = 8 * commitWeight
  /// Trie nodes in memory, some 200 bytes each, after which the stored ones are let go of.
  private static let nodesMax = 400_000
  /// Blocks that are kept in memory besides, and the transactions in them.
  private static let recentMax = 128
  private static let recentTransactionsMax = 50_000
  /// Blocks that were read from the files and are kept for the next who asks.
  private static let readMax = 32

  private struct State: Sendable {
    var head: SealedBlock
    var headTree: StateTree
    var headVersion: UInt64
    var layers: [ChainLayer] = []
    var weight = 0
    var nodes = 0
    /// Of the layers and of some blocks below them.
    var recent: [UInt64: SealedBlock] = [:]
    var recentOrder: [UInt64] = []
    var recentTransactions = 0
    /// Blocks that somebody read from the files lately, in the order that they were read in.
    var read: [UInt64: SealedBlock] = [:]
    var readOrder: [UInt64] = []
    var numbers: [Digest: UInt64] = [:]
    var transactions: [Digest: Place] = [:]
    var codes: [Digest: [UInt8]] = [:]
    var oldest: UInt64 = 0
    var safe: UInt64 = 0
    var finalized: UInt64 = 0
    var isCommitting = false
    /// Why nothing can be stored any more.
    var failure: StoreFailure?
  }

  let store: ChainStore
  private let genesis: SealedBlock
  private let history: Configuration.History
  private let isDurable: Bool
  private let meter: WorkMeter
  private let state: Mutex<State>
  private let commits = DispatchQueue(label: "chain.commits")

  /// Opens the store's chain, or begins it with `genesis` and its state.
  init(
    store: ChainStore, genesis: SealedBlock, changes: StateChanges,
    history: Configuration.History, isDurable: Bool, meter: WorkMeter
  ) throws(StoreFailure) {
    self.store = store
    self.genesis = genesis
    self.history = history
    self.isDurable = isDurable
    self.meter = meter
    if let found = try store.genesis(), let checkpoint = try store.checkpoint() {
      guard found == genesis.hash else {
        throw .otherGenesis(found: found, expected: genesis.hash)
      }
      let head =
        checkpoint.number == 0 ? genesis : try store.block(checkpoint.number)
      guard let head, let row = try store.row(checkpoint.number) else {
        throw .damaged(
          file: store.environment.path, offset: 0, reason: "block \(checkpoint.number) is missing")
      }
      state = Mutex(
        State(
          head: head,
          headTree: StateTree(
            root: .root(row.stateRoot), source: Self.source(store, checkpoint.version)),
          headVersion: checkpoint.version, oldest: checkpoint.oldest))
      return
    }
    let (tree, version) = try Self.applied(
      changes, to: StateTree(root: nil, source: NoSource()), source: Self.source(store, 0))
    let place = try store.log.append(
      BlockRecord.block(version: 0, genesis).encoded, isDurable: true)
    let layer = ChainLayer(
      version: 0, block: genesis, isPatch: false, tree: tree, changes: version, place: place,
      end: store.log.end)
    state = Mutex(State(head: genesis, headTree: tree, headVersion: 0))
    try store.environment.write { writer throws(StoreFailure) in
      try store.begin(genesis: genesis.hash, in: writer)
      try Self.write([layer], to: store, oldest: 0, writer)
    }
  }

  private static func source(_ store: ChainStore, _ version: UInt64) -> VersionedSource {
    VersionedSource(environment: store.environment, version: version)
  }

  static func applied(
    _ changes: StateChanges, to tree: StateTree, source: any NodeSource
  ) throws(StoreFailure) -> (StateTree, VersionChanges) {
    do throws(StateFailure) {
      return try tree.applying(changes, source: source)
    } catch {
      throw .system(error.reason)
    }
  }

  // MARK: Adding

  /// The source of the state that comes next.
  var nextSource: VersionedSource {
    Self.source(store, state.withLock { $0.headVersion } + 1)
  }

  /// Makes a block the head. It is in the log when this returns.
  func append(
    _ block: SealedBlock, _ tree: StateTree, _ changes: VersionChanges,
    at place: BlockLog.Place? = nil
  ) throws(StoreFailure) {
    let version = state.withLock { $0.headVersion } + 1
    let record = try place ?? log(.block(version: version, block))
    add(
      ChainLayer(
        version: version, block: block, isPatch: false, tree: tree, changes: changes,
        place: record, end: BlockLog.Place(segment: record.segment, offset: record.end, count: 0)))
    try scheduleCommit()
  }

  /// Puts another state after the head, as no block would.
  func patchHead(
    _ patch: StateChanges, _ tree: StateTree, _ changes: VersionChanges,
    at place: BlockLog.Place? = nil
  ) throws(StoreFailure) {
    let (version, head) = state.withLock { ($0.headVersion + 1, $0.head) }
    let record = try place ?? log(.patch(version: version, patch))
    let row = try placeOfHead(head)
    add(
      ChainLayer(
        version: version, block: head, isPatch: true, tree: tree, changes: changes, place: row,
        end: BlockLog.Place(segment: record.segment, offset: record.end, count: 0)))
    try scheduleCommit()
  }

  private func placeOfHead(_ head: SealedBlock) throws(StoreFailure) -> BlockLog.Place {
    if let layer = state.withLock({ $0.layers.last }) { return layer.place }
    guard let row = try store.row(head.number) else {
      throw .damaged(
        file: store.environment.path, offset: 0, reason: "block \(head.number) is missing")
    }
    return row.place
  }

  private func log(_ record: BlockRecord) throws(StoreFailure) -> BlockLog.Place {
    if let failure = state.withLock({ $0.failure }) { throw failure }
    return try meter.measure(\.log) { () throws(StoreFailure) in
      try store.log.append(record.encoded, isDurable: isDurable)
    }
  }

  private func add(_ layer: ChainLayer) {
    state.withLock { state in
      state.layers.append(layer)
      state.weight += layer.changes.weight
      state.nodes += layer.changes.nodeCount
      state.headTree = layer.tree
      state.headVersion = layer.version
      for (hash, code) in layer.changes.codes { state.codes[hash] = code }
      guard !layer.isPatch else { return }
      let block = layer.block
      state.head = block
      state.numbers[block.hash] = block.number
      for transaction in block.transactions {
        state.transactions[transaction.hash] = Place(
          block: block.number, index: transaction.index)
      }
      state.recent[block.number] = block
      state.recentOrder.append(block.number)
      state.recentTransactions += block.transactions.count
    }
  }

  func mark(safe: UInt64, finalized: UInt64) {
    state.withLock { state in
      state.safe = min(safe, state.head.number)
      state.finalized = min(finalized, state.safe)
    }
  }

  // MARK: Storing

  private func scheduleCommit() throws(StoreFailure) {
    let (isDue, isLate, isLarge) = state.withLock { state in
      let isDue =
        !state.isCommitting
        && (state.weight >= Self.commitWeight || state.layers.count >= Self.commitBlocks)
      if isDue { state.isCommitting = true }
      return (isDue, state.weight >= Self.weightMax, state.nodes >= Self.nodesMax)
    }
    if isDue { commits.async { [self] in commit() } }
    if isLate || isLarge { try drain() }
    if isLarge { collapse() }
  }

  /// Returns when LMDB has everything.
  func drain() throws(StoreFailure) {
    commits.sync { commit() }
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  /// Lets go of the trie's stored nodes, but for the topmost ones.
  private func collapse() {
    state.withLock { state in
      state.headTree = StateTree(
        root: state.headTree.root?.collapsed(below: 3), source: state.headTree.source)
      state.nodes = 0
    }
  }

  /// Writes all layers down. On the commits' queue alone.
  private func commit() {
    let (layers, oldest) = state.withLock { state in
      (state.layers, keptFrom(state))
    }
    defer { state.withLock { $0.isCommitting = false } }
    guard !layers.isEmpty else { return }
    do throws(StoreFailure) {
      if !store.isTemporary { try store.log.synchronize() }
      var segment: UInt32?
      try meter.measure(\.commit) { () throws(StoreFailure) in
        try store.environment.write { writer throws(StoreFailure) in
          segment = try Self.write(layers, to: store, oldest: oldest, writer)
        }
      }
      state.withLock { forget(layers, oldest: oldest, &$0) }
      if let segment { try store.log.removeSegments(before: segment) }
    } catch {
      state.withLock { $0.failure = $0.failure ?? error }
    }
  }

  private func keptFrom(_ state: State) -> UInt64 {
    guard case .blocks(let count) = history else { return state.oldest }
    let kept = max(count, 256)
    return max(state.oldest, state.head.number > kept ? state.head.number - kept : 0)
  }

  /// Returns the file of the oldest block that is kept, where it may have moved.
  @discardableResult
  private static func write(
    _ layers: [ChainLayer], to store: ChainStore, oldest: UInt64,
    _ writer: borrowing Environment.Writer
  ) throws(StoreFailure) -> UInt32? {
    guard let last = layers.last else { return nil }
    try StateWriter.write(
      layers.map {
        StateWriter.Pending(version: $0.version, changes: $0.changes, root: $0.tree.root)
      }, to: writer)
    for layer in layers { try store.put(layer, in: writer) }
    let before = try store.checkpoint()?.oldest ?? 0
    var segment: UInt32?
    if oldest > before {
      segment = try prune(from: before, to: oldest, store, writer)
    }
    try store.put(
      ChainStore.Checkpoint(
        number: last.block.number, version: last.version,
        place: last.end, oldest: oldest), in: writer)
    return segment
  }

  private static func prune(
    from before: UInt64, to oldest: UInt64, _ store: ChainStore,
    _ writer: borrowing Environment.Writer
  ) throws(StoreFailure) -> UInt32? {
    guard let first = try store.row(before, in: writer),
      let kept = try store.row(oldest, in: writer), first.version < kept.version
    else { return nil }
    for version in (first.version + 1)...kept.version {
      try StateWriter.prune(before: version, in: writer)
    }
    for number in before..<oldest { try store.remove(number, in: writer) }
    return kept.place.segment
  }

  private func forget(_ layers: [ChainLayer], oldest: UInt64, _ state: inout State) {
    state.layers.removeFirst(min(layers.count, state.layers.count))
    state.oldest = oldest
    state.readOrder.removeAll { $0 < oldest }
    state.read = state.read.filter { $0.key >= oldest }
    for layer in layers {
      state.weight -= min(layer.changes.weight, state.weight)
      for (hash, _) in layer.changes.codes { state.codes[hash] = nil }
      guard !layer.isPatch else { continue }
      state.numbers[layer.block.hash] = nil
      for transaction in layer.block.transactions { state.transactions[transaction.hash] = nil }
    }
    let firstKept = state.layers.first?.block.number ?? .max
    while state.recentOrder.count > Self.recentMax
      || state.recentTransactions > Self.recentTransactionsMax
    {
      guard let number = state.recentOrder.first, number < firstKept else { break }
      state.recentOrder.removeFirst()
      if let block = state.recent.removeValue(forKey: number) {
        state.recentTransactions -= block.transactions.count
      }
    }
  }

  // MARK: Going back

  /// Makes an earlier block the head, with the state of one of its versions.
  func revert(to number: UInt64, version: UInt64, isLogged: Bool = false) throws(StoreFailure) {
    try drain()
    if !isLogged { _ = try log(.rewind(number: number, version: version)) }
    let end = store.log.end
    let failure: StoreFailure? = commits.sync {
      do throws(StoreFailure) {
        try goBack(to: number, version: version, logEnd: end)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  private func goBack(
    to number: UInt64, version: UInt64, logEnd: BlockLog.Place
  ) throws(StoreFailure) {
    let (head, headVersion, oldest) = state.withLock { ($0.head, $0.headVersion, $0.oldest) }
    guard let block = try self.block(number), let row = try store.row(number) else {
      throw .system("block \(number) is not there to go back to")
    }
    var root = row.stateRoot
    try store.environment.write { writer throws(StoreFailure) in
      if version < headVersion {
        for gone in ((version + 1)...headVersion).reversed() {
          try StateWriter.revert(gone, in: writer)
        }
      }
      if number < head.number {
        for gone in (number + 1)...head.number { try store.remove(gone, in: writer) }
      }
      root = try store.restore(row, number: number, version: version, in: writer)
      try store.put(
        ChainStore.Checkpoint(
          number: number, version: version, place: logEnd, oldest: oldest), in: writer)
    }
    let stateRoot = root
    state.withLock { state in
      state.head = block
      state.headVersion = version
      state.headTree = StateTree(root: .root(stateRoot), source: Self.source(store, version))
      state.nodes = 0
      state.recentOrder.removeAll { $0 > number }
      state.read = [:]
      state.readOrder = []
      state.recent = state.recent.filter { $0.key <= number }
      state.recentTransactions = state.recent.values.reduce(0) { $0 + $1.transactions.count }
      state.safe = min(state.safe, number)
      state.finalized = min(state.finalized, number)
    }
  }

  // MARK: Looking

  var head: SealedBlock { state.withLock { $0.head } }
  var headVersion: UInt64 { state.withLock { $0.headVersion } }
  var oldest: UInt64 { state.withLock { $0.oldest } }
  var safe: UInt64 { state.withLock { $0.safe } }
  var finalized: UInt64 { state.withLock { $0.finalized } }
  /// Why nothing can be stored any more, once that is so.
  var failure: StoreFailure? { state.withLock { $0.failure } }

  func block(_ number: UInt64) throws(StoreFailure) -> SealedBlock? {
    if number == 0 { return genesis }
    if let block = state.withLock({ $0.recent[number] ?? $0.read[number] }) { return block }
    guard let block = try store.block(number) else { return nil }
    state.withLock { state in
      if state.read.updateValue(block, forKey: number) == nil { state.readOrder.append(number) }
      if state.readOrder.count > Self.readMax { state.read[state.readOrder.removeFirst()] = nil }
    }
    return block
  }

  /// The filter over a block's logs.
  func bloom(_ number: UInt64) throws(StoreFailure) -> Bloom? {
    if let block = state.withLock({ $0.recent[number] }) { return block.header.bloom }
    return try store.row(number)?.bloom
  }

  func number(of hash: Digest) throws(StoreFailure) -> UInt64? {
    if let number = state.withLock({ $0.numbers[hash] }) { return number }
    if hash == genesis.hash { return 0 }
    return try store.number(of: hash)
  }

  func place(of transaction: Digest) throws(StoreFailure) -> Place? {
    if let place = state.withLock({ $0.transactions[transaction] }) { return place }
    return try store.place(of: transaction)
  }

  func tree(after number: UInt64) throws(StoreFailure) -> StateTree? {
    let found = state.withLock { state in
      number == state.head.number
        ? state.headTree : state.layers.last { $0.block.number == number }?.tree
    }
    if let found { return found }
    guard number >= oldest, let row = try store.row(number) else { return nil }
    return StateTree(root: .root(row.stateRoot), source: Self.source(store, row.version))
  }

  /// The head and the state after it, which belong together.
  var headState: (SealedBlock, StateTree?) {
    state.withLock { ($0.head, $0.headTree) }
  }

  func code(_ hash: Digest) throws(StateFailure) -> [UInt8] {
    if hash == Account.emptyCodeHash { return [] }
    if let code = state.withLock({ $0.codes[hash] }) { return code }
    do throws(StoreFailure) {
      if let code = try store.code(hash) { return code }
    } catch {
      throw StateFailure(reason: error.description)
    }
    throw StateFailure(reason: "the state has no code with the hash \(hash)")
  }

  func hash(ofNumber number: UInt64, before header: Header) throws(StateFailure) -> Digest? {
    guard number < header.number else { return nil }
    if number == 0 { return genesis.hash }
    if let block = state.withLock({ $0.recent[number] }) { return block.hash }
    do throws(StoreFailure) {
      return try store.row(number)?.hash
    } catch {
      throw StateFailure(reason: error.description)
    }
  }
}
