public import EVM
public import Primitives

/// A block of the chain with its transactions' senders and receipts.
public final class SealedBlock: Sendable {
  public let hash: Digest
  public let header: Header
  public let transactions: [SealedTransaction]
  public let ommers: [Header]
  /// Nil before Shanghai.
  public let withdrawals: [Withdrawal]?
  /// RLP, as another node takes it in ``Node/importBlock(_:)``.
  public let encoded: [UInt8]

  public var number: UInt64 { header.number }
  /// Bytes of the block's RLP.
  public var sizeBytes: Int { encoded.count }

  public var block: Block {
    Block(
      header: header, transactions: transactions.map(\.transaction), ommers: ommers,
      withdrawals: withdrawals)
  }

  init(
    block: Block, hash: Digest, encoded: [UInt8], senders: [Address], receipts: [Receipt],
    blobBaseFee: U256, transactionHashes: [Digest]? = nil
  ) {
    self.hash = hash
    header = block.header
    ommers = block.ommers
    withdrawals = block.withdrawals
    self.encoded = encoded
    var sealed: [SealedTransaction] = []
    sealed.reserveCapacity(block.transactions.count)
    var gasBefore: UInt64 = 0
    var logsBefore = 0
    for (index, transaction) in block.transactions.enumerated() {
      let receipt = receipts[index]
      sealed.append(
        SealedTransaction(
          transaction: transaction, hash: transactionHashes?[index] ?? transaction.hash,
          sender: senders[index], index: index,
          blockHash: hash, blockNumber: block.header.number,
          timestamp: block.header.timestamp, receipt: receipt,
          gasUsed: receipt.cumulativeGasUsed - min(gasBefore, receipt.cumulativeGasUsed),
          gasPrice: transaction.effectiveGasPrice(baseFee: block.header.baseFee ?? .zero),
          blobGasPrice: transaction.kind == .blob ? blobBaseFee : nil,
          firstLogIndex: logsBefore))
      gasBefore = receipt.cumulativeGasUsed
      logsBefore += receipt.logs.count
    }
    transactions = sealed
  }
}

/// A transaction in a block, and what it did.
public struct SealedTransaction: Sendable {
  public let transaction: Transaction
  public let hash: Digest
  public let sender: Address
  /// In its block.
  public let index: Int
  public let blockHash: Digest
  public let blockNumber: UInt64
  /// Of the block, seconds since 1970.
  public let timestamp: UInt64
  public let receipt: Receipt
  public let gasUsed: UInt64
  /// Wei a gas that the sender paid.
  public let gasPrice: U256
  /// Wei a blob gas; nil for transactions without blobs.
  public let blobGasPrice: U256?
  /// In the block, of its first log.
  public let firstLogIndex: Int

  /// Where a creation went, whether it succeeded or not.
  public var createdAddress: Address? {
    transaction.to == nil
      ? Address.ofCreation(by: sender, nonce: transaction.nonce) : nil
  }
}

/// Which block is meant.
public enum BlockReference: Hashable, Sendable {
  case number(UInt64)
  case hash(Digest)
  case earliest
  case latest
  case safe
  case finalized
  /// What the next block would be if it were made now.
  case pending
}
