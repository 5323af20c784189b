internal import SwiftProtobuf
internal import Foundation
internal import Primitives
internal import REE
public import RPC
public import Schema

extension ArtifactService {
  public func putArtifact(
    _ requests: RequestStream<Gensyn_Ree_V1.PutArtifactRequest>, in call: ServerCall
  ) async throws -> Gensyn_Ree_V1.PutArtifactResponse {
    var messages = requests.makeAsyncIterator()
    guard let first = try await messages.next(), case .header(let header)? = first.message else {
      throw RPCError(badField: "header", "must be the first message of an upload")
    }
    let request = try UploadRequest(header, owner: call.owner)
    do {
      let began = clock()
      let (upload, isStored) = try await disk.run { () throws(ArtifactStore.UploadError) in
        let isStored = request.digest.map { (try? store.stat($0)) != nil } ?? false
        return (try store.begin(request), isStored)
      }
      // Bytes that are here already need not come again; a header alone finishes the upload.
      let isWhole = request.digest != nil && upload.receivedBytes == request.sizeBytes
      if !isWhole { try await receive(&messages, upload) }
      let artifact = try await disk.run(upload.finish)
      return .with {
        $0.artifact = Gensyn_Ree_V1.Artifact(artifact)
        // An upload without a hash finds out only now.
        $0.alreadyStored = isStored || artifact.createdAt < began
      }
    } catch let error as ArtifactStore.UploadError {
      throw RPCError(error)
    }
  }

  /// Takes the chunks until the caller has sent the last one.
  private func receive(
    _ messages: inout RequestStream<Gensyn_Ree_V1.PutArtifactRequest>.Iterator, _ upload: Upload
  ) async throws {
    do {
      while let message = try await messages.next() {
        guard case .chunk(let chunk)? = message.message else {
          throw RPCError(badField: "chunk", "must be in every message after the first")
        }
        try check(chunk)
        try await disk.run { () throws(ArtifactStore.UploadError) in
          try upload.append(offset: chunk.offset, bytes: chunk.data.bytes)
          if upload.receivedBytes - upload.durableBytes >= limits.syncInterval {
            try upload.sync()
          }
        }
      }
    } catch {
      // The stream broke: what came is kept, so that the caller can go on from there. Where that
      // fails, the upload goes on from an earlier point.
      _ = await disk.run { try? upload.sync() }
      throw error
    }
  }

  private func check(_ chunk: Gensyn_Ree_V1.ArtifactChunk) throws(RPCError) {
    guard !chunk.data.isEmpty, chunk.data.count <= limits.uploadChunkSizeMax else {
      throw RPCError(
        badField: "chunk.data",
        "must have 1 to \(limits.uploadChunkSizeMax) bytes, not \(chunk.data.count)")
    }
  }
}
