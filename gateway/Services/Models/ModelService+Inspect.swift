internal import Files
internal import Receipts
internal import Foundation
internal import GraphRuns
internal import ModelFiles
internal import Primitives
internal import REE
internal import RPC
internal import Schema

extension ModelService {
  /// What a file holds, whether or not it can be run.
  func describe(
    _ hash: Digest, _ reference: Gensyn_Ree_V1.ModelReference
  ) async throws -> Gensyn_Ree_V1.Model {
    let format = try await disk.run { () throws(any Error) in
      try ModelFileFormat(of: hash, in: store)
    }
    switch format {
    case .gguf: return try await describeGGUF(hash)
    case .safetensors: return try await describeSafetensors(hash)
    // What is none of them gets the parser's reason.
    case .onnx, nil: return try await describeONNX(hash, try [RunParameters.File](reference))
    }
  }

  private func describeONNX(
    _ hash: Digest, _ files: [RunParameters.File]
  ) async throws -> Gensyn_Ree_V1.Model {
    do {
      let loaded = try await engine.graphs.model(hash, files: files)
      var message = Gensyn_Ree_V1.Model(loaded.executor.model)
      message.modelRoot = loaded.identity.root.data
      message.graphHash = loaded.parts.graphHash.data
      message.weightsRoot = loaded.parts.weightsRoot.data
      return message
    } catch let error as ModelError {
      // An operator that is missing is a finding; a file that is no graph is an error.
      switch error {
      case .unknownOperator, .operatorInputs, .operatorOutputs, .unknownAttribute,
        .missingAttribute, .attributeType:
        var message = Gensyn_Ree_V1.Model(
          try await engine.graphs.description(hash, files: files))
        if message.unsupportedOperators.isEmpty { message.unsupportedOperators = ["\(error)"] }
        return message
      default: throw error
      }
    }
  }

  private func describeGGUF(_ hash: Digest) async throws -> Gensyn_Ree_V1.Model {
    var message = try await disk.run { () throws(any Error) in
      let file: GGUFFile
      do {
        file = try store.map(hash).withBytes { (span) throws(GGUFMalformed) in
          try GGUFFile(span)
        }
      } catch let malformed as GGUFMalformed {
        throw LanguageModelError.file(malformed)
      }
      var message = Gensyn_Ree_V1.Model(file.tensors)
      message.format = .gguf
      message.architecture = file.metadata["general.architecture"]?.string ?? ""
      message.contextLength = UInt32(
        clamping: file.metadata["\(message.architecture).context_length"]?.integer ?? 0)
      message.vocabularySize = UInt32(
        clamping: file.metadata["tokenizer.ggml.tokens"]?.strings?.count ?? 0)
      message.chatTemplate = file.metadata["tokenizer.chat_template"]?.string ?? ""
      return message
    }
    do {
      let loaded = try await disk.run { () throws(any Error) in try engine.models.model(hash) }
      message.modelRoot = loaded.identity.root.data
    } catch let error as LanguageModelError {
      message.unsupportedOperators = ["\(error)"]
    }
    return message
  }

  private func describeSafetensors(_ hash: Digest) async throws -> Gensyn_Ree_V1.Model {
    try await disk.run { () throws(any Error) in
      let file: SafetensorsFile
      do {
        file = try store.map(hash).withBytes { (span) throws(SafetensorsMalformed) in
          try SafetensorsFile(span)
        }
      } catch let malformed as SafetensorsMalformed {
        throw RPCError(
          badField: "model.model_hash", "names a file that cannot be used: \(malformed)")
      }
      var message = Gensyn_Ree_V1.Model(file.tensors)
      message.format = .safetensors
      message.unsupportedOperators = ["the file holds weights alone: it names no graph to run"]
      return message
    }
  }
}
