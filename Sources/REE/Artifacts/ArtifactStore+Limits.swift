extension ArtifactStore {
  /// How much the store accepts.
  public struct Limits: Hashable, Sendable {
    public var artifactSizeMax: UInt64 = 1 << 40
    /// The most bytes that one append or one read moves.
    public var chunkSizeMax = 4 << 20
    /// What one owner's artifacts and running uploads may add up to.
    public var quotaBytesPerOwner: UInt64 = 1 << 40
    /// Uploads of one owner, those that wait to be resumed included.
    public var uploadsPerOwnerMax = 64
    public var uploadsMax = 4096
    public var artifactsMax = 1_000_000
    /// How many owners may claim the same bytes.
    public var claimsPerArtifactMax = 256
    public var ownerSizeMax = 64
    public var nameSizeMax = 1024
    public var mediaTypeSizeMax = 255
    public var pageSizeMax = 1000
    /// How long an interrupted upload waits to be resumed.
    public var staleUploadAge: Duration = .seconds(7 * 24 * 3600)

    public init() {}
  }
}
