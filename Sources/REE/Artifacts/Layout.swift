internal import Files
internal import Primitives

/// Where things lie in a store's directory.
///
/// Digests and counters become paths, names never do.
struct Layout: Sendable {
  static let version = 1
  static let recordSizeMax = 4 << 20

  let root: String

  var lock: String { "\(root)/lock" }
  var format: String { "\(root)/format" }
  var objects: String { "\(root)/objects" }
  var records: String { "\(root)/records" }
  var uploads: String { "\(root)/uploads" }

  // 256 folders each, so that none grows too long.
  func objectFolder(_ digest: Digest) -> String { "\(objects)/\(prefix(digest))" }
  func recordFolder(_ digest: Digest) -> String { "\(records)/\(prefix(digest))" }
  func object(_ digest: Digest) -> String { "\(objectFolder(digest))/\(digest)" }
  func record(_ digest: Digest) -> String { "\(recordFolder(digest))/\(digest)" }

  static let partSuffix = ".part"
  static let uploadRecordSuffix = ".record"

  func part(_ id: UploadID) -> String { "\(uploads)/\(id.fileName)\(Self.partSuffix)" }
  func uploadRecord(_ id: UploadID) -> String {
    "\(uploads)/\(id.fileName)\(Self.uploadRecordSuffix)"
  }

  /// Makes the folder of a new object or record, durably.
  func create(_ folder: String, in parent: String) throws(FileError) {
    if try Directory.create(folder) { try Directory.synchronize(parent) }
  }

  private func prefix(_ digest: Digest) -> String {
    String(digest.description.prefix(2))
  }
}

/// The name of an upload's files.
enum UploadID: Hashable, Sendable {
  /// Found again by whoever asks for the same digest in the same owner's name.
  case resumable(Digest)
  case transient(UInt64)

  static func resumable(_ digest: Digest, owner: [UInt8]) -> UploadID {
    var hasher = BLAKE3(derivingKeyFor: "gensyn artifact store 1 upload")
    hasher.update(digest.bytes.span)
    hasher.update(owner)
    return .resumable(hasher.finalize())
  }

  var fileName: String {
    switch self {
    case .resumable(let key): key.description
    case .transient(let number): "transient-\(number)"
    }
  }
}
