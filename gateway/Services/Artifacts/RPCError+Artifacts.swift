internal import Files
internal import REE
internal import RPC

// The one place where the store's reasons become codes that a caller can act on.

extension RPCError {
  static let reeDomain = "ree.gensyn"

  private init(
    _ code: Status.Code, _ message: String, reason: String, metadata: [String: String] = [:],
    details: [ErrorDetail] = [], cause: (any Error)? = nil
  ) {
    self.init(
      code, message,
      details: [.reason(reason, domain: Self.reeDomain, metadata: metadata)] + details,
      cause: cause)
  }

  /// A request with one wrong field.
  init(badField field: String, _ reason: String) {
    self.init(
      .invalidArgument, "\(field) \(reason)",
      details: [
        .reason("INVALID_FIELD", domain: Self.reeDomain, metadata: ["field": field]),
        .badField(field, reason),
      ])
  }

  private init(_ error: FileError) {
    if error.isOutOfSpace {
      self.init(
        .resourceExhausted, "the disk is full: nothing stored earlier is lost",
        reason: "DISK_FULL", details: [.retry(after: .seconds(60))], cause: error)
    } else {
      self.init(
        .internal, "the store's disk failed; the operator's log says how", reason: "STORAGE",
        cause: error)
    }
  }

  private init(_ damage: ArtifactStore.Damage) {
    self.init(
      .dataLoss, "artifact \(damage.digest) is damaged: store it again", reason: "DAMAGED",
      metadata: ["hash": "\(damage.digest)"], cause: damage)
  }

  private init(notFound hash: String) {
    self.init(
      .notFound, "there is no artifact \(hash)", reason: "NOT_FOUND", metadata: ["hash": hash])
  }

  init(_ error: ArtifactStore.ReadError) {
    switch error {
    case .notFound(let digest): self.init(notFound: "\(digest)")
    case .damaged(let damage): self.init(damage)
    case .outOfRange(_, let size):
      self.init(
        .outOfRange, "\(error)", reason: "OFFSET_BEHIND_END", metadata: ["size_bytes": "\(size)"],
        details: [.badField("offset", "must be at most \(size)")])
    case .storage(let error): self.init(error)
    }
  }

  init(_ error: ArtifactStore.DeleteError) {
    switch error {
    case .notFound(let digest): self.init(notFound: "\(digest)")
    case .notOwner(let digest):
      self.init(
        .permissionDenied, "artifact \(digest) belongs to others", reason: "NOT_OWNER",
        metadata: ["hash": "\(digest)"])
    case .damaged(let damage): self.init(damage)
    case .storage(let error): self.init(error)
    }
  }

  init(_ error: ArtifactStore.UploadError) {
    let text = "\(error)"
    switch error {
    case .invalid(let field, _):
      let path =
        switch field {
        case .owner: "owner"
        case .name: "header.name"
        case .mediaType: "header.media_type"
        }
      self.init(
        .invalidArgument, text, reason: "INVALID_FIELD", metadata: ["field": path],
        details: [.badField(path, text)])
    case .artifactTooLarge(_, let limit):
      self.init(
        .resourceExhausted, text, reason: "ARTIFACT_TOO_LARGE",
        metadata: ["limit_size_bytes": "\(limit)"])
    case .quotaExceeded(let used, let limit):
      self.init(
        .resourceExhausted, text, reason: "QUOTA_EXCEEDED",
        metadata: ["used_size_bytes": "\(used)", "limit_size_bytes": "\(limit)"])
    case .tooManyUploads:
      self.init(
        .resourceExhausted, text, reason: "TOO_MANY_UPLOADS",
        details: [.retry(after: .seconds(10))])
    case .tooManyArtifacts: self.init(.resourceExhausted, text, reason: "TOO_MANY_ARTIFACTS")
    case .tooManyOwners: self.init(.resourceExhausted, text, reason: "TOO_MANY_OWNERS")
    case .busy:
      self.init(
        .aborted, "another stream is uploading the same artifact", reason: "UPLOAD_RUNNING",
        details: [.retry(after: .seconds(1))])
    case .sizeMismatch(_, let stored):
      self.init(
        .invalidArgument, text, reason: "SIZE_MISMATCH",
        metadata: ["size_bytes": "\(stored)"],
        details: [.badField("header.size_bytes", "must be \(stored)")])
    case .wrongOffset(let expected):
      self.init(
        .outOfRange, text, reason: "WRONG_OFFSET", metadata: ["offset": "\(expected)"],
        details: [.badField("chunk.offset", "must be \(expected)")])
    case .chunkTooLarge(_, let limit):
      self.init(badField: "chunk.data", "must have at most \(limit) bytes")
    case .tooManyBytes(let declared):
      self.init(badField: "chunk.data", "goes past the declared \(declared) bytes")
    case .incomplete(let received, let declared):
      self.init(
        .invalidArgument, text, reason: "INCOMPLETE",
        metadata: ["received_size_bytes": "\(received)", "size_bytes": "\(declared)"],
        details: [.badField("header.size_bytes", text)])
    case .digestMismatch(let expected, let actual):
      self.init(
        .dataLoss, "\(text); what was received is discarded", reason: "HASH_MISMATCH",
        metadata: ["expected_hash": "\(expected)", "actual_hash": "\(actual)"])
    case .ended, .vanished:
      self.init(
        .aborted, "\(text): begin again", reason: "UPLOAD_ENDED",
        details: [.retry(after: .zero)])
    case .storage(let error): self.init(error)
    }
  }
}
