internal import Primitives

extension Catalogue {
  /// An upload's entry: running, or waiting to be resumed.
  struct Ticket: Sendable {
    let owner: [UInt8]
    let sizeBytes: UInt64
    /// What the upload adds to its owner's use: nothing where the owner has the artifact already.
    let reservedBytes: UInt64
    var durableBytes: UInt64
    var updatedAt: UnixTime
    var isRunning: Bool
  }

  /// How an admitted upload starts.
  enum Start: Sendable {
    case fresh(UploadID)
    case resumed(UploadID, durableBytes: UInt64)
    /// The bytes are here already; only the owner's claim is missing, or not even that.
    case stored(UploadID)
  }

  mutating func admit(
    _ request: UploadRequest, at now: UnixTime
  ) throws(ArtifactStore.UploadError) -> Start {
    let id = makeID(request)
    let stored = request.digest.flatMap { damages[$0] == nil ? records[$0] : nil }
    if let stored, stored.sizeBytes != request.sizeBytes {
      throw .sizeMismatch(declared: request.sizeBytes, stored: stored.sizeBytes)
    }
    let kept = uploads[id]
    if let kept {
      guard !kept.isRunning else { throw .busy }
      // The digest decides the size, so what was kept under another size is worthless.
      if kept.sizeBytes == request.sizeBytes, stored == nil {
        uploads[id]?.isRunning = true
        return .resumed(id, durableBytes: kept.durableBytes)
      }
    }

    let isClaimed = request.digest.flatMap { records[$0] }?.isClaimed(by: request.owner) ?? false
    let reservedBytes = isClaimed ? 0 : request.sizeBytes
    try checkRoom(for: request, reservedBytes: reservedBytes, replacing: kept)
    // Not before the new upload is admitted: its files would lie there, counted for nobody.
    end(id)
    reserve(reservedBytes, for: request.owner)
    uploads[id] = Ticket(
      owner: request.owner, sizeBytes: request.sizeBytes, reservedBytes: reservedBytes,
      durableBytes: 0, updatedAt: now, isRunning: true)
    return stored == nil ? .fresh(id) : .stored(id)
  }

  private mutating func makeID(_ request: UploadRequest) -> UploadID {
    if let digest = request.digest { return .resumable(digest, owner: request.owner) }
    transientCount += 1
    return .transient(transientCount)
  }

  private func checkRoom(
    for request: UploadRequest, reservedBytes: UInt64, replacing kept: Ticket?
  ) throws(ArtifactStore.UploadError) {
    let mine = uploads.values.count { $0.owner == request.owner }
    guard kept != nil || mine < limits.uploadsPerOwnerMax else {
      throw .tooManyUploads(limit: limits.uploadsPerOwnerMax)
    }
    guard kept != nil || uploads.count < limits.uploadsMax else {
      throw .tooManyUploads(limit: limits.uploadsMax)
    }
    guard records.count < limits.artifactsMax else {
      throw .tooManyArtifacts(limit: limits.artifactsMax)
    }
    let total = usedBytes(by: request.owner)
    let used = total - min(total, kept?.reservedBytes ?? 0)
    let (sum, overflow) = used.addingReportingOverflow(reservedBytes)
    guard !overflow, reservedBytes == 0 || sum <= limits.quotaBytesPerOwner else {
      throw .quotaExceeded(used: used, limit: limits.quotaBytesPerOwner)
    }
  }

  mutating func note(_ id: UploadID, durableBytes: UInt64, at now: UnixTime) {
    uploads[id]?.durableBytes = durableBytes
    uploads[id]?.updatedAt = now
  }

  /// Lets a running upload wait to be resumed.
  mutating func suspend(_ id: UploadID) {
    uploads[id]?.isRunning = false
  }

  /// Takes an upload that waits to be resumed, so that nobody does; false if it does not wait.
  mutating func takeWaiting(_ id: UploadID) -> Bool {
    guard uploads[id]?.isRunning == false else { return false }
    uploads[id]?.isRunning = true
    return true
  }

  /// Forgets an upload, and gives back what it had reserved.
  mutating func end(_ id: UploadID) {
    guard let ticket = uploads.removeValue(forKey: id) else { return }
    release(ticket.reservedBytes, for: ticket.owner)
  }

  /// Takes uploads that nobody resumed in time, so that nobody does while their files go.
  mutating func takeStale(now: UnixTime) -> [UploadID: Ticket] {
    let stale = uploads.filter { _, ticket in
      !ticket.isRunning && now.elapsed(since: ticket.updatedAt) >= limits.staleUploadAge
    }
    for id in stale.keys { uploads[id]?.isRunning = true }
    return stale
  }
}
