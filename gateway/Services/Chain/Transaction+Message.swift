internal import Chain
internal import EVM
internal import Foundation
internal import Primitives
internal import Schema

extension Gensyn_Chain_V1.TransactionType {
  init(_ kind: EVM.Transaction.Kind) {
    self =
      switch kind {
      case .legacy: .legacy
      case .accessList: .accessList
      case .dynamicFee: .dynamicFee
      case .blob: .blob
      case .setCode: .setCode
      }
  }
}

extension Gensyn_Chain_V1.Transaction {
  init(_ sealed: SealedTransaction) {
    self.init(sealed.transaction, hash: sealed.hash, from: sealed.sender)
    block = Gensyn_Chain_V1.BlockId(height: sealed.blockNumber, hash: sealed.blockHash)
    index = UInt32(clamping: sealed.index)
  }

  init(_ pooled: PooledTransaction) {
    self.init(pooled.transaction, hash: pooled.hash, from: pooled.sender)
  }

  init(_ transaction: EVM.Transaction, hash: Digest, from sender: Address) {
    self.init()
    self.hash = hash.wire
    type = Gensyn_Chain_V1.TransactionType(transaction.kind)
    from = sender.wire
    if let to = transaction.to { self.to = to.wire }
    nonce = transaction.nonce
    valueWei = transaction.value.wire
    input = Data(transaction.data)
    gasLimit = transaction.gasLimit
    if transaction.kind.rawValue < EVM.Transaction.Kind.dynamicFee.rawValue {
      gasPriceWei = transaction.maxFeePerGas.wire
    }
    maxFeePerGasWei = transaction.maxFeePerGas.wire
    maxPriorityFeePerGasWei = transaction.maxPriorityFeePerGas.wire
    if transaction.kind == .blob {
      maxFeePerBlobGasWei = transaction.maxFeePerBlobGas.wire
      blobVersionedHashes = transaction.blobHashes.map(\.wire)
    }
    accessList = transaction.accessList.map { Gensyn_Chain_V1.AccessListEntry($0) }
    authorizations = transaction.authorizations.map { Gensyn_Chain_V1.CodeAuthorization($0) }
    if let chain = transaction.chainID { chainID = U256(chain).wire }
    signature =
      transaction.signature.r.wire + transaction.signature.s.wire
      + Data([transaction.signature.isOdd ? 1 : 0])
    encoded = Data(transaction.encoded)
  }
}

extension Gensyn_Chain_V1.AccessListEntry {
  init(_ entry: EVM.Transaction.AccessListEntry) {
    self.init()
    address = entry.address.wire
    storageKeys = entry.slots.map(\.wire)
  }
}

extension Gensyn_Chain_V1.CodeAuthorization {
  init(_ authorization: Authorization) {
    self.init()
    chainID = authorization.chainID.wire
    address = authorization.address.wire
    nonce = authorization.nonce
    signature = authorization.r.wire + authorization.s.wire + Data([authorization.parity])
    if let authority = authorization.authority() { self.authority = authority.wire }
  }
}

extension Gensyn_Chain_V1.Log {
  init(_ found: FoundLog, removed isRemoved: Bool = false) {
    self.init()
    address = found.log.address.wire
    topics = found.log.topics.map(\.wire)
    data = Data(found.log.data)
    block = Gensyn_Chain_V1.BlockId(height: found.blockNumber, hash: found.blockHash)
    transactionHash = found.transactionHash.wire
    transactionIndex = UInt32(clamping: found.transactionIndex)
    logIndex = UInt32(clamping: found.logIndex)
    removed = isRemoved
  }

  /// A log of a call that is in no block.
  init(_ log: EVM.Log) {
    self.init()
    address = log.address.wire
    topics = log.topics.map(\.wire)
    data = Data(log.data)
  }
}

extension Gensyn_Chain_V1.TransactionReceipt {
  init(_ sealed: SealedTransaction) {
    self.init()
    let receipt = sealed.receipt
    transactionHash = sealed.hash.wire
    type = Gensyn_Chain_V1.TransactionType(receipt.kind)
    block = Gensyn_Chain_V1.BlockId(height: sealed.blockNumber, hash: sealed.blockHash)
    index = UInt32(clamping: sealed.index)
    succeeded = receipt.result == .success
    if case .stateRoot(let root) = receipt.result {
      succeeded = true
      stateRoot = root.wire
    }
    gasUsed = sealed.gasUsed
    cumulativeGasUsed = receipt.cumulativeGasUsed
    effectiveGasPriceWei = sealed.gasPrice.wire
    if let created = sealed.createdAddress { contractAddress = created.wire }
    logs = sealed.logs.map { Gensyn_Chain_V1.Log($0) }
    logsBloom = Data(receipt.bloom.bytes)
    blobGasUsed = sealed.transaction.blobGas
    if let price = sealed.blobGasPrice { blobGasPriceWei = price.wire }
  }
}

extension SealedTransaction {
  /// Its logs with their places.
  var logs: [FoundLog] {
    receipt.logs.enumerated().map { offset, log in
      FoundLog(
        log: log, blockNumber: blockNumber, blockHash: blockHash, timestamp: timestamp,
        transactionHash: hash, transactionIndex: index, logIndex: firstLogIndex + offset)
    }
  }
}
