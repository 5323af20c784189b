public import EVM
public import Primitives
internal import Synchronization

/// What whoever asks for a block decides of it.
public struct PayloadAttributes: Sendable {
  /// Seconds since 1970.
  public var timestamp: UInt64
  public var beneficiary = Address.zero
  public var randomness = Digest(.zero)
  public var beaconRoot = Digest(.zero)
  public var withdrawals: [Withdrawal] = []
  public var extraData: [UInt8] = []

  public init(timestamp: UInt64) {
    self.timestamp = timestamp
  }
}

extension Node {
  /// A block on top of one of the chain's that is not taken into the chain: of the pool's transactions,
  /// or of the given ones, each of which must fit.
  ///
  /// Returns with it what its maker gets, in wei.
  public func buildPayload(
    on parent: Digest, _ attributes: PayloadAttributes, transactions: [Transaction]?
  ) throws(NodeFailure) -> (block: SealedBlock, value: U256) {
    let view = try state(at: .hash(parent))
    guard attributes.timestamp > view.header.timestamp else {
      throw .badOverride("invalid timestamp, parent \(view.header.timestamp)")
    }
    let builder = BlockBuilder(
      parent: view, rules: rules,
      attributes: BlockBuilder.Attributes(
        timestamp: attributes.timestamp, beneficiary: attributes.beneficiary,
        gasLimit: FeeMarket.gasLimit(
          after: view.header.gasLimit, target: configuration.gasLimitTarget),
        randomness: attributes.randomness, extraData: attributes.extraData,
        origin: attributes.beaconRoot, withdrawals: attributes.withdrawals),
      source: index.nextSource, meter: meter)
    let items = try transactions.map { (list) throws(NodeFailure) in try pooled(list) }
    let built = try machines.withMachine { machine throws(NodeFailure) in
      guard let items else {
        let selection = pool.withLock { PoolSelection($0, baseFee: builder.baseFee) }
        return try builder.build(selection, on: machine)
      }
      return try builder.build(exactly: items, on: machine)
    }
    let baseFee = built.block.header.baseFee ?? .zero
    let value = built.block.transactions.reduce(U256.zero) { sum, transaction in
      let tip = transaction.gasPrice.subtracting(baseFee) ?? .zero
      return sum &+ (tip.multiplied(by: transaction.gasUsed) ?? .zero)
    }
    return (built.block, value)
  }

  private func pooled(_ transactions: [Transaction]) throws(NodeFailure) -> [PooledTransaction] {
    var items: [PooledTransaction] = []
    for transaction in transactions {
      guard let sender = transaction.sender() else { throw .invalid(.unrecoverableSender) }
      let bytes = transaction.encoded
      items.append(
        PooledTransaction(
          transaction: transaction, hash: Keccak256.hash(bytes), sender: sender,
          encoding: bytes, arrival: configuration.clock(), isLocal: true))
    }
    return items
  }
}
