internal import Files
internal import Primitives
internal import Synchronization

/// An artifact on its way into the store; one writer at a time has it.
///
/// When the last reference goes, an upload with a known digest waits to be resumed from its last
/// ``sync()``; any other is forgotten.
public final class Upload: Sendable {
  public let request: UploadRequest
  let id: UploadID
  private let store: ArtifactStore
  private let progress: Mutex<Progress>

  struct Progress: ~Copyable {
    /// None if the store had the bytes already.
    var file: File?
    var hasher: BLAKE3
    var received: UInt64
    var durable: UInt64
    var hasEnded = false
  }

  init(
    _ request: UploadRequest, id: UploadID, store: ArtifactStore, progress: consuming Progress
  ) {
    self.request = request
    self.id = id
    self.store = store
    self.progress = Mutex(progress)
  }

  deinit {
    progress.withLock { interrupt(&$0) }
  }

  /// Ends this writer; what is durable waits for the next one.
  ///
  /// Also after a failed synchronization: the system may have dropped the bytes that it could not
  /// write, and would report success if it were asked again.
  private func interrupt(_ progress: inout Progress) {
    guard !progress.hasEnded else { return }
    progress.hasEnded = true
    let isResumable = progress.file != nil && request.digest != nil && progress.durable > 0
    store.release(id, keepsFiles: isResumable)
  }

  /// The offset of the next byte: the resume point at first.
  public var receivedBytes: UInt64 { progress.withLock { $0.received } }
  /// How many bytes a crash would leave.
  public var durableBytes: UInt64 { progress.withLock { $0.durable } }

  /// Takes the next bytes, which must begin where the last ones ended.
  public func append(
    offset: UInt64, bytes: RawSpan
  ) throws(ArtifactStore.UploadError) {
    try progress.withLock { (progress) throws(ArtifactStore.UploadError) in
      guard !progress.hasEnded else { throw .ended }
      guard offset == progress.received else { throw .wrongOffset(expected: progress.received) }
      guard bytes.byteCount <= store.limits.chunkSizeMax else {
        throw .chunkTooLarge(sizeBytes: bytes.byteCount, limit: store.limits.chunkSizeMax)
      }
      guard UInt64(bytes.byteCount) <= request.sizeBytes - progress.received else {
        throw .tooManyBytes(declared: request.sizeBytes)
      }
      guard bytes.byteCount > 0 else { return }
      do throws(FileError) {
        try progress.file?.write(bytes, at: offset)
      } catch {
        throw .storage(error)
      }
      progress.hasher.update(bytes)
      progress.received += UInt64(bytes.byteCount)
    }
  }

  public func append(
    offset: UInt64, bytes: Span<UInt8>
  ) throws(ArtifactStore.UploadError) {
    try unsafe append(offset: offset, bytes: bytes.bytes)
  }

  /// Makes everything received survive a crash, and returns how much that is.
  @discardableResult
  public func sync() throws(ArtifactStore.UploadError) -> UInt64 {
    try progress.withLock { (progress) throws(ArtifactStore.UploadError) in
      guard !progress.hasEnded else { throw .ended }
      guard progress.received > progress.durable else { return progress.durable }
      do throws(FileError) {
        try progress.file?.synchronizeData()
        try store.record(
          id, request, durableBytes: progress.received, hasher: progress.hasher)
      } catch {
        interrupt(&progress)
        throw .storage(error)
      }
      progress.durable = progress.received
      return progress.durable
    }
  }

  /// Checks size and digest, and makes the artifact readable.
  ///
  /// An incomplete upload may go on; one with the wrong digest is thrown away.
  public func finish() throws(ArtifactStore.UploadError) -> Artifact {
    try progress.withLock { (progress) throws(ArtifactStore.UploadError) in
      guard !progress.hasEnded else { throw .ended }
      guard progress.received == request.sizeBytes else {
        throw .incomplete(received: progress.received, declared: request.sizeBytes)
      }
      guard progress.file != nil else {
        let artifact = try store.claim(request, id: id)
        progress.hasEnded = true
        return artifact
      }

      let actual = progress.hasher.finalize()
      if let expected = request.digest, expected != actual {
        progress.hasEnded = true
        try store.discard(id)
        throw .digestMismatch(expected: expected, actual: actual)
      }
      do throws(FileError) {
        try progress.file?.synchronize()
      } catch {
        interrupt(&progress)
        throw .storage(error)
      }
      let artifact = try store.commit(request, digest: actual, id: id)
      progress.hasEnded = true
      return artifact
    }
  }

  /// Gives the upload up and removes what has come.
  public func cancel() throws(ArtifactStore.UploadError) {
    try progress.withLock { (progress) throws(ArtifactStore.UploadError) in
      guard !progress.hasEnded else { return }
      progress.hasEnded = true
      try store.discard(id)
    }
  }
}
