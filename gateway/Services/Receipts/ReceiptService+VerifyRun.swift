internal import Foundation
internal import GraphRuns
internal import Primitives
internal import REE
internal import RPC
internal import Receipts
internal import Schema
internal import SwiftProtobuf

extension ReceiptService {
  /// Runs a graph again on what the receipt's parameters name.
  func runAnew(
    _ receipt: Receipt, _ request: Gensyn_Ree_V1.VerifyReceiptRequest,
    _ responses: ResponseWriter<Gensyn_Ree_V1.VerifyReceiptResponse>
  ) async throws -> SignedReceipt {
    guard receipt.traceLevel == .ends else {
      throw RPCError(.unimplemented, "this node verifies runs that are committed to by their ends")
    }
    let parameters = try await disk.run { () throws(any Error) in
      try RunParameters(
        bytes: try artifacts.contents(
          receipt.parametersHash, sizeMax: RunParameters.byteCountMax))
    }
    let memory = engine.memorySizeBytes(asked: request.options.memorySizeBytesMax)
    let loaded = try await engine.graphs.model(receipt.model.hash, files: parameters.files)
    let model = loaded.executor.model
    let inputs =
      parameters.texts.isEmpty
      ? try await storedInputs(parameters, given: request.inputs, sizeMax: memory)
      : try await engine.graphs.inputs(of: parameters, for: model)
    try loaded.executor.check(inputs)
    let run = try GraphRun(parameters, inputs: inputs, of: model)
    let plan = loaded.executor.plan(inputs)
    let needed = ExecutionEngine.fixedSizeBytes(plan, run) + (plan.peakBytes ?? 0)
    guard needed <= memory else { throw ExecutionError.memory(planned: needed, limit: memory) }
    try await responses.write(.with { $0.progress.phase = .computing })
    return try await engine.compute { isCancelled in
      try engine.run(
        run, loaded, memorySizeBytesMax: memory, nonce: receipt.requesterNonce,
        isCancelled: isCancelled
      ).receipt
    }
  }

  private func storedInputs(
    _ parameters: RunParameters, given: [Gensyn_Ree_V1.Tensor], sizeMax: Int
  ) async throws -> [String: Value] {
    try await disk.run { () throws(any Error) in
      var inputs: [String: Value] = [:]
      for input in parameters.inputs {
        let tensor: Tensor
        if let index = given.firstIndex(where: { $0.name == input.name }) {
          tensor = try given[index].tensor(
            field: "inputs[\(index)]", artifacts, sizeMax: sizeMax)
        } else {
          let size = Int(clamping: try artifacts.stat(input.content).sizeBytes)
          tensor = try input.tensor(
            try artifacts.contents(input.content, sizeMax: min(size, sizeMax)))
        }
        inputs[input.name] = .tensor(tensor)
      }
      return inputs
    }
  }
}
