public import Files
public import Primitives

extension ArtifactStore {
  /// Why a directory could not be opened as a store.
  public enum OpenError: Error, Hashable, Sendable {
    /// The directory was written by a newer version of this program.
    case newerFormat(path: String, found: String, supported: Int)
    case inUse(path: String)
    /// The directory holds other things than a store.
    case notAStore(path: String)
    case storage(FileError)
  }

  /// Why an upload was refused or could not go on.
  public enum UploadError: Error, Hashable, Sendable {
    public enum Field: String, Sendable {
      case owner, name, mediaType
    }

    case invalid(Field, sizeMax: Int)
    case artifactTooLarge(sizeBytes: UInt64, limit: UInt64)
    case quotaExceeded(used: UInt64, limit: UInt64)
    case tooManyUploads(limit: Int)
    case tooManyArtifacts(limit: Int)
    case tooManyOwners(limit: Int)
    /// The same owner is uploading the same artifact elsewhere.
    case busy
    /// The digest is stored already, and its size is another one.
    case sizeMismatch(declared: UInt64, stored: UInt64)

    case wrongOffset(expected: UInt64)
    case chunkTooLarge(sizeBytes: Int, limit: Int)
    case tooManyBytes(declared: UInt64)
    case incomplete(received: UInt64, declared: UInt64)
    case digestMismatch(expected: Digest, actual: Digest)
    /// The upload has finished or was given up.
    case ended
    /// The artifact was stored when the upload began, and was deleted since: begin again.
    case vanished
    case storage(FileError)
  }

  /// Why an artifact could not be read.
  public enum ReadError: Error, Hashable, Sendable {
    case notFound(Digest)
    case damaged(Damage)
    case outOfRange(offset: UInt64, sizeBytes: UInt64)
    case storage(FileError)
  }

  /// Why an artifact was not deleted.
  public enum DeleteError: Error, Hashable, Sendable {
    case notFound(Digest)
    case notOwner(Digest)
    case damaged(Damage)
    case storage(FileError)
  }

  /// A file that does not hold what it should.
  public struct Damage: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
      /// The record beside the object cannot be trusted.
      case record
      case recordMissing
      case objectMissing
      case size(expected: UInt64, actual: UInt64)
      case content(actual: Digest)
      case unreadable(FileError)
    }

    public let digest: Digest
    public let path: String
    public let reason: Reason

    public init(digest: Digest, path: String, reason: Reason) {
      self.digest = digest
      self.path = path
      self.reason = reason
    }
  }

  /// Something that opening the store put right.
  public struct Repair: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
      case removedUnfinishedFile
      case removedRecordWithoutObject
      case removedUploadWithoutRecord
      case removedDamagedUpload
    }

    public let path: String
    public let action: Action
  }
}

extension ArtifactStore.OpenError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .newerFormat(let path, let found, let supported):
      "\(path) has format \(found), and this program knows formats up to \(supported): update it"
    case .inUse(let path): "\(path) is in use by another process"
    case .notAStore(let path): "\(path) holds files that are no artifact store: use an empty one"
    case .storage(let error): error.description
    }
  }
}

extension ArtifactStore.UploadError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalid(let field, let sizeMax):
      "the \(field.rawValue) must have at most \(sizeMax) bytes and no control characters"
    case .artifactTooLarge(let size, let limit):
      "the artifact has \(size) bytes, and at most \(limit) are accepted"
    case .quotaExceeded(let used, let limit):
      "the owner uses \(used) of \(limit) bytes, and this artifact does not fit into the rest"
    case .tooManyUploads(let limit): "there are \(limit) uploads already: finish one first"
    case .tooManyArtifacts(let limit): "the store holds \(limit) artifacts, and no more fit"
    case .tooManyOwners(let limit): "the artifact has \(limit) owners already"
    case .busy: "the same owner is uploading the same artifact elsewhere"
    case .sizeMismatch(let declared, let stored):
      "the artifact has \(stored) bytes, not the declared \(declared)"
    case .wrongOffset(let expected): "the next byte that is needed has offset \(expected)"
    case .chunkTooLarge(let size, let limit):
      "the chunk has \(size) bytes, and at most \(limit) are accepted"
    case .tooManyBytes(let declared): "more bytes came than the declared \(declared)"
    case .incomplete(let received, let declared):
      "\(received) of the declared \(declared) bytes have come"
    case .digestMismatch(let expected, let actual):
      "the bytes have digest \(actual), not the expected \(expected)"
    case .ended: "the upload has ended"
    case .vanished: "the artifact was deleted meanwhile: begin again"
    case .storage(let error): error.description
    }
  }
}

extension ArtifactStore.ReadError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notFound(let digest): "there is no artifact \(digest)"
    case .damaged(let damage): damage.description
    case .outOfRange(let offset, let size):
      "offset \(offset) is past the artifact's end at \(size) bytes"
    case .storage(let error): error.description
    }
  }
}

extension ArtifactStore.DeleteError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notFound(let digest): "there is no artifact \(digest)"
    case .notOwner(let digest): "artifact \(digest) belongs to others"
    case .damaged(let damage): damage.description
    case .storage(let error): error.description
    }
  }
}

extension ArtifactStore.Damage: CustomStringConvertible {
  public var description: String {
    switch reason {
    case .record: "\(path) is damaged: its checksum or a field is wrong"
    case .recordMissing: "\(path) has no record beside it"
    case .objectMissing: "\(path) is missing"
    case .size(let expected, let actual): "\(path) has \(actual) bytes instead of \(expected)"
    case .content(let actual): "\(path) is damaged: its bytes have digest \(actual)"
    case .unreadable(let error): error.description
    }
  }
}
