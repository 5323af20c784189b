internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

extension JSON {
  /// A block with its transactions, whole or by their hashes.
  init(_ block: SealedBlock, fullTransactions: Bool) {
    self.init(
      block.header, hash: block.hash, sizeBytes: block.sizeBytes,
      transactions: block.transactions.map { fullTransactions ? JSON($0) : .digest($0.hash) },
      ommers: block.ommers.map(\.hash), withdrawals: block.withdrawals)
  }

  init(
    _ header: Header, hash: Digest?, sizeBytes: Int, transactions: [JSON], ommers: [Digest],
    withdrawals: [Withdrawal]?
  ) {
    var json = JSON(header, hash: hash)
    json.append("size", .quantity(sizeBytes))
    json.append("transactions", .array(transactions))
    json.append("uncles", .array(ommers.map { .digest($0) }))
    if let withdrawals { json.append("withdrawals", .array(withdrawals.map { JSON($0) })) }
    self = json
  }

  /// A header alone, as `newHeads` sends it. The hash and the nonce are null for a block that is not
  /// sealed.
  init(_ header: Header, hash: Digest?) {
    let nonce = (0..<8).map { UInt8(truncatingIfNeeded: header.nonce >> UInt64(56 - 8 * $0)) }
    var json: JSON = [
      "number": .quantity(header.number), "hash": .optional(hash.map { .digest($0) }),
      "parentHash": .digest(header.parentHash), "nonce": .bytes(nonce),
      "mixHash": .digest(header.mixHash), "sha3Uncles": .digest(header.ommersHash),
      "logsBloom": .bytes(header.bloom.bytes), "stateRoot": .digest(header.stateRoot),
      "miner": .address(header.beneficiary), "difficulty": .quantity(header.difficulty),
      "extraData": .bytes(header.extraData), "gasLimit": .quantity(header.gasLimit),
      "gasUsed": .quantity(header.gasUsed), "timestamp": .quantity(header.timestamp),
      "transactionsRoot": .digest(header.transactionsRoot),
      "receiptsRoot": .digest(header.receiptsRoot),
    ]
    if let baseFee = header.baseFee { json.append("baseFeePerGas", .quantity(baseFee)) }
    if let root = header.withdrawalsRoot { json.append("withdrawalsRoot", .digest(root)) }
    if let used = header.blobGasUsed { json.append("blobGasUsed", .quantity(used)) }
    if let excess = header.excessBlobGas { json.append("excessBlobGas", .quantity(excess)) }
    if let root = header.parentBeaconBlockRoot {
      json.append("parentBeaconBlockRoot", .digest(root))
    }
    if let hash = header.requestsHash { json.append("requestsHash", .digest(hash)) }
    self = json
  }
}
