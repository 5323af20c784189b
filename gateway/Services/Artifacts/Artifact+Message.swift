internal import Foundation
internal import Primitives
internal import REE
internal import RPC
internal import Schema
internal import SwiftProtobuf

extension Digest {
  /// Reads a field of a request that must hold 32 bytes.
  init(field: String, _ data: Data) throws(RPCError) {
    do {
      try self.init([UInt8](data))
    } catch {
      throw RPCError(badField: field, "must have \(Digest.byteCount) bytes, not \(error.count)")
    }
  }

  var data: Data { Data((0..<Digest.byteCount).map { bytes[$0] }) }
}

extension Google_Protobuf_Timestamp {
  init(_ time: UnixTime) {
    let (seconds, rest) = time.milliseconds.quotientAndRemainder(dividingBy: 1000)
    // Timestamps count nanoseconds forward, also before 1970.
    let isBefore = rest < 0
    self.init(
      seconds: isBefore ? seconds - 1 : seconds,
      nanos: Int32(isBefore ? rest + 1000 : rest) * 1_000_000)
  }
}

extension Gensyn_Ree_V1.Artifact {
  init(_ artifact: REE.Artifact) {
    self.init()
    hash = artifact.digest.data
    sizeBytes = artifact.sizeBytes
    mediaType = artifact.mediaType
    name = artifact.name
    kind = Gensyn_Ree_V1.ArtifactKind(artifact.kind)
    createTime = Google_Protobuf_Timestamp(artifact.createdAt)
  }
}

extension Gensyn_Ree_V1.ArtifactKind {
  init(_ kind: REE.Artifact.Kind) {
    switch kind {
    case .model: self = .model
    case .dataset: self = .dataset
    case .checkpoint: self = .checkpoint
    case .result: self = .result
    case .trace: self = .trace
    case .receipt: self = .receipt
    case .other: self = .unspecified
    }
  }
}

extension REE.Artifact.Kind {
  /// The kind that an upload states.
  init(stated kind: Gensyn_Ree_V1.ArtifactKind, field: String) throws(RPCError) {
    switch kind {
    case .unspecified: self = .other
    case .model: self = .model
    case .dataset: self = .dataset
    case .checkpoint: self = .checkpoint
    case .result: self = .result
    case .trace: self = .trace
    case .receipt: self = .receipt
    case .UNRECOGNIZED(let number):
      throw RPCError(badField: field, "is \(number), which is no kind of artifact")
    }
  }

  /// The kind that a list is limited to; unspecified means every kind.
  init?(filter kind: Gensyn_Ree_V1.ArtifactKind) throws(RPCError) {
    guard kind != .unspecified else { return nil }
    try self.init(stated: kind, field: "kind")
  }
}

extension UploadRequest {
  init(_ header: Gensyn_Ree_V1.PutArtifactHeader, owner: [UInt8]) throws(RPCError) {
    self.init(
      digest: header.hash.isEmpty ? nil : try Digest(field: "header.hash", header.hash),
      sizeBytes: header.sizeBytes,
      kind: try REE.Artifact.Kind(stated: header.kind, field: "header.kind"),
      mediaType: header.mediaType.isEmpty ? "application/octet-stream" : header.mediaType,
      name: header.name, owner: owner)
  }
}

extension Gensyn_Ree_V1.VerifyArtifactResponse {
  init(intact artifact: REE.Artifact) {
    self.init()
    intact = true
    actualHash = artifact.digest.data
    readSizeBytes = artifact.sizeBytes
  }

  init(_ damage: ArtifactStore.Damage, in directory: String) {
    self.init()
    let prefix = directory + "/"
    damagedFile =
      damage.path.hasPrefix(prefix) ? String(damage.path.dropFirst(prefix.count)) : damage.path
    switch damage.reason {
    case .record: self.damage = "the record's checksum or one of its fields is wrong"
    case .recordMissing: self.damage = "the bytes have no record beside them"
    case .objectMissing: self.damage = "the file is missing"
    case .size(let expected, let actual):
      self.damage = "the file has \(actual) bytes instead of \(expected)"
      readSizeBytes = actual
    case .content(let actual):
      self.damage = "the bytes are others than were stored"
      actualHash = actual.data
    case .unreadable: self.damage = "the file cannot be read"
    }
  }
}

extension Gensyn_Ree_V1.GetUploadResponse {
  init(complete artifact: REE.Artifact) {
    self.init()
    receivedSizeBytes = artifact.sizeBytes
    sizeBytes = artifact.sizeBytes
    complete = true
  }

  init(_ state: ArtifactStore.UploadState) {
    self.init()
    receivedSizeBytes = state.durableBytes
    sizeBytes = state.sizeBytes
    expireTime = Google_Protobuf_Timestamp(state.expiresAt)
  }
}
