public import Primitives

/// Runs and checks whole blocks.
public struct BlockExecutor {
  /// EIP-7934: bytes of a block's RLP, since Osaka.
  public static let blockSizeMax = 10_485_760 - 2_097_152

  public let rules: ChainRules
  private let arena: Arena
  private let codes: CodeCache

  public init(rules: ChainRules, arena: Arena = Arena(), codes: CodeCache = CodeCache()) {
    self.rules = rules
    self.arena = arena
    self.codes = codes
  }

  /// What a block did.
  public struct Result {
    public var receipts: [Receipt]
    public var outcomes: [Outcome]
    public var changes: StateChanges
  }

  /// Runs a block on the state after its parent, and checks everything but the root of the state,
  /// which only whoever keeps the state can compute.
  ///
  /// - Parameters:
  ///   - size: Bytes of the block's encoding.
  ///   - senders: Who signed the transactions, where that is known; they are recovered otherwise.
  ///   - intermediateRoot: Gives the root in the middle of a block, which receipts name before
  ///     Byzantium.
  public func execute(
    _ block: Block, size: Int, parent: Header, database: any StateDatabase,
    senders: [Address?]? = nil, intermediateRoot: (StateChanges) -> Digest
  ) throws(InvalidBlock) -> Result {
    let header = block.header
    let fork = rules.fork(number: header.number, timestamp: header.timestamp)
    if fork >= .osaka && size > Self.blockSizeMax { throw .tooLarge(size) }
    try HeaderCheck(header, parent: parent, rules: rules, fork: fork).run()
    try checkContent(block)

    let execution = BlockExecution(
      header, rules: rules, database: database, arena: arena, codes: codes)
    execution.begin()
    for (index, transaction) in block.transactions.enumerated() {
      let known = senders.flatMap { index < $0.count ? $0[index] : nil }
      guard let sender = known ?? transaction.sender() else {
        throw .invalidTransaction(index: index, .unrecoverableSender)
      }
      do {
        try execution.run(transaction, from: sender, intermediateRoot: intermediateRoot)
      } catch {
        switch error {
        case .invalid(let reason): throw .invalidTransaction(index: index, reason)
        case .state(let failure): throw .state(failure)
        }
      }
    }
    try check(header, execution)
    let requestsHash = try execution.end(
      withdrawals: block.withdrawals ?? [], ommers: block.ommers)
    guard requestsHash == nil || requestsHash == header.requestsHash else {
      throw .header(.requestsHash)
    }
    return Result(
      receipts: execution.receipts, outcomes: execution.outcomes,
      changes: execution.state.changes())
  }

  private func checkContent(_ block: Block) throws(InvalidBlock) {
    let header = block.header
    guard Trie.root(ofList: block.transactions.map(\.encoded)) == header.transactionsRoot else {
      throw .header(.transactionsRoot)
    }
    guard (block.withdrawals == nil) == (header.withdrawalsRoot == nil) else {
      throw .header(.withdrawalsRoot)
    }
    if let withdrawals = block.withdrawals {
      guard Trie.root(ofList: withdrawals.map(\.encoded)) == header.withdrawalsRoot else {
        throw .header(.withdrawalsRoot)
      }
    }
    var ommers = RLP.Encoder()
    ommers.list { list in
      for ommer in block.ommers { ommer.encode(to: &list) }
    }
    guard Keccak256.hash(ommers.bytes) == header.ommersHash else { throw .header(.ommersHash) }
  }

  private func check(
    _ header: Header, _ execution: BlockExecution
  ) throws(InvalidBlock) {
    guard execution.gasUsed == header.gasUsed else { throw .header(.gasUsed) }
    if let blobGasUsed = header.blobGasUsed, blobGasUsed != execution.executor.blobGasUsed {
      throw .header(.blobGasUsed)
    }
    guard execution.bloom == header.bloom else { throw .header(.bloom) }
    guard execution.receiptsRoot == header.receiptsRoot else { throw .header(.receiptsRoot) }
  }
}
