public import Primitives
internal import Synchronization

// What one owner sees of the store.

extension ArtifactStore {
  /// How far an upload has come.
  public struct UploadState: Hashable, Sendable {
    /// The offset from which the upload would go on.
    public let durableBytes: UInt64
    public let sizeBytes: UInt64
    /// When garbage collection may remove it, unless it goes on.
    public let expiresAt: UnixTime
    public let isRunning: Bool
  }

  /// The artifact with the owner's labels, or with somebody's where the owner has no claim to it.
  public func stat(_ digest: Digest, as owner: [UInt8]) throws(ReadError) -> Artifact {
    let record = try catalogue.withLock { (catalogue) throws(ReadError) in
      try catalogue.record(digest)
    }
    return record.artifact(as: record.claims.first { $0.owner == owner } ?? record.claims[0])
  }

  /// The owner's unfinished upload of `digest`.
  public func upload(of digest: Digest, owner: [UInt8]) -> UploadState? {
    let id = UploadID.resumable(digest, owner: owner)
    guard let ticket = catalogue.withLock({ $0.uploads[id] }) else { return nil }
    return UploadState(
      durableBytes: ticket.durableBytes, sizeBytes: ticket.sizeBytes,
      expiresAt: ticket.updatedAt.advanced(by: limits.staleUploadAge),
      isRunning: ticket.isRunning)
  }

  /// Removes the owner's unfinished upload of `digest`, unless somebody is just going on with it.
  public func discardUpload(of digest: Digest, owner: [UInt8]) throws(UploadError) {
    let id = UploadID.resumable(digest, owner: owner)
    guard catalogue.withLock({ $0.takeWaiting(id) }) else { return }
    try discard(id)
  }

  /// How many artifacts an owner has.
  public func artifactCount(of owner: [UInt8]) -> Int {
    catalogue.withLock { $0.claimCount(of: owner) }
  }
}
