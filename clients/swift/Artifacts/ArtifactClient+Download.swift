internal import Files
public import FoundationEssentials
public import Primitives
public import RPC
public import Schema

extension Gensyn_Ree_V1.ArtifactClient {
  /// Gets an artifact into a file, and takes up a download of it that broke off before.
  ///
  /// What has arrived lies beside the target, under a name with the hash and `.part`, and becomes
  /// the target once it is whole and has the hash.
  ///
  /// - Throws: `DATA_LOSS` if the bytes do not have the hash; nothing is left then.
  @discardableResult
  public func download(
    _ digest: Digest, to path: String, options: CallOptions = CallOptions(),
    progress: TransferProgress.Observer? = nil
  ) async throws -> Gensyn_Ree_V1.Artifact {
    let partPath = "\(path).\(digest.description.prefix(16)).part"
    let part = try PartFile(partPath)
    try await part.takeUp(progress: progress)
    let artifact: Gensyn_Ree_V1.Artifact
    do {
      artifact = try await read(
        digest, offset: part.hasher.byteCount, options: options, progress: progress
      ) { data in
        try part.append(data)
      }
    } catch let error as RPCError where error.code == .outOfRange {
      // More than the artifact has is there: none of it can be trusted.
      try Directory.removeFile(partPath)
      throw error
    }
    guard part.hasher.finalize() == digest else {
      try Directory.removeFile(partPath)
      throw RPCError(.dataLoss, "what the gateway sent for \(digest) has another hash")
    }
    try Directory.rename(partPath, to: path)
    return artifact
  }

  /// Reads an artifact, or a part of it, and goes on where a lost connection broke it off.
  ///
  /// The bytes come in order. Whoever wants them checked hashes them: see ``download(_:to:)``.
  ///
  /// - Parameters:
  ///   - offset: The first byte.
  ///   - length: How many bytes at most; nil reads up to the end.
  ///   - body: Called with one chunk after the other; the gateway waits while it runs.
  @discardableResult
  public func read(
    _ digest: Digest, offset: UInt64 = 0, length: UInt64? = nil,
    options: CallOptions = CallOptions(), progress: TransferProgress.Observer? = nil,
    _ body: (Data) async throws -> Void
  ) async throws -> Gensyn_Ree_V1.Artifact {
    var position = offset
    var policy = TransferPolicy()
    while true {
      let start = position
      do {
        return try await attempt(
          digest, from: &position, end: length.map { offset.addingSaturating($0) }, options,
          progress, body)
      } catch let error as RPCError {
        let madeProgress = position > start
        guard let delay = policy.delay(after: error, madeProgress: madeProgress) else {
          throw error
        }
        try await Task.sleep(for: delay)
      }
    }
  }

  private func attempt(
    _ digest: Digest, from position: inout UInt64, end: UInt64?, _ options: CallOptions,
    _ progress: TransferProgress.Observer?, _ body: (Data) async throws -> Void
  ) async throws -> Gensyn_Ree_V1.Artifact {
    // A length of 0 means "all" on the wire: nothing is asked for as one byte, and dropped.
    let wanted = end.map { max(1, $0 - position) } ?? 0
    var artifact: Gensyn_Ree_V1.Artifact?
    for try await response in getArtifact(
      hash: Data(digest), offset: position, length: wanted, options: options)
    {
      switch response.message {
      case .artifact(let description): artifact = description
      case .chunk(let chunk):
        guard chunk.offset == position else {
          throw RPCError(
            .internal, "the gateway sent byte \(chunk.offset) where \(position) was next")
        }
        let count = UInt64(chunk.data.count)
        guard end != position else { continue }
        guard end.map({ count <= $0 - position }) ?? true else {
          throw RPCError(.internal, "the gateway sent more bytes than were asked for")
        }
        try await body(chunk.data)
        position = position.addingSaturating(count)
      case nil: continue
      }
      if let artifact {
        let total = min(artifact.sizeBytes, end ?? .max)
        progress?(.init(.transferring, doneBytes: position, totalBytes: total))
      }
    }
    guard let artifact else {
      throw RPCError(.internal, "the gateway sent no description of the artifact")
    }
    return artifact
  }
}

/// What has arrived of a download, and its hash so far.
private final class PartFile {
  private let file: File
  private(set) var hasher = BLAKE3()

  init(_ path: String) throws {
    file = try File(path, .readWrite, permissions: 0o666)
    guard try file.lock() else {
      throw RPCError(.aborted, "another download writes to \(path)")
    }
  }

  /// Hashes what an earlier download left.
  func takeUp(progress: TransferProgress.Observer?) async throws {
    let size = try file.sizeBytes()
    var buffer = [UInt8](repeating: 0, count: SourceFile.chunkSize)
    while hasher.byteCount < size {
      try Task.checkCancellation()
      let count = try file.read(at: hasher.byteCount, into: &buffer)
      guard count > 0 else { return }
      hasher.update(count == buffer.count ? buffer : Array(buffer.prefix(count)))
      progress?(.init(.hashing, doneBytes: hasher.byteCount, totalBytes: size))
    }
  }

  func append(_ data: Data) throws {
    try file.write(data.bytes, at: hasher.byteCount)
    hasher.update(data.bytes)
  }
}

extension UInt64 {
  fileprivate func addingSaturating(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
