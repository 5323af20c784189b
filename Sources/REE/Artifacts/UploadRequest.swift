public import Primitives

/// What a caller says about an artifact before sending its bytes.
public struct UploadRequest: Hashable, Sendable {
  /// Known in advance, it makes the upload resumable.
  public var digest: Digest?
  public var sizeBytes: UInt64
  public var kind: Artifact.Kind
  public var mediaType: String
  public var name: String
  public var owner: [UInt8]

  public init(
    digest: Digest? = nil, sizeBytes: UInt64, kind: Artifact.Kind = .other,
    mediaType: String = "application/octet-stream", name: String = "", owner: [UInt8] = []
  ) {
    self.digest = digest
    self.sizeBytes = sizeBytes
    self.kind = kind
    self.mediaType = mediaType
    self.name = name
    self.owner = owner
  }

  func check(_ limits: ArtifactStore.Limits) throws(ArtifactStore.UploadError) {
    guard owner.count <= limits.ownerSizeMax else {
      throw .invalid(.owner, sizeMax: limits.ownerSizeMax)
    }
    guard isPlain(name, sizeMax: limits.nameSizeMax) else {
      throw .invalid(.name, sizeMax: limits.nameSizeMax)
    }
    guard isPlain(mediaType, sizeMax: limits.mediaTypeSizeMax) else {
      throw .invalid(.mediaType, sizeMax: limits.mediaTypeSizeMax)
    }
    guard sizeBytes <= limits.artifactSizeMax else {
      throw .artifactTooLarge(sizeBytes: sizeBytes, limit: limits.artifactSizeMax)
    }
  }

  // A NUL would cut the text in its record, and no control character belongs into a name.
  private func isPlain(_ text: String, sizeMax: Int) -> Bool {
    text.utf8.count <= sizeMax && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
  }

  var claim: ArtifactRecord.Claim {
    ArtifactRecord.Claim(owner: owner, kind: kind, mediaType: mediaType, name: name)
  }
}
