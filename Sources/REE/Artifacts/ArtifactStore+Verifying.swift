internal import Files
public import Primitives
internal import Synchronization

extension ArtifactStore {
  /// Reads an artifact from the disk and compares its digest.
  ///
  /// Damage is remembered: the artifact cannot be opened until it is uploaded again or verifies.
  @discardableResult
  public func verify(_ digest: Digest) throws(ReadError) -> Artifact {
    let record = try recordToVerify(digest)
    if inspect(record) != nil {
      // Somebody may just have replaced a damaged object, so the verdict needs a still disk.
      try commits.withLock { (_) throws(ReadError) in
        let record = try recordToVerify(digest)
        guard let damage = inspect(record) else { return }
        catalogue.withLock { $0.mark(damage) }
        throw .damaged(damage)
      }
    }
    catalogue.withLock { $0.clearDamage(digest) }
    return record.artifact(as: record.claims[0])
  }

  /// Verifies every artifact, and returns what is damaged.
  public func verifyAll() -> [Damage] {
    let digests = catalogue.withLock { Array($0.records.keys) }
    for digest in digests {
      // Damage is kept in the catalogue, and an artifact deleted meanwhile is none.
      _ = try? verify(digest)
    }
    return damages
  }

  private func recordToVerify(_ digest: Digest) throws(ReadError) -> ArtifactRecord {
    try catalogue.withLock { (catalogue) throws(ReadError) in
      if let record = catalogue.records[digest] { return record }
      if let damage = catalogue.damages[digest] { throw .damaged(damage) }
      throw .notFound(digest)
    }
  }

  private func inspect(_ record: ArtifactRecord) -> Damage? {
    let path = layout.object(record.digest)
    do {
      let file = try File(path, .read)
      let sizeBytes = try file.sizeBytes()
      guard sizeBytes == record.sizeBytes else {
        return Damage(
          digest: record.digest, path: path,
          reason: .size(expected: record.sizeBytes, actual: sizeBytes))
      }
      let actual = try hash(file, from: 0, to: sizeBytes).finalize()
      guard actual != record.digest else { return inspectRecord(record.digest) }
      return Damage(digest: record.digest, path: path, reason: .content(actual: actual))
    } catch {
      let reason: Damage.Reason = error.isMissing ? .objectMissing : .unreadable(error)
      return Damage(digest: record.digest, path: path, reason: reason)
    }
  }

  /// A record's file must be whole too: it is what the next opening believes.
  private func inspectRecord(_ digest: Digest) -> Damage? {
    let path = layout.record(digest)
    do {
      let file = try File.contents(of: path, sizeMax: Layout.recordSizeMax) ?? []
      guard let record = try? RecordFile.decodeArtifact(file), record.digest == digest else {
        return Damage(digest: digest, path: path, reason: .record)
      }
      return nil
    } catch {
      return Damage(digest: digest, path: path, reason: .unreadable(error))
    }
  }

  /// The state of the hash after the bytes from `start` to `end`.
  func hash(
    _ file: borrowing File, from start: UInt64, to end: UInt64
  ) throws(FileError) -> BLAKE3 {
    var hasher = BLAKE3()
    var position = start
    var buffer = [UInt8](repeating: 0, count: Int(min(UInt64(Self.hashBufferSize), end - start)))
    while position < end {
      let wanted = Int(min(UInt64(buffer.count), end - position))
      let read = min(wanted, try file.read(at: position, into: &buffer))
      guard read > 0 else { break }
      hasher.update(buffer.span.extracting(first: read))
      position += UInt64(read)
    }
    return hasher
  }

  private static var hashBufferSize: Int { 256 << 10 }
}
