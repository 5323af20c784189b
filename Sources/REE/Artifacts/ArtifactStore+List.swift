public import Primitives

extension ArtifactStore {
  /// A place in the list, which is sorted by the time of storing and then by digest.
  public struct Cursor: Hashable, Comparable, Sendable {
    public let createdAt: UnixTime
    public let digest: Digest

    public init(createdAt: UnixTime, digest: Digest) {
      self.createdAt = createdAt
      self.digest = digest
    }

    public static func < (left: Cursor, right: Cursor) -> Bool {
      left.createdAt == right.createdAt
        ? left.digest < right.digest : left.createdAt < right.createdAt
    }
  }

  /// Which artifacts a list holds.
  public struct Filter: Hashable, Sendable {
    public var kind: Artifact.Kind?
    public var namePrefix: String
    public var owner: [UInt8]?

    public init(kind: Artifact.Kind? = nil, namePrefix: String = "", owner: [UInt8]? = nil) {
      self.kind = kind
      self.namePrefix = namePrefix
      self.owner = owner
    }

    func accepts(_ claim: ArtifactRecord.Claim) -> Bool {
      (kind == nil || claim.kind == kind) && (owner == nil || claim.owner == owner)
        && claim.name.utf8.starts(with: namePrefix.utf8)
    }
  }

  public struct Page: Hashable, Sendable {
    public let artifacts: [Artifact]
    /// Where the next page begins; `nil` at the end.
    public let next: Cursor?
  }
}

extension Artifact {
  var cursor: ArtifactStore.Cursor {
    ArtifactStore.Cursor(createdAt: createdAt, digest: digest)
  }
}

extension ArtifactRecord {
  var cursor: ArtifactStore.Cursor {
    ArtifactStore.Cursor(createdAt: createdAt, digest: digest)
  }
}
