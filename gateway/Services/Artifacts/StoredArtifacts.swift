public import Primitives
public import REE

/// Artifacts of the store for those who only read them.
public struct StoredArtifacts: Sendable {
  private let store: ArtifactStore
  private let disk: DiskExecutor

  public init(_ store: ArtifactStore, disk: DiskExecutor) {
    self.store = store
    self.disk = disk
  }

  /// The artifact's size in bytes; nil where there is none.
  public func size(of artifact: Digest) async throws -> UInt64? {
    do throws(ArtifactStore.ReadError) {
      return try await disk.run { () throws(ArtifactStore.ReadError) in
        try store.open(artifact).artifact.sizeBytes
      }
    } catch {
      if case .notFound = error { return nil }
      throw error
    }
  }

  /// At most `count` bytes from an offset on.
  public func read(
    _ artifact: Digest, at offset: UInt64, count: Int
  ) async throws -> [UInt8] {
    try await disk.run { () throws(ArtifactStore.ReadError) in
      var bytes: [UInt8] = []
      try store.open(artifact).read(offset: offset, length: count, into: &bytes)
      return bytes
    }
  }
}
