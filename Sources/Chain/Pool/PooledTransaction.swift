public import EVM
public import Primitives

/// A transaction that waits for a block.
public struct PooledTransaction: Sendable {
  public let transaction: Transaction
  public let hash: Digest
  public let sender: Address
  /// As it came.
  public let encoding: [UInt8]
  public let arrival: UnixTime
  /// Whether it came from this node's own user: prices and places do not push it out.
  public let isLocal: Bool
  /// Whether nobody signed it: a development chain's owner plays its sender.
  public let isImpersonated: Bool
  /// Wei that the sender must have for it.
  let cost: U256
  /// Counts up with each transaction that the pool took.
  var sequence: UInt64 = 0

  init(
    transaction: Transaction, hash: Digest, sender: Address, encoding: [UInt8], arrival: UnixTime,
    isLocal: Bool, isImpersonated: Bool = false
  ) {
    self.transaction = transaction
    self.hash = hash
    self.sender = sender
    self.encoding = encoding
    self.arrival = arrival
    self.isLocal = isLocal
    self.isImpersonated = isImpersonated
    cost = transaction.costMax ?? .max
  }

  public var sizeBytes: Int { encoding.count }

  /// Wei a gas for the block's maker over a base fee; nil where the fee does not suffice.
  func tip(baseFee: U256) -> U256? {
    transaction.effectiveGasPrice(baseFee: baseFee).subtracting(baseFee)
  }
}

/// Why the pool does not take a transaction.
public enum PoolRejection: Error, Hashable, Sendable {
  case malformed(Transaction.Malformed)
  /// No block could have it, now or ever, for this reason.
  case invalid(InvalidTransaction)
  /// Blobs are no business of a layer 2.
  case blobsNotAccepted
  case tooLarge(bytes: Int, most: Int)
  case alreadyKnown
  /// It pays less of a tip than the pool asks for.
  case tipTooLow(least: U256)
  /// Another transaction with this nonce is there, and this one does not pay enough more.
  case replacementUnderpriced(leastFee: U256, leastTip: U256)
  /// The sender's balance does not cover this and what the pool has of the sender.
  case overdraft(balance: U256, pooled: U256, cost: U256)
  case gasLimitExceedsBlock(limit: UInt64)
  /// The pool is full of better ones.
  case full
  /// Too many transactions of this account wait for an earlier one.
  case tooManyQueued(most: Int)
  /// An account that runs another's code may have one transaction in the pool (EIP-7702).
  case delegatedAccount
  case state(StateFailure)
  case closed
}

extension PoolRejection: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let reason): "not a transaction: \(reason)"
    case .invalid(let reason): "invalid transaction: \(reason)"
    case .blobsNotAccepted: "blob transactions are not accepted"
    case .tooLarge(let bytes, let most): "transaction of \(bytes) bytes, at most \(most)"
    case .alreadyKnown: "already known"
    case .tipTooLow(let least): "transaction underpriced: the tip must be at least \(least) wei"
    case .replacementUnderpriced(let fee, let tip):
      "replacement transaction underpriced: fee at least \(fee) wei, tip at least \(tip) wei"
    case .overdraft(let balance, let pooled, let cost):
      "insufficient funds: balance \(balance), in the pool \(pooled), this one \(cost)"
    case .gasLimitExceedsBlock(let limit): "exceeds block gas limit of \(limit)"
    case .full: "transaction underpriced: the pool is full"
    case .tooManyQueued(let most):
      "nonce too high: \(most) transactions of the account wait already"
    case .delegatedAccount: "an account with delegated code may have one transaction in the pool"
    case .state(let failure): failure.reason
    case .closed: "the node is closed"
    }
  }
}

/// How full the pool is.
public struct PoolStatus: Hashable, Sendable {
  /// Transactions that the next block could have.
  public let pending: Int
  /// Transactions that wait for an earlier nonce.
  public let queued: Int
}

/// What the pool holds, by sender and in the order of nonces.
public struct PoolContent: Sendable {
  public internal(set) var pending: [Address: [PooledTransaction]] = [:]
  public internal(set) var queued: [Address: [PooledTransaction]] = [:]
}
