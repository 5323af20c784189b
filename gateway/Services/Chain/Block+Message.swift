internal import Chain
internal import EVM
internal import Foundation
internal import Primitives
internal import Schema
internal import SwiftProtobuf

extension Gensyn_Chain_V1.BlockId {
  init(height: UInt64, hash: Digest) {
    self.init()
    self.height = height
    self.hash = hash.wire
  }

  init(_ block: SealedBlock) {
    self.init(height: block.number, hash: block.hash)
  }
}

extension Gensyn_Chain_V1.Header {
  init(_ header: EVM.Header, hash: Digest) {
    self.init()
    self.hash = hash.wire
    parentHash = header.parentHash.wire
    ommersHash = header.ommersHash.wire
    beneficiary = header.beneficiary.wire
    stateRoot = header.stateRoot.wire
    transactionsRoot = header.transactionsRoot.wire
    receiptsRoot = header.receiptsRoot.wire
    logsBloom = Data(header.bloom.bytes)
    difficulty = header.difficulty.wire
    height = header.number
    gasLimit = header.gasLimit
    gasUsed = header.gasUsed
    time = Google_Protobuf_Timestamp(seconds: Int64(clamping: header.timestamp))
    extraData = Data(header.extraData)
    prevRandao = header.mixHash.wire
    nonce = Data((0..<8).map { UInt8(truncatingIfNeeded: header.nonce >> UInt64(56 - 8 * $0)) })
    if let baseFee = header.baseFee { baseFeeWei = baseFee.wire }
    if let root = header.withdrawalsRoot { withdrawalsRoot = root.wire }
    if let used = header.blobGasUsed { blobGasUsed = used }
    if let excess = header.excessBlobGas { excessBlobGas = excess }
    if let root = header.parentBeaconBlockRoot { parentBeaconBlockRoot = root.wire }
    if let hash = header.requestsHash { requestsHash = hash.wire }
  }
}

extension Gensyn_Chain_V1.Block {
  init(
    _ block: SealedBlock, _ detail: Gensyn_Chain_V1.BlockDetail,
    finality: Gensyn_Chain_V1.Finality
  ) {
    self.init()
    header = Gensyn_Chain_V1.Header(block.header, hash: block.hash)
    self.finality = finality
    sizeBytes = UInt64(block.sizeBytes)
    transactionCount = UInt32(clamping: block.transactions.count)
    switch detail {
    case .unspecified, .header, .UNRECOGNIZED: break
    case .hashes: transactionHashes = block.transactions.map { $0.hash.wire }
    case .transactions, .receipts:
      transactionHashes = block.transactions.map { $0.hash.wire }
      transactions = block.transactions.map { Gensyn_Chain_V1.Transaction($0) }
      if detail == .receipts {
        receipts = block.transactions.map { Gensyn_Chain_V1.TransactionReceipt($0) }
      }
      withdrawals = (block.withdrawals ?? []).map { withdrawal in
        .with {
          $0.index = withdrawal.index
          $0.validatorIndex = withdrawal.validatorIndex
          $0.address = withdrawal.address.wire
          $0.amountGwei = withdrawal.amount
        }
      }
    case .encoded: encoded = Data(block.encoded)
    }
  }
}
