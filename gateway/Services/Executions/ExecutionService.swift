internal import Foundation
internal import Primitives
internal import REE
public import RPC
internal import Receipts
public import Schema
internal import SwiftProtobuf
internal import Tokenizers

/// `gensyn.ree.v1.ExecutionService`: runs models and signs what they gave.
public struct ExecutionService: Gensyn_Ree_V1.ExecutionService {
  let engine: ExecutionEngine
  let disk: DiskExecutor

  public init(engine: ExecutionEngine, disk: DiskExecutor) {
    self.engine = engine
    self.disk = disk
  }

  public func tokenize(
    _ request: Gensyn_Ree_V1.TokenizeRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.TokenizeResponse {
    let model = try await load(request.model).model
    switch request.content {
    case .text(let text)?:
      let ids = model.tokenizer.encode(text, addingSpecialTokens: false).ids
      return .with {
        $0.tokens.ids = ids
        $0.text = text
      }
    case .tokens(let tokens)?:
      if let unknown = tokens.ids.first(where: { $0 >= model.vocabularySize }) {
        throw RPCError(badField: "tokens.ids", "has \(unknown), which is no token")
      }
      return .with {
        $0.tokens = tokens
        $0.text = model.tokenizer.decode(tokens.ids, skippingSpecialTokens: false)
      }
    case nil: throw RPCError(badField: "content", "is missing")
    }
  }

  func load(
    _ reference: Gensyn_Ree_V1.ModelReference
  ) async throws -> LanguageModels.Loaded {
    let hash = try Digest(field: "model.model_hash", reference.modelHash)
    guard reference.tokenizerHash.isEmpty, reference.files.isEmpty else {
      throw RPCError(.unimplemented, "a GGUF model brings its tokenizer and has no other files")
    }
    do {
      return try await disk.run { () throws(any Error) in try engine.models.model(hash) }
    } catch {
      throw RPCError(execution: error)
    }
  }

  // Computations end with their calls, so there is nothing to look up.

  public func watchExecution(
    _ request: Gensyn_Ree_V1.WatchExecutionRequest,
    to responses: ResponseWriter<Gensyn_Ree_V1.WatchExecutionResponse>, in call: ServerCall
  ) async throws {
    throw Self.noDetached
  }

  public func getExecution(
    _ request: Gensyn_Ree_V1.GetExecutionRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.GetExecutionResponse {
    throw Self.noDetached
  }

  public func listExecutions(
    _ request: Gensyn_Ree_V1.ListExecutionsRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.ListExecutionsResponse {
    throw Self.noDetached
  }

  public func cancelExecution(
    _ request: Gensyn_Ree_V1.CancelExecutionRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.CancelExecutionResponse {
    throw Self.noDetached
  }

  static let noDetached = RPCError(
    .unimplemented, "computations of this node end with their calls; none is detached")
}
