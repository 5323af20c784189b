internal import Files
internal import Primitives
internal import Synchronization

extension ArtifactStore {
  /// Moves an upload's bytes to their place among the objects.
  func commit(
    _ request: UploadRequest, digest: Digest, id: UploadID
  ) throws(UploadError) -> Artifact {
    try commits.withLock { (_) throws(UploadError) in
      let (stored, isDamaged) = catalogue.withLock { catalogue in
        (catalogue.records[digest], catalogue.damages[digest] != nil)
      }
      let fresh = ArtifactRecord(
        digest: digest, sizeBytes: request.sizeBytes, createdAt: clock(), claims: [])
      let record = try add(request.claim, to: stored ?? fresh)
      do throws(FileError) {
        if record != stored || isDamaged { try write(record) }
        // Between these two steps a crash leaves a record without object, which opening clears.
        if stored == nil || isDamaged { try place(layout.part(id), as: digest) }
        try removeFiles(of: id)
      } catch {
        throw .storage(error)
      }
      return complete(id, record, for: request)
    }
  }

  /// Adds the owner to an artifact that was stored when the upload began.
  func claim(_ request: UploadRequest, id: UploadID) throws(UploadError) -> Artifact {
    try commits.withLock { (_) throws(UploadError) in
      let stored = catalogue.withLock { catalogue in
        request.digest.flatMap { catalogue.damages[$0] == nil ? catalogue.records[$0] : nil }
      }
      guard let stored else { throw .vanished }
      let record = try add(request.claim, to: stored)
      do throws(FileError) {
        if record != stored { try write(record) }
      } catch {
        throw .storage(error)
      }
      return complete(id, record, for: request)
    }
  }

  private func add(
    _ claim: ArtifactRecord.Claim, to record: ArtifactRecord
  ) throws(UploadError) -> ArtifactRecord {
    guard !record.isClaimed(by: claim.owner) else { return record }
    guard record.claims.count < limits.claimsPerArtifactMax else {
      throw .tooManyOwners(limit: limits.claimsPerArtifactMax)
    }
    var record = record
    record.claims.append(claim)
    return record
  }

  /// Replaces a record durably.
  func write(_ record: ArtifactRecord) throws(FileError) {
    let folder = layout.recordFolder(record.digest)
    try layout.create(folder, in: layout.records)
    let bytes = RecordFile.encode(record)
    try File.replace(layout.record(record.digest), with: bytes)
    try Directory.synchronize(folder)
  }

  private func place(_ part: String, as digest: Digest) throws(FileError) {
    let folder = layout.objectFolder(digest)
    try layout.create(folder, in: layout.objects)
    try Directory.rename(part, to: layout.object(digest))
    try Directory.synchronize(folder)
  }

  private func complete(
    _ id: UploadID, _ record: ArtifactRecord, for request: UploadRequest
  ) -> Artifact {
    catalogue.withLock { catalogue in
      catalogue.end(id)
      catalogue.put(record)
      catalogue.clearDamage(record.digest)
    }
    let claim = record.claims.first { $0.owner == request.owner } ?? request.claim
    return record.artifact(as: claim)
  }
}
