internal import CProtobufC
internal import CWire
internal import Primitives

// protobuf-c accepts strings that are not UTF-8 and cuts them at NUL, so each one is checked, and a
// message must have the size that it would be written with again.

extension RecordFile {
  static func encode(_ record: ArtifactRecord) -> [UInt8] {
    let memory = MessageMemory()
    var message = unsafe Ree__ArtifactRecord()
    unsafe ree__artifact_record__init(&message)
    unsafe message.digest = memory.binary(record.digest)
    unsafe message.size_bytes = record.sizeBytes
    unsafe message.created_unix_ms = record.createdAt.milliseconds
    unsafe message.n_claims = record.claims.count
    unsafe message.claims = memory.array(
      record.claims.map { claim in
        var message = unsafe Ree__ArtifactClaim()
        unsafe ree__artifact_claim__init(&message)
        unsafe message.owner = memory.binary(claim.owner)
        unsafe message.kind = Ree__ArtifactKind(UInt32(claim.kind.rawValue))
        unsafe message.media_type = memory.string(claim.mediaType)
        unsafe message.name = memory.string(claim.name)
        return unsafe memory.value(message)
      })
    let bytes = unsafe withUnsafePointer(to: message) { message in
      unsafe pack(
        ree__artifact_record__get_packed_size(message),
        { unsafe ree__artifact_record__pack(message, $0) })
    }
    withExtendedLifetime(memory) {}
    return seal(bytes)
  }

  static func decodeArtifact(_ file: [UInt8]) throws(Malformed) -> ArtifactRecord {
    let bytes = try open(file)
    guard let message = unsafe ree__artifact_record__unpack(nil, bytes.count, bytes) else {
      throw .message
    }
    defer { unsafe ree__artifact_record__free_unpacked(message, nil) }
    guard unsafe ree__artifact_record__get_packed_size(message) == bytes.count else {
      throw .message
    }

    var claims: [ArtifactRecord.Claim] = []
    let count = unsafe message.pointee.n_claims
    for index in 0..<count {
      guard let claim = unsafe message.pointee.claims?[index]?.pointee else {
        throw .field(.claims)
      }
      claims.append(try unsafe decode(claim))
    }
    guard !claims.isEmpty else { throw .field(.claims) }
    return ArtifactRecord(
      digest: try unsafe digest(message.pointee.digest),
      sizeBytes: unsafe message.pointee.size_bytes,
      createdAt: UnixTime(milliseconds: unsafe message.pointee.created_unix_ms),
      claims: claims)
  }

  private static func decode(
    _ claim: Ree__ArtifactClaim
  ) throws(Malformed) -> ArtifactRecord.Claim {
    guard let number = UInt8(exactly: unsafe claim.kind.rawValue),
      let kind = Artifact.Kind(rawValue: number)
    else { throw .field(.kind) }
    return ArtifactRecord.Claim(
      owner: unsafe bytes(claim.owner), kind: kind,
      mediaType: try unsafe text(claim.media_type, .mediaType),
      name: try unsafe text(claim.name, .name))
  }

  static func encode(_ record: UploadRecord) -> [UInt8] {
    let memory = MessageMemory()
    var message = unsafe Ree__UploadRecord()
    unsafe ree__upload_record__init(&message)
    unsafe message.digest = memory.binary(record.digest)
    unsafe message.owner = memory.binary(record.owner)
    unsafe message.size_bytes = record.sizeBytes
    unsafe message.durable_bytes = record.durableBytes
    unsafe message.updated_unix_ms = record.updatedAt.milliseconds
    unsafe message.hasher = memory.binary(record.hasher)
    let bytes = unsafe withUnsafePointer(to: message) { message in
      unsafe pack(
        ree__upload_record__get_packed_size(message),
        { unsafe ree__upload_record__pack(message, $0) })
    }
    withExtendedLifetime(memory) {}
    return seal(bytes)
  }

  static func decodeUpload(_ file: [UInt8]) throws(Malformed) -> UploadRecord {
    let bytes = try open(file)
    guard let message = unsafe ree__upload_record__unpack(nil, bytes.count, bytes) else {
      throw .message
    }
    defer { unsafe ree__upload_record__free_unpacked(message, nil) }
    guard unsafe ree__upload_record__get_packed_size(message) == bytes.count else {
      throw .message
    }
    let record = UploadRecord(
      digest: try unsafe digest(message.pointee.digest),
      owner: unsafe Self.bytes(message.pointee.owner),
      sizeBytes: unsafe message.pointee.size_bytes,
      durableBytes: unsafe message.pointee.durable_bytes,
      updatedAt: UnixTime(milliseconds: unsafe message.pointee.updated_unix_ms),
      hasher: unsafe Self.bytes(message.pointee.hasher))
    guard record.durableBytes <= record.sizeBytes else { throw .field(.sizes) }
    return record
  }
}

// MARK: - Fields

extension RecordFile {
  private static func pack(_ count: Int, _ write: (UnsafeMutablePointer<UInt8>?) -> Int) -> [UInt8]
  {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
      written = unsafe write(buffer.baseAddress)
    }
  }

  private static func bytes(_ binary: ProtobufCBinaryData) -> [UInt8] {
    unsafe [UInt8](UnsafeBufferPointer(start: binary.data, count: binary.len))
  }

  private static func digest(_ binary: ProtobufCBinaryData) throws(Malformed) -> Digest {
    do {
      return try Digest(unsafe bytes(binary))
    } catch {
      throw .field(.digest)
    }
  }

  private static func text(
    _ string: UnsafeMutablePointer<CChar>?, _ field: Field
  ) throws(Malformed) -> String {
    guard let string = unsafe string, let text = unsafe String(validatingCString: string) else {
      throw .field(field)
    }
    return text
  }
}
