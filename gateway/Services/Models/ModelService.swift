internal import Foundation
internal import Primitives
public import REE
public import RPC
public import Schema
internal import SwiftProtobuf

/// `gensyn.ree.v1.ModelService`: tells what the models in the store are.
public struct ModelService: Gensyn_Ree_V1.ModelService {
  let store: ArtifactStore
  let engine: ExecutionEngine
  let disk: DiskExecutor

  /// How many entries a list returns where the caller does not say.
  static let pageSizeDefault = 100
  static let pageSizeMax = 1000

  public init(store: ArtifactStore, engine: ExecutionEngine, disk: DiskExecutor) {
    self.store = store
    self.engine = engine
    self.disk = disk
  }

  public func inspectModel(
    _ request: Gensyn_Ree_V1.InspectModelRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.InspectModelResponse {
    let hash = try Digest(field: "model.model_hash", request.model.modelHash)
    do {
      var model = try await describe(hash, request.model)
      model.reference = request.model
      model.name = try store.stat(hash, as: call.owner).name
      return .with { $0.model = model }
    } catch {
      throw RPCError(execution: error)
    }
  }

  public func listModels(
    _ request: Gensyn_Ree_V1.ListModelsRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.ListModelsResponse {
    let size = try Self.pageSize(request.pageSize)
    let filter = ArtifactStore.Filter(
      kind: .model, namePrefix: request.namePrefix, owner: call.owner)
    var cursor = try ArtifactStore.Cursor(pageToken: request.pageToken, matching: filter)
    do {
      return try await disk.run { () throws(any Error) in
        var response = Gensyn_Ree_V1.ListModelsResponse()
        // Files that belong to a model have its kind too, and are passed over.
        while response.models.count < size {
          let page = store.list(
            after: cursor, limit: size - response.models.count, matching: filter)
          for artifact in page.artifacts {
            guard let format = try ModelFileFormat(of: artifact.digest, in: store),
              request.format == .unspecified || request.format == format.message
            else { continue }
            response.models.append(
              .with {
                $0.reference.modelHash = artifact.digest.data
                $0.name = artifact.name
                $0.format = format.message
              })
          }
          cursor = page.next
          guard cursor != nil else { break }
        }
        response.nextPageToken = cursor?.pageToken(matching: filter) ?? ""
        return response
      }
    } catch {
      throw RPCError(execution: error)
    }
  }

  public func listOperators(
    _ request: Gensyn_Ree_V1.ListOperatorsRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.ListOperatorsResponse {
    let size = try Self.pageSize(request.pageSize)
    guard request.semanticsRoot.isEmpty || request.semanticsRoot == Semantics.root.data else {
      throw RPCError(.unimplemented, "this node's semantics have the root \(Semantics.root)")
    }
    var first = 0
    if !request.pageToken.isEmpty {
      // A token is the place in the list: the list of one root never changes.
      guard let place = Int(request.pageToken), place > 0, place < Semantics.entries.count else {
        throw RPCError(badField: "page_token", "is not from a list of operators")
      }
      first = place
    }
    let page = Semantics.entries.dropFirst(first).prefix(size)
    return .with {
      $0.operators = page.map { entry in
        .with {
          $0.name = entry.name
          $0.version = entry.version
        }
      }
      if page.endIndex < Semantics.entries.count { $0.nextPageToken = "\(page.endIndex)" }
      $0.semanticsRoot = Semantics.root.data
    }
  }

  private static func pageSize(_ asked: Int32) throws(RPCError) -> Int {
    guard asked >= 0 else { throw RPCError(badField: "page_size", "must not be negative") }
    return min(asked == 0 ? pageSizeDefault : Int(asked), pageSizeMax)
  }
}
