internal import Files
public import Primitives
internal import Synchronization

extension ArtifactStore {
  /// Starts an upload, or goes on with one that was interrupted: see ``Upload/receivedBytes``.
  public func begin(_ request: UploadRequest) throws(UploadError) -> Upload {
    try request.check(limits)
    let now = clock()
    let start = try catalogue.withLock { (catalogue) throws(UploadError) in
      try catalogue.admit(request, at: now)
    }
    switch start {
    case .fresh(let id):
      return Upload(request, id: id, store: self, progress: try openFresh(id))
    case .resumed(let id, let durableBytes):
      let progress = try reopen(id, durableBytes: durableBytes)
      return Upload(request, id: id, store: self, progress: progress)
    case .stored(let id):
      try clear(id)
      let progress = Upload.Progress(
        file: nil, hasher: BLAKE3(), received: request.sizeBytes, durable: request.sizeBytes)
      return Upload(request, id: id, store: self, progress: progress)
    }
  }

  /// The offset from which an upload of `digest` would go on: its size if it is stored already.
  public func received(for digest: Digest, owner: [UInt8] = []) -> UInt64 {
    let id = UploadID.resumable(digest, owner: owner)
    return catalogue.withLock { catalogue in
      if catalogue.damages[digest] == nil, let record = catalogue.records[digest] {
        return record.sizeBytes
      }
      return catalogue.uploads[id]?.durableBytes ?? 0
    }
  }

  private func openFresh(_ id: UploadID) throws(UploadError) -> Upload.Progress {
    try clear(id)
    do {
      let file = try File(layout.part(id), .replace)
      return Upload.Progress(file: file, hasher: BLAKE3(), received: 0, durable: 0)
    } catch {
      catalogue.withLock { $0.end(id) }
      throw .storage(error)
    }
  }

  private func reopen(_ id: UploadID, durableBytes: UInt64) throws(UploadError) -> Upload.Progress {
    do {
      let file = try File(layout.part(id), .readWrite)
      // What came after the last sync was never acknowledged, and the hasher knows nothing of it.
      try file.truncate(to: durableBytes)
      let hasher = try hasher(of: id, after: durableBytes, file)
      return Upload.Progress(
        file: file, hasher: hasher, received: durableBytes, durable: durableBytes)
    } catch {
      catalogue.withLock { $0.suspend(id) }
      throw .storage(error)
    }
  }

  /// The saved state of the hash, or a new one made from the bytes if it cannot be used.
  private func hasher(
    of id: UploadID, after durableBytes: UInt64, _ file: borrowing File
  ) throws(FileError) -> BLAKE3 {
    let record = try File.contents(of: layout.uploadRecord(id), sizeMax: Layout.recordSizeMax)
    if let record, let upload = try? RecordFile.decodeUpload(record),
      let hasher = try? BLAKE3(snapshot: upload.hasher.span), hasher.byteCount == durableBytes
    {
      return hasher
    }
    return try hash(file, from: 0, to: durableBytes)
  }

  /// Removes an upload's files before it starts over.
  private func clear(_ id: UploadID) throws(UploadError) {
    do {
      try removeFiles(of: id)
    } catch {
      catalogue.withLock { $0.end(id) }
      throw .storage(error)
    }
  }

  /// The record goes first: without it the rest is a leftover that the next opening clears.
  func removeFiles(of id: UploadID) throws(FileError) {
    try Directory.removeFile(layout.uploadRecord(id))
    try Directory.removeFile(layout.part(id))
  }
}

// MARK: - What an upload asks for

extension ArtifactStore {
  /// Writes down how far an upload has come.
  func record(
    _ id: UploadID, _ request: UploadRequest, durableBytes: UInt64, hasher: BLAKE3
  ) throws(FileError) {
    let now = clock()
    if let digest = request.digest {
      let record = UploadRecord(
        digest: digest, owner: request.owner, sizeBytes: request.sizeBytes,
        durableBytes: durableBytes, updatedAt: now, hasher: hasher.snapshot)
      let bytes = RecordFile.encode(record)
      try File.replace(layout.uploadRecord(id), with: bytes)
      try Directory.synchronize(layout.uploads)
    }
    catalogue.withLock { $0.note(id, durableBytes: durableBytes, at: now) }
  }

  /// Lets go of an upload that has not ended.
  func release(_ id: UploadID, keepsFiles: Bool) {
    guard !keepsFiles else { return catalogue.withLock { $0.suspend(id) } }
    // A failure leaves a file that the next opening clears.
    try? discard(id)
  }

  func discard(_ id: UploadID) throws(UploadError) {
    // The entry goes last: until then nobody may begin with the same files.
    defer { catalogue.withLock { $0.end(id) } }
    do {
      try removeFiles(of: id)
    } catch {
      throw .storage(error)
    }
  }
}
