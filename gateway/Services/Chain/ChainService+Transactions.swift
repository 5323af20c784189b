internal import Chain
internal import EVM
internal import Foundation
internal import Primitives
public import RPC
public import Schema
internal import SwiftProtobuf

extension Gensyn_Chain_V1.PendingTransaction {
  init(_ pooled: PooledTransaction, isQueued: Bool) {
    self.init()
    transaction = Gensyn_Chain_V1.Transaction(pooled)
    queued = isQueued
    receiveTime = Google_Protobuf_Timestamp(
      date: Date(timeIntervalSince1970: Double(pooled.arrival.milliseconds) / 1000))
  }
}

extension ChainService {
  public func submitTransaction(
    _ request: Gensyn_Chain_V1.SubmitTransactionRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.SubmitTransactionResponse {
    let bytes = [UInt8](request.transaction)
    let hash = Keccak256.hash(bytes)
    let start = node.head.number + 1
    do {
      _ = try await workers.run { () throws(PoolRejection) in try node.submit(bytes) }
    } catch {
      // Adding it again changes nothing.
      guard await isKnown(hash, error) else { throw RPCError(error) }
    }
    var response = Gensyn_Chain_V1.SubmitTransactionResponse.with { $0.hash = hash.wire }
    if request.waitForInclusion {
      let sealed = try await inclusion(of: hash, from: start)
      response.receipt = Gensyn_Chain_V1.TransactionReceipt(sealed)
    } else if let pooled = node.pooledTransaction(hash) {
      response.queued =
        node.poolContent(from: pooled.sender).queued[pooled.sender]?
        .contains { $0.hash == hash } ?? false
    }
    return response
  }

  private func isKnown(_ hash: Digest, _ rejection: PoolRejection) async -> Bool {
    switch rejection {
    case .alreadyKnown: return true
    case .invalid(.nonceTooLow):
      let sealed = try? await ask { (node) throws(NodeFailure) in try node.transaction(hash) }
      return sealed.flatMap { $0 } != nil
    default: return false
    }
  }

  /// Waits until a block has the transaction; the call's deadline ends it.
  private func inclusion(of hash: Digest, from start: UInt64) async throws -> SealedTransaction {
    if let found = try await ask({ (node) throws(NodeFailure) in try node.transaction(hash) }) {
      return found
    }
    for try await event in node.watchBlocks(from: start) {
      if case .sealed(let block) = event,
        let found = block.transactions.first(where: { $0.hash == hash })
      {
        return found
      }
    }
    throw RPCError(NodeFailure.closed)
  }

  public func fillTransaction(
    _ request: Gensyn_Chain_V1.FillTransactionRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.FillTransactionResponse {
    guard !request.call.from.isEmpty else {
      throw RPCError(chainField: "call.from", "must be given")
    }
    let wanted = try CallRequest(request.call)
    let requiresSuccess = request.requireSuccess
    let transaction = try await ask { (node) throws(NodeFailure) -> EVM.Transaction in
      let nonce = try node.nextNonce(of: wanted.from)
      let tip = try node.suggestedTip()
      let baseFee = node.nextBaseFee
      var gas = wanted.gasLimit
      if gas == nil {
        do throws(NodeFailure) {
          gas = try node.estimateGas(wanted)
        } catch {
          if requiresSuccess { throw error }
          gas = node.head.header.gasLimit
        }
      }
      let isLegacy = wanted.gasPrice != nil
      return EVM.Transaction(
        kind: !wanted.authorizations.isEmpty
          ? .setCode : !isLegacy ? .dynamicFee : wanted.accessList == nil ? .legacy : .accessList,
        chainID: node.chainID, nonce: nonce, maxPriorityFeePerGas: wanted.gasPrice ?? tip,
        maxFeePerGas: wanted.gasPrice ?? (baseFee &+ baseFee &+ tip), gasLimit: gas ?? 0,
        to: wanted.to, value: wanted.value, data: wanted.data,
        accessList: wanted.accessList ?? [], authorizations: wanted.authorizations)
    }
    return .with {
      $0.transaction = Gensyn_Chain_V1.Transaction(
        transaction, hash: Digest(.zero), from: wanted.from)
      $0.transaction.hash = Data()
      $0.transaction.encoded = Data()
      $0.transaction.signature = Data()
      $0.signingPayload = Data(transaction.signingPayload)
      $0.maxCostWei = (transaction.costMax ?? .max).wire
    }
  }

  public func getTransaction(
    _ request: Gensyn_Chain_V1.GetTransactionRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.GetTransactionResponse {
    let hash = try Digest(chain: "hash", request.hash)
    if let sealed = try await ask({ (node) throws(NodeFailure) in try node.transaction(hash) }) {
      return .with {
        $0.transaction = Gensyn_Chain_V1.Transaction(sealed)
        $0.receipt = Gensyn_Chain_V1.TransactionReceipt(sealed)
        $0.finality = finality(sealed.blockNumber)
      }
    }
    guard let pooled = node.pooledTransaction(hash) else {
      throw RPCError(NodeFailure.unknownTransaction(hash))
    }
    return .with { $0.transaction = Gensyn_Chain_V1.Transaction(pooled) }
  }

  /// Blocks that one page looks through.
  private static let scannedBlocksMax: UInt64 = 1000

  public func listTransactions(
    _ request: Gensyn_Chain_V1.ListTransactionsRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.ListTransactionsResponse {
    let size = try Self.pageSize(request.pageSize)
    let address = try Address(optional: "address", request.address)
    let token = try Self.numbers(in: request.pageToken, count: 2)
    var top = node.head.number
    if request.hasUpTo {
      top = try await block(try BlockReference(request.upTo, field: "up_to")).number
    }
    var number = min(token?[0] ?? top, top)
    // Places below this one in the first block are still to come.
    var below = token.map { Int(clamping: $0[1]) } ?? Int.max
    var found: [Gensyn_Chain_V1.Transaction] = []
    for _ in 0..<Self.scannedBlocksMax {
      guard number >= node.oldestBlock else { return .with { $0.transactions = found } }
      for sealed in try await block(.number(number)).transactions.reversed()
      where sealed.index < below && (address == nil || sealed.involves(address)) {
        if found.count == size {
          return .with {
            $0.transactions = found
            $0.nextPageToken = "\(number).\(sealed.index + 1)"
          }
        }
        found.append(Gensyn_Chain_V1.Transaction(sealed))
      }
      below = .max
      guard number > 0 else { return .with { $0.transactions = found } }
      number -= 1
    }
    return .with {
      $0.transactions = found
      $0.nextPageToken = "\(number).\(Int32.max)"
    }
  }

  public func listPendingTransactions(
    _ request: Gensyn_Chain_V1.ListPendingTransactionsRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.ListPendingTransactionsResponse {
    let size = try Self.pageSize(request.pageSize)
    let address = try Address(optional: "address", request.address)
    let start = try Self.numbers(in: request.pageToken, count: 1)?.first ?? 0
    let content = address.map { node.poolContent(from: $0) } ?? node.poolContent
    let status = node.poolStatus
    let all =
      content.pending.sorted { $0.key < $1.key }.flatMap { $0.value.map { ($0, false) } }
      + content.queued.sorted { $0.key < $1.key }.flatMap { $0.value.map { ($0, true) } }
    let rest = all.dropFirst(Int(clamping: start))
    return .with {
      $0.transactions = rest.prefix(size).map { pooled, isQueued in
        Gensyn_Chain_V1.PendingTransaction(pooled, isQueued: isQueued)
      }
      if rest.count > size { $0.nextPageToken = "\(start + UInt64(size))" }
      $0.executableCount = UInt64(status.pending)
      $0.queuedCount = UInt64(status.queued)
    }
  }
}

extension SealedTransaction {
  fileprivate func involves(_ address: Address?) -> Bool {
    sender == address || transaction.to == address
  }
}
