public import Files
public import Primitives
internal import Synchronization

extension ArtifactStore {
  /// Takes back an owner's claim; the object goes with its last owner.
  ///
  /// Readers that have it open read on.
  public func delete(_ digest: Digest, by owner: [UInt8]) throws(DeleteError) {
    try commits.withLock { (_) throws(DeleteError) in
      var record = try recordToDelete(digest)
      guard record.isClaimed(by: owner) else { throw .notOwner(digest) }
      record.claims.removeAll { $0.owner == owner }
      do throws(FileError) {
        if record.claims.isEmpty { try remove(digest) } else { try write(record) }
      } catch {
        throw .storage(error)
      }
      catalogue.withLock { catalogue in
        if record.claims.isEmpty { catalogue.remove(digest) } else { catalogue.put(record) }
      }
    }
  }

  private func recordToDelete(_ digest: Digest) throws(DeleteError) -> ArtifactRecord {
    try catalogue.withLock { (catalogue) throws(DeleteError) in
      // A damaged object may go as long as its record says whose it is.
      if let record = catalogue.records[digest] { return record }
      if let damage = catalogue.damages[digest] { throw .damaged(damage) }
      throw .notFound(digest)
    }
  }

  /// The record goes last: without its object it is a leftover that opening clears.
  private func remove(_ digest: Digest) throws(FileError) {
    try Directory.removeFile(layout.object(digest))
    try Directory.synchronize(layout.objectFolder(digest))
    try Directory.removeFile(layout.record(digest))
    try Directory.synchronize(layout.recordFolder(digest))
  }

  /// What ``collectGarbage(now:)`` removed.
  public struct Collected: Hashable, Sendable {
    public var uploadCount = 0
    public var durableBytes: UInt64 = 0
  }

  /// Removes uploads that have waited to be resumed for longer than the limits allow.
  @discardableResult
  public func collectGarbage(now: UnixTime) throws(FileError) -> Collected {
    var stale = catalogue.withLock { $0.takeStale(now: now) }
    // After a failure the rest waits for the next collection.
    defer {
      let left = Array(stale.keys)
      catalogue.withLock { catalogue in
        for id in left { catalogue.suspend(id) }
      }
    }
    var collected = Collected()
    for (id, ticket) in stale {
      try removeFiles(of: id)
      catalogue.withLock { $0.end(id) }
      stale[id] = nil
      collected.uploadCount += 1
      collected.durableBytes += ticket.durableBytes
    }
    return collected
  }
}
