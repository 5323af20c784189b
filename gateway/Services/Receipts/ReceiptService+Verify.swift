internal import Foundation
internal import Primitives
internal import REE
public import RPC
internal import Receipts
public import Schema
internal import SwiftProtobuf

extension ReceiptService {
  /// The largest list of prompt tokens that is read from the store, in bytes.
  private static let promptBytesMax = 16 << 20
  private static let parameterBytesMax = 64 << 10

  public func verifyReceipt(
    _ request: Gensyn_Ree_V1.VerifyReceiptRequest,
    to responses: ResponseWriter<Gensyn_Ree_V1.VerifyReceiptResponse>, in call: ServerCall
  ) async throws {
    let signed: SignedReceipt
    do {
      signed = try await resolve(request.receipt, field: "receipt")
    } catch let fault as ReceiptFault {
      throw RPCError(badField: "receipt", "is no valid receipt: \(fault)")
    }
    guard signed.receipt.kind != .train else {
      return try await verifyTraining(signed, request, to: responses)
    }
    switch request.scope {
    case .whole?, nil: break
    default: throw RPCError(.unimplemented, "this node verifies whole computations only")
    }
    let receipt = signed.receipt
    guard receipt.semanticsRoot == Semantics.root else {
      throw RPCError(.unimplemented, "this node's semantics have the root \(Semantics.root)")
    }
    do {
      let own =
        switch receipt.kind {
        case .generate: try await computeAnew(signed, request)
        case .run: try await runAnew(receipt, request, responses)
        // Answered above.
        case .train: throw RPCError(.internal, "a training run is verified by its steps")
        }
      try await responses.write(.with { $0.verdict = .init(signed, own) })
    } catch {
      throw RPCError(execution: error)
    }
  }

  private func computeAnew(
    _ signed: SignedReceipt, _ request: Gensyn_Ree_V1.VerifyReceiptRequest
  ) async throws -> SignedReceipt {
    let receipt = signed.receipt
    let (generation, loaded) = try await disk.run { () throws(any Error) in
      let parameters = try artifacts.contents(
        receipt.parametersHash, sizeMax: Self.parameterBytesMax)
      let prompt = try artifacts.contents(
        GenerationRequest.promptDigest(parameterBytes: parameters),
        sizeMax: Self.promptBytesMax)
      return (
        try GenerationRequest(parameterBytes: parameters, promptBytes: prompt),
        try engine.models.model(receipt.model.hash)
      )
    }
    var options = generation.options
    let memory = Int(clamping: request.options.memorySizeBytesMax)
    options.memorySizeBytesMax =
      memory == 0
      ? engine.limits.memorySizeBytesMax : min(memory, engine.limits.memorySizeBytesMax)
    options.threadCount = engine.limits.threadCountMax
    let again = GenerationRequest(prompt: generation.prompt, options: options)
    let own = try await engine.compute { isCancelled in
      try engine.generate(
        again, loaded, nonce: receipt.requesterNonce, isCancelled: isCancelled, onToken: { _ in }
      ).receipt
    }
    guard let own else { throw RPCError(.cancelled, "the verification was cancelled") }
    return own
  }
}

extension Gensyn_Ree_V1.VerificationVerdict {
  init(_ signed: SignedReceipt, _ own: SignedReceipt) {
    self.init()
    let faults = signed.contradictions(with: own.receipt)
    agrees = faults.isEmpty
    self.faults = faults.map { Gensyn_Ree_V1.ReceiptFault($0) }
    stepsChecked = own.receipt.stepCount
    detectionProbability = 1
    ownReceipt = Gensyn_Ree_V1.Receipt(own)
  }
}
