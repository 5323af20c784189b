internal import Files
public import Primitives

/// An open artifact, readable to its end even if it is deleted meanwhile.
public struct ArtifactReader: ~Copyable, Sendable {
  public let artifact: Artifact
  private let file: File
  private let chunkSizeMax: Int

  init(_ artifact: Artifact, file: consuming File, chunkSizeMax: Int) {
    self.artifact = artifact
    self.file = file
    self.chunkSizeMax = chunkSizeMax
  }

  /// Appends up to `length` bytes from `offset` on, and returns how many: none at the end.
  ///
  /// One call moves at most the store's `chunkSizeMax`.
  @discardableResult
  public func read(
    offset: UInt64, length: Int, into output: inout [UInt8]
  ) throws(ArtifactStore.ReadError) -> Int {
    let count = try available(offset, length)
    guard count > 0 else { return 0 }
    var chunk = [UInt8](repeating: 0, count: count)
    let read: Int
    do {
      read = try file.read(at: offset, into: &chunk)
    } catch {
      throw .storage(error)
    }
    try check(read, of: count, at: offset)
    output.append(contentsOf: chunk)
    return count
  }

  /// Fills the front of `output`, and returns how many bytes there were: none at the end.
  @discardableResult
  public func read(
    offset: UInt64, into output: inout MutableRawSpan
  ) throws(ArtifactStore.ReadError) -> Int {
    let count = try available(offset, output.byteCount)
    guard count > 0 else { return 0 }
    let read: Int
    do {
      read = try file.read(at: offset, into: &output, countMax: count)
    } catch {
      throw .storage(error)
    }
    try check(read, of: count, at: offset)
    return count
  }

  private func available(
    _ offset: UInt64, _ length: Int
  ) throws(ArtifactStore.ReadError) -> Int {
    guard offset <= artifact.sizeBytes else {
      throw .outOfRange(offset: offset, sizeBytes: artifact.sizeBytes)
    }
    return Int(
      clamping: min(artifact.sizeBytes - offset, UInt64(max(0, min(length, chunkSizeMax)))))
  }

  private func check(
    _ read: Int, of count: Int, at offset: UInt64
  ) throws(ArtifactStore.ReadError) {
    guard read == count else {
      throw .damaged(
        ArtifactStore.Damage(
          digest: artifact.digest, path: file.path,
          reason: .size(expected: artifact.sizeBytes, actual: offset + UInt64(read))))
    }
  }
}

extension ArtifactStore {
  public func open(_ digest: Digest) throws(ReadError) -> ArtifactReader {
    let artifact = try stat(digest)
    do {
      let file = try File(layout.object(digest), .read)
      return ArtifactReader(artifact, file: file, chunkSizeMax: limits.chunkSizeMax)
    } catch {
      // Deleted since it was looked up.
      guard !error.isMissing else { throw .notFound(digest) }
      throw .storage(error)
    }
  }
}
