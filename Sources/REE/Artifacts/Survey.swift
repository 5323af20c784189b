internal import Files
internal import Primitives

/// What lies in a store's directory when it is opened, after leftovers of a crash are cleared.
struct Survey {
  private let layout: Layout
  private(set) var records: [ArtifactRecord] = []
  private(set) var damages: [Digest: ArtifactStore.Damage] = [:]
  private(set) var uploads: [UploadID: Catalogue.Ticket] = [:]
  private(set) var repairs: [ArtifactStore.Repair] = []

  init(_ layout: Layout) throws(FileError) {
    self.layout = layout
    for digest in try digests(in: layout.records) {
      try surveyRecord(digest)
    }
    let known = Set(records.map(\.digest))
    for digest in try digests(in: layout.objects)
    where !known.contains(digest) && damages[digest] == nil {
      // Deleting removes the object first, so this record was lost: not ours to throw away.
      damages[digest] = ArtifactStore.Damage(
        digest: digest, path: layout.object(digest), reason: .recordMissing)
    }
    try surveyUploads()
  }

  /// The digests that files in the 256 folders are named by.
  private mutating func digests(in parent: String) throws(FileError) -> [Digest] {
    var digests: [Digest] = []
    for folder in try Directory.names(in: parent) {
      let path = "\(parent)/\(folder)"
      guard case .folder? = try Directory.kind(of: path) else { continue }
      for name in try Directory.names(in: path) {
        if name.hasSuffix(File.unfinishedSuffix) {
          try remove("\(path)/\(name)", .removedUnfinishedFile)
        } else if let digest = try? Digest(hex: name), digest.description == name {
          digests.append(digest)
        }
      }
    }
    return digests
  }

  private mutating func surveyRecord(_ digest: Digest) throws(FileError) {
    let path = layout.record(digest)
    let file: [UInt8]
    do throws(FileError) {
      file = try File.contents(of: path, sizeMax: Layout.recordSizeMax) ?? []
    } catch {
      // One bad sector must not keep the rest of the store shut.
      damages[digest] = ArtifactStore.Damage(
        digest: digest, path: path, reason: .unreadable(error))
      return
    }
    guard let record = try? RecordFile.decodeArtifact(file), record.digest == digest else {
      damages[digest] = ArtifactStore.Damage(digest: digest, path: path, reason: .record)
      return
    }
    switch try Directory.kind(of: layout.object(digest)) {
    case .file(let sizeBytes):
      records.append(record)
      guard sizeBytes != record.sizeBytes else { return }
      damages[digest] = ArtifactStore.Damage(
        digest: digest, path: layout.object(digest),
        reason: .size(expected: record.sizeBytes, actual: sizeBytes))
    case .folder?, .other?:
      damages[digest] = ArtifactStore.Damage(
        digest: digest, path: layout.object(digest), reason: .objectMissing)
    case nil:
      // An upload writes the record first and a deletion removes it last: one of them was cut off.
      try remove(path, .removedRecordWithoutObject)
    }
  }

  private mutating func remove(
    _ path: String, _ action: ArtifactStore.Repair.Action
  ) throws(FileError) {
    try Directory.removeFile(path)
    repairs.append(ArtifactStore.Repair(path: path, action: action))
  }
}

// MARK: - Uploads

extension Survey {
  private mutating func surveyUploads() throws(FileError) {
    let names = try Directory.names(in: layout.uploads)
    let claimed = Dictionary(uniqueKeysWithValues: records.map { ($0.digest, $0) })
    for name in names where name.hasSuffix(Layout.uploadRecordSuffix) {
      let stem = String(name.dropLast(Layout.uploadRecordSuffix.count))
      guard let key = try? Digest(hex: stem), key.description == stem else { continue }
      try surveyUpload(.resumable(key), claimed)
    }
    // Whatever belongs to no upload that may be resumed is a leftover.
    let kept = Set(uploads.keys.flatMap { [layout.part($0), layout.uploadRecord($0)] })
    for name in try Directory.names(in: layout.uploads)
    where !kept.contains("\(layout.uploads)/\(name)") {
      try remove("\(layout.uploads)/\(name)", .removedUploadWithoutRecord)
    }
  }

  private mutating func surveyUpload(
    _ id: UploadID, _ claimed: [Digest: ArtifactRecord]
  ) throws(FileError) {
    let path = layout.uploadRecord(id)
    let file = try File.contents(of: path, sizeMax: Layout.recordSizeMax) ?? []
    guard let record = try? RecordFile.decodeUpload(file),
      UploadID.resumable(record.digest, owner: record.owner) == id
    else {
      try remove(path, .removedDamagedUpload)
      return
    }
    guard case .file(let sizeBytes)? = try Directory.kind(of: layout.part(id)),
      sizeBytes >= record.durableBytes
    else { return }
    let isClaimed = claimed[record.digest]?.isClaimed(by: record.owner)
    uploads[id] = Catalogue.Ticket(
      owner: record.owner, sizeBytes: record.sizeBytes,
      reservedBytes: isClaimed == true ? 0 : record.sizeBytes,
      durableBytes: record.durableBytes, updatedAt: record.updatedAt, isRunning: false)
  }
}
