internal import SwiftProtobuf
public import Primitives
public import REE
public import RPC
public import Schema

/// `gensyn.ree.v1.ArtifactService`, answered by a store on this machine's disk.
public struct ArtifactService: Gensyn_Ree_V1.ArtifactService {
  let store: ArtifactStore
  let disk: DiskExecutor
  let limits: Limits
  let clock: @Sendable () -> UnixTime

  public struct Limits: Sendable {
    /// The longest chunk of an upload, in bytes. The contract says 1 MiB.
    public var uploadChunkSizeMax = 1 << 20
    /// How many bytes of a download travel in one message.
    public var downloadChunkSize = 512 << 10
    /// After how many bytes of an upload what came is made durable.
    public var syncInterval: UInt64 = 16 << 20
    /// How many artifacts a list returns where the caller does not say.
    public var pageSizeDefault = 100
    public var pageSizeMax = 1000

    public init() {}
  }

  public init(
    store: ArtifactStore, disk: DiskExecutor, limits: Limits = Limits(),
    clock: @escaping @Sendable () -> UnixTime = UnixTime.now
  ) {
    self.store = store
    self.disk = disk
    self.limits = limits
    self.clock = clock
  }
}

// MARK: - Reading

extension ArtifactService {
  public func getUpload(
    _ request: Gensyn_Ree_V1.GetUploadRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.GetUploadResponse {
    let digest = try Digest(field: "hash", request.hash)
    do {
      return Gensyn_Ree_V1.GetUploadResponse(complete: try store.stat(digest))
    } catch {
      // Damaged bytes are stored anew, so an upload of them counts.
      guard let state = store.upload(of: digest, owner: call.owner) else { throw RPCError(error) }
      return Gensyn_Ree_V1.GetUploadResponse(state)
    }
  }

  public func statArtifact(
    _ request: Gensyn_Ree_V1.StatArtifactRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.StatArtifactResponse {
    let digest = try Digest(field: "hash", request.hash)
    do {
      let artifact = try store.stat(digest, as: call.owner)
      return .with { $0.artifact = Gensyn_Ree_V1.Artifact(artifact) }
    } catch {
      throw RPCError(error)
    }
  }

  public func getArtifact(
    _ request: Gensyn_Ree_V1.GetArtifactRequest,
    to responses: ResponseWriter<Gensyn_Ree_V1.GetArtifactResponse>, in call: ServerCall
  ) async throws {
    let digest = try Digest(field: "hash", request.hash)
    do {
      let download = try await disk.run { () throws(ArtifactStore.ReadError) in
        try Download(
          store.open(digest), description: store.stat(digest, as: call.owner),
          offset: request.offset, length: request.length, chunkSize: limits.downloadChunkSize)
      }
      try await responses.write(.with { $0.artifact = Gensyn_Ree_V1.Artifact(download.artifact) })
      while let chunk = try await disk.run(download.next) {
        try await responses.write(.with { $0.chunk = chunk })
      }
    } catch let error as ArtifactStore.ReadError {
      throw RPCError(error)
    }
  }

  public func listArtifacts(
    _ request: Gensyn_Ree_V1.ListArtifactsRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.ListArtifactsResponse {
    guard request.pageSize >= 0 else {
      throw RPCError(badField: "page_size", "must not be negative")
    }
    let filter = ArtifactStore.Filter(
      kind: try Artifact.Kind(filter: request.kind), namePrefix: request.namePrefix,
      owner: call.owner)
    let cursor = try ArtifactStore.Cursor(pageToken: request.pageToken, matching: filter)
    let size = request.pageSize == 0 ? limits.pageSizeDefault : Int(request.pageSize)
    // The filter may pass over the whole catalogue.
    let page = await disk.run {
      store.list(after: cursor, limit: min(size, limits.pageSizeMax), matching: filter)
    }
    return .with {
      $0.artifacts = page.artifacts.map { Gensyn_Ree_V1.Artifact($0) }
      $0.nextPageToken = page.next?.pageToken(matching: filter) ?? ""
    }
  }

  public func getArtifactQuota(
    _ request: Gensyn_Ree_V1.GetArtifactQuotaRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.GetArtifactQuotaResponse {
    .with {
      $0.usedSizeBytes = store.usedBytes(by: call.owner)
      $0.limitSizeBytes = store.limits.quotaBytesPerOwner
      $0.artifactSizeBytesMax = store.limits.artifactSizeMax
      $0.artifactCount = UInt64(store.artifactCount(of: call.owner))
    }
  }

  public func verifyArtifact(
    _ request: Gensyn_Ree_V1.VerifyArtifactRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.VerifyArtifactResponse {
    let digest = try Digest(field: "hash", request.hash)
    do {
      let artifact = try await disk.run { () throws(ArtifactStore.ReadError) in
        try store.verify(digest)
      }
      return Gensyn_Ree_V1.VerifyArtifactResponse(intact: artifact)
    } catch {
      guard case .damaged(let damage) = error else { throw RPCError(error) }
      return Gensyn_Ree_V1.VerifyArtifactResponse(damage, in: store.directory)
    }
  }
}

// MARK: - Deleting

extension ArtifactService {
  public func deleteArtifact(
    _ request: Gensyn_Ree_V1.DeleteArtifactRequest, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.DeleteArtifactResponse {
    let digest = try Digest(field: "hash", request.hash)
    let owner = call.owner
    do {
      try await disk.run {
        try store.discardUpload(of: digest, owner: owner)
        try store.delete(digest, by: owner)
      }
    } catch ArtifactStore.DeleteError.notFound {
      // Deleting again succeeds.
    } catch let error as ArtifactStore.DeleteError {
      throw RPCError(error)
    } catch let error as ArtifactStore.UploadError {
      throw RPCError(error)
    }
    return Gensyn_Ree_V1.DeleteArtifactResponse()
  }
}

extension ServerCall {
  /// Whose artifacts a call is about: a proven caller's, or those of nobody in particular.
  var owner: [UInt8] { caller?.bytes ?? [] }
}
