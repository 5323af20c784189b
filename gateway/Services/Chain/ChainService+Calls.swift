internal import Chain
internal import EVM
internal import Foundation
internal import Primitives
internal import SwiftProtobuf
public import RPC
public import Schema
internal import Tracers

extension ChainService {
  public func call(
    _ request: Gensyn_Chain_V1.CallRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.CallResponse {
    let wanted = try CallRequest(request.call)
    let overrides = try StateOverrides(messages: request.overrides)
    let found = try await block(try BlockReference(request.block, field: "block"))
    // The block itself, so that a new one between two questions changes nothing.
    let reference = Self.exact(found, request.block)
    let result = try await ask { (node) throws(NodeFailure) in
      try node.call(wanted, at: reference, state: overrides)
    }
    var list: [EVM.Transaction.AccessListEntry] = []
    if request.includeAccessList {
      list = try await ask { (node) throws(NodeFailure) in
        try node.createAccessList(wanted, at: reference, state: overrides).list
      }
    }
    return .with {
      $0.succeeded = result.status == .success
      $0.output = Data(result.output)
      $0.gasUsed = result.gasUsed
      $0.failure = result.status.failureMessage ?? ""
      if result.status == .reverted {
        $0.revertReason = RevertReason.text(of: result.output) ?? ""
      }
      $0.block = Gensyn_Chain_V1.BlockId(found)
      if request.includeLogs { $0.logs = result.logs.map { Gensyn_Chain_V1.Log($0) } }
      $0.accessList = list.map { Gensyn_Chain_V1.AccessListEntry($0) }
    }
  }

  /// A block by its number, unless it is none of the chain's.
  static func exact(
    _ block: SealedBlock, _ reference: Gensyn_Chain_V1.BlockReference
  ) -> BlockReference {
    reference.tag == .pending ? .pending : .number(block.number)
  }

  public func estimateGas(
    _ request: Gensyn_Chain_V1.EstimateGasRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.EstimateGasResponse {
    let wanted = try CallRequest(request.call)
    let overrides = try StateOverrides(messages: request.overrides)
    let reference = try BlockReference(request.block, field: "block")
    let gas = try await ask { (node) throws(NodeFailure) in
      try node.estimateGas(wanted, at: reference, state: overrides)
    }
    return .with { $0.gasLimit = gas }
  }

  public func getFees(
    _ request: Gensyn_Chain_V1.GetFeesRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.GetFeesResponse {
    let percentiles = request.tipPercentiles
    guard percentiles.allSatisfy({ (0...100).contains($0) }),
      zip(percentiles, percentiles.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw RPCError(chainField: "tip_percentiles", "must ascend from 0 to 100")
    }
    let newest = try BlockReference(request.newestBlock, field: "newest_block")
    let count = UInt64(request.historyBlockCount)
    let (tip, history) = try await ask { (node) throws(NodeFailure) in
      (
        try node.suggestedTip(),
        try node.feeHistory(count: max(count, 1), newest: newest, percentiles: percentiles)
      )
    }
    return .with { response in
      response.nextBaseFeeWei = node.nextBaseFee.wire
      response.suggestedTipWei = tip.wire
      response.nextBlobBaseFeeWei = (history.blobBaseFees.last ?? .zero).wire
      guard count > 0 else { return }
      response.history = history.gasUsedRatios.indices.map { index in
        .with {
          $0.height = history.oldest + UInt64(index)
          $0.baseFeeWei = history.baseFees[index].wire
          $0.gasUsedRatio = history.gasUsedRatios[index]
          if index < history.rewards.count { $0.tipsWei = history.rewards[index].map(\.wire) }
          $0.blobBaseFeeWei = history.blobBaseFees[index].wire
        }
      }
    }
  }

  public func getAccount(
    _ request: Gensyn_Chain_V1.GetAccountRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.GetAccountResponse {
    let address = try Address(chain: "address", request.address)
    let slots = try Self.slots(request.storageKeys)
    let found = try await block(try BlockReference(request.block, field: "block"))
    let reference = Self.exact(found, request.block)
    let includesCode = request.includeCode
    let account = try await read(reference) { (state) throws(StateFailure) in
      let proof = try state.proof(of: address, slots: slots)
      let code = try state.code(address)
      var account = Gensyn_Chain_V1.Account(proof)
      account.codeSizeBytes = UInt64(code.count)
      if includesCode { account.code = Data(code) }
      return account
    }
    return .with {
      $0.account = account
      $0.block = Gensyn_Chain_V1.BlockId(found)
    }
  }

  public func getProof(
    _ request: Gensyn_Chain_V1.GetProofRequest, in call: ServerCall
  ) async throws -> Gensyn_Chain_V1.GetProofResponse {
    let address = try Address(chain: "address", request.address)
    let slots = try Self.slots(request.storageKeys)
    let found = try await block(try BlockReference(request.block, field: "block"))
    let reference = Self.exact(found, request.block)
    let proof = try await read(reference) { (state) throws(StateFailure) in
      try state.proof(of: address, slots: slots)
    }
    return .with {
      $0.account = Gensyn_Chain_V1.Account(proof)
      $0.accountNodes = proof.nodes.map { Data($0) }
      $0.storage = proof.slots.map { slot in
        .with {
          $0.key = slot.slot.wire
          $0.value = slot.value.wire
          $0.nodes = slot.nodes.map { Data($0) }
        }
      }
      $0.header = Gensyn_Chain_V1.Header(found.header, hash: found.hash)
    }
  }

  private static func slots(_ keys: [Data]) throws(RPCError) -> [U256] {
    guard keys.count <= storageKeysMax else {
      throw RPCError(chainField: "storage_keys", "must be at most \(storageKeysMax)")
    }
    var slots: [U256] = []
    for key in keys { slots.append(try U256(word: "storage_keys", key)) }
    return slots
  }

  private func read<Value: Sendable>(
    _ reference: BlockReference,
    _ body: @Sendable (StateView) throws(StateFailure) -> Value
  ) async throws -> Value {
    try await ask { (node) throws(NodeFailure) in
      let state = try node.state(at: reference)
      do throws(StateFailure) {
        return try body(state)
      } catch {
        throw NodeFailure.store(.system(error.reason))
      }
    }
  }
}

extension Gensyn_Chain_V1.Account {
  fileprivate init(_ proof: AccountProof) {
    self.init()
    address = proof.address.wire
    balanceWei = proof.account.balance.wire
    nonce = proof.account.nonce
    codeHash = proof.account.codeHash.wire
    storageRoot = proof.storageRoot.wire
    storage = proof.slots.map { slot in
      .with {
        $0.key = slot.slot.wire
        $0.value = slot.value.wire
      }
    }
  }
}
