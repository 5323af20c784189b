internal import EVM
public import Primitives
internal import Synchronization

extension Node {
  /// Makes a block of what the pool has, now or at a given time, and announces it.
  @discardableResult
  public func seal(at time: UnixTime? = nil) throws(NodeFailure) -> SealedBlock {
    guard !heads.isClosed else { throw .closed }
    return try writer.withLock { machine throws(NodeFailure) in
      try build(on: machine, at: time)
    }
  }

  /// Makes a block if there is something to put into it.
  func sealIfReady() throws(NodeFailure) -> SealedBlock? {
    guard !heads.isClosed else { return nil }
    return try writer.withLock { machine throws(NodeFailure) in
      let fee = nextBaseFee
      guard pool.withLock({ PoolSelection($0, baseFee: fee).next }) != nil else { return nil }
      return try build(on: machine, at: nil)
    }
  }

  private func build(on machine: Machine, at time: UnixTime?) throws(NodeFailure) -> SealedBlock {
    let builder = try nextBuilder(at: time)
    let selection = pool.withLock { PoolSelection($0, baseFee: builder.baseFee) }
    let built = try builder.build(selection, on: machine)
    consumeControls()
    try adopt(built)
    return built.block
  }

  /// What the next block would be, and the state after it.
  func pendingBlock() throws(NodeFailure) -> (block: SealedBlock, state: StateView) {
    let builder = try nextBuilder(at: nil)
    let selection = pool.withLock { PoolSelection($0, baseFee: builder.baseFee) }
    let built = try machines.withMachine { machine throws(NodeFailure) in
      try builder.build(selection, on: machine)
    }
    return (built.block, view(built.block, built.tree))
  }

  /// The base fee that the next block will have.
  public var nextBaseFee: U256 {
    controls.withLock { $0.nextBaseFee } ?? FeeMarket.baseFee(after: head.header)
  }

  private func nextBuilder(at time: UnixTime?) throws(NodeFailure) -> BlockBuilder {
    let parent = try state(at: .latest)
    let controls = controls.withLock { $0 }
    let clock = (time ?? now).milliseconds
    let seconds = UInt64(max(clock, 0)) / 1000
    let least = parent.header.timestamp.addingReportingOverflow(1)
    guard !least.overflow, parent.header.number < .max else {
      throw .invalidBlock(.header(.timestamp))
    }
    var timestamp = max(seconds, least.partialValue)
    if let interval = controls.timestampInterval {
      timestamp = max(parent.header.timestamp &+ interval, least.partialValue)
    }
    if let next = controls.nextTimestamp { timestamp = max(next, least.partialValue) }
    let number = parent.header.number + 1
    let attributes = BlockBuilder.Attributes(
      timestamp: timestamp, beneficiary: controls.beneficiary,
      gasLimit: FeeMarket.gasLimit(
        after: parent.header.gasLimit, target: controls.gasLimitTarget),
      randomness: controls.nextRandomness
        ?? configuration.randomness(number, parent.blockHash),
      extraData: Array(configuration.extraData.prefix(Header.extraDataMax)),
      baseFee: controls.nextBaseFee)
    return BlockBuilder(
      parent: parent, rules: rules, attributes: attributes, source: index.nextSource,
      meter: meter)
  }

  private func consumeControls() {
    controls.withLock { controls in
      controls.nextTimestamp = nil
      controls.nextBaseFee = nil
      controls.nextRandomness = nil
    }
  }

  /// Makes a block the head, and lets pool and watchers know.
  func adopt(_ built: BlockBuilder.Built) throws(NodeFailure) {
    try stored { () throws(StoreFailure) in
      try index.append(built.block, built.tree, built.changes)
    }
    let state = view(built.block, built.tree)
    pool.withLock { pool in
      for hash in built.refused { pool.remove(hash) }
      for address in built.touched where pool.accounts[address] != nil {
        pool.follow(address, senderState(of: address, in: state))
      }
    }
    heads.ring()
  }

  /// Seals at intervals where the configuration says so, and keeps the pool tidy, until the node is
  /// closed or the task is cancelled.
  public func run() async {
    while !heads.isClosed && !Task.isCancelled {
      let sealing = controls.withLock { $0.sealing }
      var pause = Duration.seconds(1)
      if case .interval(let interval) = sealing {
        pause = max(interval, .milliseconds(1))
      }
      do {
        try await Task.sleep(for: pause)
      } catch {
        return
      }
      if case .interval = sealing { _ = try? seal() }
      expirePool()
    }
  }

  /// Takes transactions out of the pool that have waited for an earlier nonce for too long.
  public func expirePool() {
    let now = configuration.clock()
    pool.withLock { $0.expire(now: now) }
  }
}

extension BlockBuilder {
  /// The block's base fee; zero before London.
  var baseFee: U256 {
    let fork = rules.fork(
      number: parent.header.number &+ 1, timestamp: attributes.timestamp)
    guard fork >= .london else { return .zero }
    return attributes.baseFee ?? FeeMarket.baseFee(after: parent.header)
  }
}
