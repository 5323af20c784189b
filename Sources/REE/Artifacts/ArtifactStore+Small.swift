public import Files
public import Primitives

extension ArtifactStore {
  /// An artifact's bytes as memory. They stay readable if it is deleted meanwhile.
  public func map(_ digest: Digest) throws(ReadError) -> MappedFile {
    _ = try stat(digest)
    do {
      return try MappedFile(layout.object(digest))
    } catch {
      guard !error.isMissing else { throw .notFound(digest) }
      throw .storage(error)
    }
  }

  /// All bytes of an artifact of at most `sizeMax`.
  public func contents(_ digest: Digest, sizeMax: Int) throws(ReadError) -> [UInt8] {
    let reader = try open(digest)
    let size = Int(clamping: min(reader.artifact.sizeBytes, UInt64(max(0, sizeMax))))
    guard UInt64(size) == reader.artifact.sizeBytes else {
      throw .outOfRange(offset: UInt64(size), sizeBytes: reader.artifact.sizeBytes)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    while bytes.count < size {
      let offset = UInt64(bytes.count)
      guard try reader.read(offset: offset, length: size, into: &bytes) > 0 else { break }
    }
    return bytes
  }

  /// Stores bytes that the engine made itself; they are durable when this returns.
  @discardableResult
  public func put(
    _ bytes: [UInt8], kind: Artifact.Kind, name: String, owner: [UInt8]
  ) throws(UploadError) -> Digest {
    let digest = BLAKE3.hash(bytes)
    let upload = try begin(
      UploadRequest(
        digest: digest, sizeBytes: UInt64(bytes.count), kind: kind, name: name, owner: owner))
    while upload.receivedBytes < UInt64(bytes.count) {
      let start = Int(upload.receivedBytes)
      let chunk = bytes[start..<min(start + limits.chunkSizeMax, bytes.count)]
      try unsafe upload.append(offset: UInt64(start), bytes: chunk.span.bytes)
    }
    _ = try upload.finish()
    return digest
  }
}
