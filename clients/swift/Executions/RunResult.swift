internal import FoundationEssentials
internal import Primitives
public import RPC
public import Receipts
public import Schema
internal import SwiftProtobuf

/// What a run gave, checked against its receipt.
public struct RunResult: Sendable {
  public let plan: Gensyn_Ree_V1.ExecutionPlan
  /// In the model's order. Above 1 MiB an output is an artifact's hash.
  public let outputs: [Gensyn_Ree_V1.Tensor]
  /// Its signature is right, and its output root is that of ``outputs``.
  public let receipt: SignedReceipt
}

extension Gensyn_Ree_V1.ExecutionClient {
  /// Runs a model to its end.
  ///
  /// - Parameter observe: Shown each event as it comes, the plan first.
  /// - Throws: `DATA_LOSS` if the receipt is for another request, or for other outputs than came.
  public func run(
    _ request: Gensyn_Ree_V1.RunRequest, options: CallOptions = CallOptions(),
    observe: (Gensyn_Ree_V1.ExecutionEvent) throws -> Void
  ) async throws -> RunResult {
    var plan = Gensyn_Ree_V1.ExecutionPlan()
    var outputs: [Gensyn_Ree_V1.Tensor] = []
    var result: Gensyn_Ree_V1.ExecutionResult?
    for try await response in run(request, options: options) {
      try observe(response.event)
      switch response.event.event {
      case .plan(let first)?: plan = first
      case .output(let output)?: outputs.append(output.tensor)
      case .result(let last)?: result = last
      default: continue
      }
    }
    guard let result, result.hasReceipt else {
      throw RPCError(.dataLoss, "the gateway ended the run without a receipt")
    }
    let signed: SignedReceipt
    do {
      signed = try SignedReceipt(bytes: [UInt8](result.receipt.signedBytes))
    } catch {
      throw RPCError(.dataLoss, "the gateway's receipt is not valid: \(error)")
    }
    guard Data(signed.receipt.model.hash) == request.model.modelHash,
      Data(signed.receipt.requesterNonce) == request.options.requesterNonce
    else { throw RPCError(.dataLoss, "the gateway's receipt is for another request") }
    if let fault = signed.faults(outputs: try outputs.map { try $0.commitment() }).first {
      throw RPCError(.dataLoss, "the gateway's receipt is for other outputs: \(fault.message)")
    }
    return RunResult(plan: plan, outputs: outputs, receipt: signed)
  }
}

extension Gensyn_Ree_V1.Tensor {
  /// What receipts say of the tensor under its name.
  ///
  /// - Throws: `INVALID_ARGUMENT` for a tensor without elements and without their artifact's hash.
  public func commitment() throws(RPCError) -> NamedCommitment {
    let content: Digest
    switch self.content {
    case .data(let data): content = BLAKE3.hash([UInt8](data))
    case .artifactHash(let hash):
      guard let digest = try? Digest([UInt8](hash)) else {
        throw RPCError(.invalidArgument, "tensor \(name) has a hash of \(hash.count) bytes")
      }
      content = digest
    case .npyArtifactHash, nil:
      throw RPCError(.invalidArgument, "tensor \(name) has no elements and no artifact of them")
    }
    return NamedCommitment(
      name: name,
      tensor: TensorCommitment(
        dataType: UInt8(clamping: dataType.rawValue), dimensions: dimensions, content: content
      ).digest)
  }
}
