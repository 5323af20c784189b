internal import SwiftProtobuf
internal import Files
internal import FoundationEssentials
internal import Primitives
public import RPC
public import Schema

extension Gensyn_Ree_V1.ArtifactClient {
  /// Stores a file, and takes up an upload of it that broke off before.
  ///
  /// A lost connection is made again, and the upload goes on from what the gateway has. Bytes that
  /// the gateway has already are not sent at all.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - name: A name to find the artifact by; nil takes the file's own.
  ///   - mediaType: Such as `application/json`; empty says nothing about the bytes.
  ///   - kind: What the artifact is used for.
  ///   - options: Those of each call; a timeout holds for one attempt.
  ///   - progress: Told how far it has come.
  @discardableResult
  public func upload(
    file path: String, name: String? = nil, mediaType: String = "",
    kind: Gensyn_Ree_V1.ArtifactKind = .unspecified, options: CallOptions = CallOptions(),
    progress: TransferProgress.Observer? = nil
  ) async throws -> Gensyn_Ree_V1.PutArtifactResponse {
    let file = try SourceFile(path)
    let digest = try await file.digest(progress: progress)
    let header = Gensyn_Ree_V1.PutArtifactHeader.with {
      $0.hash = Data(digest)
      $0.sizeBytes = file.sizeBytes
      $0.name = name ?? path.split(separator: "/").last.map(String.init) ?? ""
      $0.mediaType = mediaType
      $0.kind = kind
    }
    var policy = TransferPolicy()
    var previousOffset: UInt64 = 0
    while true {
      let offset = try await resumePoint(of: digest, options)
      do {
        let response = try await putArtifact(
          UploadMessages(header: header, file: file, offset: offset, progress: progress),
          options: options)
        progress?(
          .init(.transferring, doneBytes: file.sizeBytes, totalBytes: file.sizeBytes))
        return response
      } catch {
        // What the file system said is better than that the call was given up for it.
        if let cause = error.cause as? FileError { throw cause }
        let madeProgress = offset > previousOffset
        guard let delay = policy.delay(after: error, madeProgress: madeProgress) else {
          throw error
        }
        previousOffset = offset
        try await Task.sleep(for: delay)
      }
    }
  }

  /// How many bytes of the artifact the gateway has from this caller.
  private func resumePoint(
    of digest: Digest, _ options: CallOptions
  ) async throws(RPCError) -> UInt64 {
    do {
      return try await getUpload(hash: Data(digest), options: options).receivedSizeBytes
    } catch {
      guard error.code == .notFound else { throw error }
      return 0
    }
  }
}
