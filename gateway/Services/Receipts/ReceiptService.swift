public import Archive
internal import Foundation
internal import Primitives
public import REE
public import RPC
internal import Receipts
public import Schema
internal import SwiftProtobuf

/// `gensyn.ree.v1.ReceiptService`: keeps receipts and checks them.
public struct ReceiptService: Gensyn_Ree_V1.ReceiptService {
  let receipts: ReceiptStore
  let artifacts: ArtifactStore
  let engine: ExecutionEngine
  let disk: DiskExecutor

  /// How many receipts a list returns where the caller does not say.
  static let pageSizeDefault = 100
  static let pageSizeMax = 1000

  public init(
    receipts: ReceiptStore, artifacts: ArtifactStore, engine: ExecutionEngine,
    disk: DiskExecutor
  ) {
    self.receipts = receipts
    self.artifacts = artifacts
    self.engine = engine
    self.disk = disk
  }

  public func getReceipt(
    _ request: Gensyn_Ree_V1.GetReceiptRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.GetReceiptResponse {
    let signed = try await stored(try Digest(field: "hash", request.hash))
    return .with { $0.receipt = Gensyn_Ree_V1.Receipt(signed) }
  }

  public func listReceipts(
    _ request: Gensyn_Ree_V1.ListReceiptsRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.ListReceiptsResponse {
    guard request.pageSize >= 0 else {
      throw RPCError(badField: "page_size", "must not be negative")
    }
    let filter = try ReceiptStore.Filter(request)
    let cursor = try ReceiptStore.Cursor(pageToken: request.pageToken, matching: filter)
    let wanted = request.pageSize == 0 ? Self.pageSizeDefault : Int(request.pageSize)
    let size = min(wanted, Self.pageSizeMax)
    do {
      // One more than asked for tells whether there is a next page.
      let found = try await disk.run { () throws(ReceiptStore.Failure) in
        try receipts.list(filter, after: cursor, limit: size + 1)
      }
      let page = found.prefix(size)
      return .with {
        $0.receipts = page.map { Gensyn_Ree_V1.Receipt($0) }
        if found.count > size, let last = page.last {
          $0.nextPageToken = ReceiptStore.Cursor(last).pageToken(matching: filter)
        }
      }
    } catch {
      throw RPCError(error)
    }
  }

  public func validateReceipt(
    _ request: Gensyn_Ree_V1.ValidateReceiptRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.ValidateReceiptResponse {
    let signed: SignedReceipt
    do {
      signed = try await resolve(request.receipt, field: "receipt")
    } catch let fault as ReceiptFault {
      return .with { $0.faults = [Gensyn_Ree_V1.ReceiptFault(fault)] }
    }
    var outputs = try request.outputs.enumerated().map { index, tensor in
      try NamedCommitment(tensor, field: "outputs[\(index)]")
    }
    if request.hasOutputText { outputs.append(NamedCommitment(text: request.outputText)) }
    let inputs = try request.inputs.enumerated().map { index, tensor in
      try NamedCommitment(tensor, field: "inputs[\(index)]")
    }
    var faults = signed.faults(
      inputs: inputs.isEmpty ? nil : inputs, outputs: outputs.isEmpty ? nil : outputs)
    if request.checkModel { faults += try await modelFaults(signed.receipt) }
    return .with {
      $0.valid = faults.isEmpty
      $0.receipt = Gensyn_Ree_V1.Receipt(signed)
      $0.faults = faults.map { Gensyn_Ree_V1.ReceiptFault($0) }
    }
  }

  public func importReceipt(
    _ request: Gensyn_Ree_V1.ImportReceiptRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.ImportReceiptResponse {
    let owner = call.owner
    do {
      let signed = try SignedReceipt(bytes: [UInt8](request.signedBytes))
      try await disk.run { () throws(ReceiptStore.Failure) in
        try receipts.add(signed, owner: owner)
      }
      return .with { $0.receipt = Gensyn_Ree_V1.Receipt(signed) }
    } catch let fault as ReceiptFault {
      throw RPCError(badField: "signed_bytes", "is no valid receipt: \(fault)")
    } catch let failure as ReceiptStore.Failure {
      throw RPCError(failure)
    }
  }

  public func proveNode(
    _ request: Gensyn_Ree_V1.ProveNodeRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.ProveNodeResponse {
    throw RPCError(.unimplemented, "this node keeps no traces")
  }
}

extension ReceiptService {
  private func stored(_ hash: Digest) async throws -> SignedReceipt {
    do {
      let signed = try await disk.run { () throws(ReceiptStore.Failure) in
        try receipts.receipt(hash)
      }
      guard let signed else { throw RPCError(noReceipt: hash) }
      return signed
    } catch let failure as ReceiptStore.Failure {
      throw RPCError(failure)
    }
  }

  /// The receipt that a reference names or carries.
  ///
  /// - Throws: `ReceiptFault` for a carried one that is not in order.
  func resolve(
    _ reference: Gensyn_Ree_V1.ReceiptReference, field: String
  ) async throws -> SignedReceipt {
    switch reference.source {
    case .hash(let hash): try await stored(try Digest(field: "\(field).hash", hash))
    case .signedBytes(let bytes): try SignedReceipt(bytes: [UInt8](bytes))
    case nil: throw RPCError(badField: field, "is missing")
    }
  }

  private func modelFaults(_ receipt: Receipt) async throws -> [ReceiptFault] {
    do {
      _ = try await disk.run { () throws(ArtifactStore.ReadError) in
        try artifacts.verify(receipt.model.hash)
      }
      return []
    } catch {
      guard case .damaged(let damage) = error else { throw RPCError(error) }
      return [ReceiptFault(.modelHash, "the stored model is damaged: \(damage)")]
    }
  }
}
