public import Primitives

/// What the store tells about an object: its digest is its name everywhere.
public struct Artifact: Hashable, Sendable {
  public enum Kind: UInt8, CaseIterable, Sendable {
    case model = 1
    case dataset, checkpoint, result, other, trace, receipt
  }

  public let digest: Digest
  public let sizeBytes: UInt64
  public let kind: Kind
  public let mediaType: String
  /// A word for people; it is never a path.
  public let name: String
  /// A caller's public key, or empty for nobody in particular.
  public let owner: [UInt8]
  public let createdAt: UnixTime
}
