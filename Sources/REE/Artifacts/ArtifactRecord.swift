internal import Primitives

/// What is kept on disk beside an object.
///
/// Several owners may store the same bytes. Each has a claim, and the object goes with the last.
struct ArtifactRecord: Hashable, Sendable {
  struct Claim: Hashable, Sendable {
    let owner: [UInt8]
    let kind: Artifact.Kind
    let mediaType: String
    let name: String
  }

  let digest: Digest
  let sizeBytes: UInt64
  let createdAt: UnixTime
  var claims: [Claim]

  func isClaimed(by owner: [UInt8]) -> Bool {
    claims.contains { $0.owner == owner }
  }

  func artifact(as claim: Claim) -> Artifact {
    Artifact(
      digest: digest, sizeBytes: sizeBytes, kind: claim.kind, mediaType: claim.mediaType,
      name: claim.name, owner: claim.owner, createdAt: createdAt)
  }
}

/// What is kept on disk beside the bytes of an upload that may be resumed.
struct UploadRecord: Hashable, Sendable {
  let digest: Digest
  let owner: [UInt8]
  let sizeBytes: UInt64
  let durableBytes: UInt64
  let updatedAt: UnixTime
  /// A snapshot of BLAKE3 after the durable bytes.
  let hasher: [UInt8]
}
