internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

/// Where a transaction is, if it is in a block.
struct TransactionPlace {
  let blockHash: Digest
  let blockNumber: UInt64
  let timestamp: UInt64
  let index: Int
}

extension JSON {
  init(_ sealed: SealedTransaction) {
    self.init(
      sealed.transaction, hash: sealed.hash, from: sealed.sender,
      place: TransactionPlace(
        blockHash: sealed.blockHash, blockNumber: sealed.blockNumber,
        timestamp: sealed.timestamp, index: sealed.index), gasPrice: sealed.gasPrice)
  }

  init(_ pooled: PooledTransaction) {
    self.init(
      pooled.transaction, hash: pooled.hash, from: pooled.sender, place: nil,
      gasPrice: pooled.transaction.maxFeePerGas)
  }

  /// - Parameters:
  ///   - place: Nil while the transaction waits.
  ///   - gasPrice: What it pays; what it pays at most while it waits.
  init(
    _ transaction: Transaction, hash: Digest, from sender: Address, place: TransactionPlace?,
    gasPrice: U256
  ) {
    var json: JSON = [
      "blockHash": .optional(place.map { .digest($0.blockHash) }),
      "blockNumber": .optional(place.map { .quantity($0.blockNumber) }),
      "blockTimestamp": .optional(place.map { .quantity($0.timestamp) }),
      "from": .address(sender), "gas": .quantity(transaction.gasLimit),
      "gasPrice": .quantity(gasPrice),
    ]
    let isDynamic = transaction.kind.rawValue >= Transaction.Kind.dynamicFee.rawValue
    if isDynamic {
      json.append("maxFeePerGas", .quantity(transaction.maxFeePerGas))
      json.append("maxPriorityFeePerGas", .quantity(transaction.maxPriorityFeePerGas))
    }
    if transaction.kind == .blob {
      json.append("maxFeePerBlobGas", .quantity(transaction.maxFeePerBlobGas))
    }
    json.append("hash", .digest(hash))
    json.append("input", .bytes(transaction.data))
    json.append("nonce", .quantity(transaction.nonce))
    json.append("to", .optional(transaction.to.map { .address($0) }))
    json.append("transactionIndex", .optional(place.map { .quantity($0.index) }))
    json.append("value", .quantity(transaction.value))
    json.append("type", .quantity(UInt64(transaction.kind.rawValue)))
    if transaction.kind != .legacy { json.append("accessList", JSON(transaction.accessList)) }
    if let chainID = transaction.chainID { json.append("chainId", .quantity(chainID)) }
    if transaction.kind == .blob {
      json.append("blobVersionedHashes", .array(transaction.blobHashes.map { .digest($0) }))
    }
    if transaction.kind == .setCode {
      json.append("authorizationList", .array(transaction.authorizations.map { JSON($0) }))
    }
    json.append("v", .quantity(transaction.v))
    json.append("r", .quantity(transaction.signature.r))
    json.append("s", .quantity(transaction.signature.s))
    if transaction.kind != .legacy { json.append("yParity", .quantity(transaction.v)) }
    self = json
  }

  init(_ authorization: Authorization) {
    self = [
      "chainId": .quantity(authorization.chainID), "address": .address(authorization.address),
      "nonce": .quantity(authorization.nonce),
      "yParity": .quantity(UInt64(authorization.parity)), "r": .quantity(authorization.r),
      "s": .quantity(authorization.s),
    ]
  }
}

extension Transaction {
  /// The parity, or what carries it for type 0 (EIP-155).
  fileprivate var v: U256 {
    let parity = U256(signature.isOdd)
    guard kind == .legacy else { return parity }
    guard let chainID else { return U256(27) &+ parity }
    return U256(chainID) &+ U256(chainID) &+ U256(35) &+ parity
  }
}
