internal import EVM
internal import Primitives

/// Makes the next block: from a parent, its state and transactions in an order, always the same block.
struct BlockBuilder {
  /// What the maker of a block decides.
  struct Attributes: Sendable {
    /// Seconds since 1970, above the parent's.
    var timestamp: UInt64
    var beneficiary: Address
    var gasLimit: UInt64
    var randomness: Digest
    var extraData: [UInt8] = []
    /// Instead of the one that follows from the parent; such a block is for this node alone.
    var baseFee: U256?
    /// The layer 1's block that this one knows of, by its root, where there is one.
    var origin = Digest(.zero)
    var withdrawals: [Withdrawal] = []
  }

  struct Built: Sendable {
    let block: SealedBlock
    let tree: StateTree
    let changes: VersionChanges
    /// Accounts whose nonce or balance may differ now.
    let touched: [Address]
    /// Transactions that can never be in a block.
    let refused: [Digest]
  }

  /// Bytes that a block has besides its transactions, with room to spare.
  private static let frameBytes = 4096

  let parent: StateView
  let rules: ChainRules
  let attributes: Attributes
  /// Where the new state's nodes come from once they are stored.
  let source: any NodeSource
  let meter: WorkMeter

  func build(
    _ selection: PoolSelection, on machine: Machine
  ) throws(NodeFailure) -> Built {
    try build(on: machine) { (execution, header, taken) throws(NodeFailure) in
      try fill(execution, header, selection, &taken)
    }
  }

  /// A block of these transactions in this order; one that does not fit is a failure.
  func build(
    exactly items: [PooledTransaction], on machine: Machine
  ) throws(NodeFailure) -> Built {
    try build(on: machine) { (execution, _, taken) throws(NodeFailure) in
      for item in items {
        do throws(ExecutionFailure) {
          try execution.run(item.transaction, from: item.sender)
        } catch {
          switch error {
          case .invalid(let reason):
            throw .rejectedCall(reason, item.transaction, sender: item.sender)
          case .state(let failure): throw NodeFailure(failure)
          }
        }
        taken.append(item)
      }
      return []
    }
  }

  /// `fill` runs the transactions, notes those that it took, and returns those that no block can have.
  private func build(
    on machine: Machine,
    _ fill: (BlockExecution, Header, inout [PooledTransaction]) throws(NodeFailure) -> [Digest]
  ) throws(NodeFailure) -> Built {
    var header = openHeader()
    let fork = rules.fork(number: header.number, timestamp: header.timestamp)
    let execution = BlockExecution(
      header, rules: rules, database: ViewDatabase(parent), arena: machine.arena,
      codes: machine.codes)
    var taken: [PooledTransaction] = []
    let refused = try meter.measure(\.execution) { () throws(NodeFailure) in
      execution.begin()
      let refused = try fill(execution, header, &taken)
      do throws(InvalidBlock) {
        header.requestsHash = try execution.end(withdrawals: attributes.withdrawals)
      } catch {
        throw .invalidBlock(error)
      }
      header.gasUsed = execution.gasUsed
      header.bloom = execution.bloom
      header.receiptsRoot = execution.receiptsRoot
      header.transactionsRoot = Trie.root(ofList: taken.map(\.encoding))
      if fork >= .cancun { header.blobGasUsed = execution.executor.blobGasUsed }
      return refused
    }
    let (changes, tree, version) = try meter.measure(\.root) { () throws(NodeFailure) in
      let changes = execution.state.changes()
      let (tree, version) = try applied(changes)
      return (changes, tree, version)
    }
    header.stateRoot = tree.rootHash
    let block = Block(
      header: header, transactions: taken.map(\.transaction),
      withdrawals: fork >= .shanghai ? attributes.withdrawals : nil)
    let sealed = SealedBlock(
      block: block, hash: header.hash, encoded: encoded(block, taken),
      senders: taken.map(\.sender), receipts: execution.receipts, blobBaseFee: .one,
      transactionHashes: taken.map(\.hash))
    return Built(
      block: sealed, tree: tree, changes: version,
      touched: changes.accounts.map(\.address), refused: refused)
  }

  /// The block's RLP, with the transactions as they came.
  private func encoded(_ block: Block, _ taken: [PooledTransaction]) -> [UInt8] {
    var encoder = RLP.Encoder()
    encoder.list { list in
      block.header.encode(to: &list)
      list.list { items in
        for item in taken {
          if item.transaction.kind == .legacy {
            items.appendEncoded(item.encoding)
          } else {
            items.append(item.encoding)
          }
        }
      }
      list.list { _ in }
      if let withdrawals = block.withdrawals {
        list.list { entries in
          for withdrawal in withdrawals { entries.appendEncoded(withdrawal.encoded) }
        }
      }
    }
    return encoder.bytes
  }

  private func applied(
    _ changes: StateChanges
  ) throws(NodeFailure) -> (StateTree, VersionChanges) {
    do throws(StateFailure) {
      return try parent.tree.applying(changes, source: source)
    } catch {
      throw NodeFailure(error)
    }
  }

  /// The header as far as transactions see it.
  private func openHeader() -> Header {
    var header = Header()
    header.parentHash = parent.blockHash
    header.number = parent.header.number &+ 1
    header.timestamp = attributes.timestamp
    header.beneficiary = attributes.beneficiary
    header.gasLimit = attributes.gasLimit
    header.mixHash = attributes.randomness
    header.extraData = attributes.extraData
    let fork = rules.fork(number: header.number, timestamp: header.timestamp)
    if fork >= .london {
      header.baseFee = attributes.baseFee ?? FeeMarket.baseFee(after: parent.header)
    }
    if fork >= .shanghai {
      header.withdrawalsRoot = Trie.root(ofList: attributes.withdrawals.map(\.encoded))
    }
    if fork >= .cancun {
      header.excessBlobGas = FeeMarket.excessBlobGas(
        after: parent.header, fork: fork, blobs: rules.blobs(of: fork))
      header.parentBeaconBlockRoot = attributes.origin
    }
    return header
  }

  /// Runs transactions until the gas or the pool is at its end.
  private func fill(
    _ execution: BlockExecution, _ header: Header, _ selection: PoolSelection,
    _ taken: inout [PooledTransaction]
  ) throws(NodeFailure) -> [Digest] {
    var selection = selection
    var refused: [Digest] = []
    var room = BlockExecutor.blockSizeMax - Self.frameBytes
    while let item = selection.next {
      let gasLeft = header.gasLimit - min(execution.gasUsed, header.gasLimit)
      if gasLeft < 21_000 { break }
      guard item.transaction.gasLimit <= gasLeft, item.sizeBytes + 8 <= room else {
        selection.skip()
        continue
      }
      do throws(ExecutionFailure) {
        try execution.run(
          item.transaction, from: item.sender,
          check: item.isImpersonated ? .impersonated : .full)
        taken.append(item)
        room -= item.sizeBytes + 8
        selection.take()
      } catch {
        switch error {
        case .state(let failure): throw NodeFailure(failure)
        case .invalid(let reason):
          // What the block's fees or gas refuse today may come tomorrow.
          switch reason {
          case .feeBelowBaseFee, .gasLimitExceedsBlock, .nonceTooHigh: break
          default: refused.append(item.hash)
          }
          selection.skip()
        }
      }
    }
    return refused
  }
}
