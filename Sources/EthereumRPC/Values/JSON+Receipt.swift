internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

extension JSON {
  /// What came of a transaction.
  init(receiptOf sealed: SealedTransaction) {
    let receipt = sealed.receipt
    let logs = receipt.logs.enumerated().map { index, log in
      JSON(
        FoundLog(
          log: log, blockNumber: sealed.blockNumber, blockHash: sealed.blockHash,
          timestamp: sealed.timestamp, transactionHash: sealed.hash,
          transactionIndex: sealed.index, logIndex: sealed.firstLogIndex + index))
    }
    var json: JSON = [
      "blockHash": .digest(sealed.blockHash), "blockNumber": .quantity(sealed.blockNumber),
      "contractAddress": .optional(sealed.createdAddress.map { .address($0) }),
      "cumulativeGasUsed": .quantity(receipt.cumulativeGasUsed),
      "effectiveGasPrice": .quantity(sealed.gasPrice), "from": .address(sealed.sender),
      "gasUsed": .quantity(sealed.gasUsed), "logs": .array(logs),
      "logsBloom": .bytes(receipt.bloom.bytes),
      "to": .optional(sealed.transaction.to.map { .address($0) }),
      "transactionHash": .digest(sealed.hash), "transactionIndex": .quantity(sealed.index),
      "type": .quantity(UInt64(receipt.kind.rawValue)),
    ]
    switch receipt.result {
    case .success: json.append("status", .quantity(1 as UInt64))
    case .failure: json.append("status", .quantity(0 as UInt64))
    case .stateRoot(let root): json.append("root", .digest(root))
    }
    if let price = sealed.blobGasPrice {
      json.append("blobGasPrice", .quantity(price))
      json.append("blobGasUsed", .quantity(sealed.transaction.blobGas))
    }
    self = json
  }

  init(_ found: FoundLog, removed: Bool = false) {
    self = [
      "address": .address(found.log.address),
      "topics": .array(found.log.topics.map { .digest($0) }), "data": .bytes(found.log.data),
      "blockNumber": .quantity(found.blockNumber),
      "transactionHash": .digest(found.transactionHash),
      "transactionIndex": .quantity(found.transactionIndex),
      "blockHash": .digest(found.blockHash), "blockTimestamp": .quantity(found.timestamp),
      "logIndex": .quantity(found.logIndex), "removed": .bool(removed),
    ]
  }
}
