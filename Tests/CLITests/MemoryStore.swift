import Foundation
import Primitives
import RPC
import Schema
import SwiftProtobuf
import Synchronization

/// An artifact store in memory that can break streams off.
final class MemoryStore: Sendable {
  struct State {
    var artifacts: [Data: (Gensyn_Ree_V1.Artifact, Data)] = [:]
    var uploads: [Data: Data] = [:]
    /// Breaks the next streams after this many bytes each.
    var breaks: [Int] = []
    /// Where uploads and downloads began.
    var offsets: [UInt64] = []
    /// Sends other bytes than were stored.
    var corrupts = false
  }

  let state = Mutex(State())

  var service: Gensyn_Ree_V1.ArtifactServiceFake {
    Gensyn_Ree_V1.ArtifactServiceFake { fake in
      fake.onPutArtifact = { requests, _ in try await self.put(requests) }
      fake.onGetUpload = { request, _ in try self.upload(request.hash) }
      fake.onGetArtifact = { request, responses, _ in try await self.get(request, responses) }
      fake.onStatArtifact = { request, _ in
        try .with { $0.artifact = try self.artifact(request.hash).0 }
      }
      fake.onListArtifacts = { request, _ in self.list(request) }
      fake.onDeleteArtifact = { request, _ in
        self.state.withLock { _ = $0.artifacts.removeValue(forKey: request.hash) }
        return Gensyn_Ree_V1.DeleteArtifactResponse()
      }
      fake.onVerifyArtifact = { request, _ in
        _ = try self.artifact(request.hash)
        let corrupts = self.state.withLock { $0.corrupts }
        return .with {
          $0.intact = !corrupts
          $0.damagedFile = corrupts ? "a/b" : ""
        }
      }
      fake.onGetArtifactQuota = { _, _ in .with { $0.limitSizeBytes = 5_000_000 } }
    }
  }

  private func artifact(_ hash: Data) throws -> (Gensyn_Ree_V1.Artifact, Data) {
    guard let stored = state.withLock({ $0.artifacts[hash] }) else {
      throw RPCError(
        .notFound, "there is no such artifact", details: [.reason("NOT_FOUND", domain: "test")])
    }
    return stored
  }

  private func upload(_ hash: Data) throws -> Gensyn_Ree_V1.GetUploadResponse {
    try state.withLock { state in
      if let (artifact, _) = state.artifacts[hash] {
        return .with {
          $0.receivedSizeBytes = artifact.sizeBytes
          $0.sizeBytes = artifact.sizeBytes
          $0.complete = true
        }
      }
      guard let bytes = state.uploads[hash] else { throw RPCError(.notFound, "no upload") }
      return .with { $0.receivedSizeBytes = UInt64(bytes.count) }
    }
  }

  private func put(
    _ requests: RequestStream<Gensyn_Ree_V1.PutArtifactRequest>
  ) async throws -> Gensyn_Ree_V1.PutArtifactResponse {
    var header = Gensyn_Ree_V1.PutArtifactHeader()
    var limit = state.withLock { $0.breaks.isEmpty ? Int.max : $0.breaks.removeFirst() }
    for try await request in requests {
      switch request.message {
      case .header(let first):
        header = first
        let hash = header.hash
        state.withLock { $0.offsets.append(UInt64($0.uploads[hash]?.count ?? 0)) }
        if let (artifact, _) = state.withLock({ $0.artifacts[hash] }) {
          return .with {
            $0.artifact = artifact
            $0.alreadyStored = true
          }
        }
      case .chunk(let chunk):
        let hash = header.hash
        let received = state.withLock { state in
          let bytes = state.uploads[hash] ?? Data()
          if bytes.count == Int(chunk.offset) { state.uploads[hash] = bytes + chunk.data }
          return bytes.count
        }
        guard received == Int(chunk.offset) else { throw RPCError(.outOfRange, "\(received)") }
        limit -= chunk.data.count
        guard limit > 0 else { throw RPCError(.unavailable, "broken off") }
      case nil: break
      }
    }
    return try finish(header)
  }

  private func finish(
    _ header: Gensyn_Ree_V1.PutArtifactHeader
  ) throws -> Gensyn_Ree_V1.PutArtifactResponse {
    let bytes = state.withLock { $0.uploads.removeValue(forKey: header.hash) } ?? Data()
    let digest = BLAKE3.hash([UInt8](bytes))
    guard "\(digest)" == Hex.encode([UInt8](header.hash)) else {
      throw RPCError(.dataLoss, "another hash")
    }
    let artifact = Gensyn_Ree_V1.Artifact.with {
      $0.hash = header.hash
      $0.sizeBytes = UInt64(bytes.count)
      $0.name = header.name
      $0.kind = header.kind
      $0.mediaType = header.mediaType
    }
    state.withLock { $0.artifacts[header.hash] = (artifact, bytes) }
    return .with { $0.artifact = artifact }
  }

  private func get(
    _ request: Gensyn_Ree_V1.GetArtifactRequest,
    _ responses: ResponseWriter<Gensyn_Ree_V1.GetArtifactResponse>
  ) async throws {
    let (artifact, bytes) = try artifact(request.hash)
    guard request.offset <= artifact.sizeBytes else { throw RPCError(.outOfRange, "too far") }
    try await responses.write(.with { $0.artifact = artifact })
    let end = request.length == 0 ? bytes.count : Int(request.offset + request.length)
    var offset = Int(request.offset)
    var (limit, corrupts) = state.withLock { state in
      state.offsets.append(request.offset)
      return (state.breaks.isEmpty ? Int.max : state.breaks.removeFirst(), state.corrupts)
    }
    while offset < min(end, bytes.count) {
      var part = Data(bytes[offset..<min(offset + 100_000, end, bytes.count)])
      if corrupts { part[0] ^= 1 }
      corrupts = false
      try await responses.write(
        .with {
          $0.chunk = .with {
            $0.offset = UInt64(offset)
            $0.data = part
          }
        })
      offset += part.count
      limit -= part.count
      guard limit > 0 else { throw RPCError(.unavailable, "broken off") }
    }
  }

  /// Two artifacts a page at most.
  private func list(
    _ request: Gensyn_Ree_V1.ListArtifactsRequest
  ) -> Gensyn_Ree_V1.ListArtifactsResponse {
    let all = state.withLock { $0.artifacts.values.map(\.0) }
      .filter { $0.name.hasPrefix(request.namePrefix) }
      .sorted { $0.name < $1.name }
    let start = Int(request.pageToken) ?? 0
    let end = min(all.count, start + min(2, request.pageSize == 0 ? 2 : Int(request.pageSize)))
    return .with {
      $0.artifacts = Array(all[start..<end])
      $0.nextPageToken = end < all.count ? "\(end)" : ""
    }
  }
}
