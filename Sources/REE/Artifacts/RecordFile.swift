internal import Primitives

/// The bytes of a record's file: a checksum of the message, then the message.
enum RecordFile {
  /// Why a file is not a record.
  enum Malformed: Error, Hashable {
    case tooShort
    case checksum
    case message
    case field(Field)
  }

  enum Field: String {
    case digest, owner, kind, mediaType, name, claims, sizes
  }

  static func seal(_ message: [UInt8]) -> [UInt8] {
    let checksum = checksum(message.span)
    return (0..<Digest.byteCount).map { checksum.bytes[$0] } + message
  }

  static func open(_ file: [UInt8]) throws(Malformed) -> [UInt8] {
    guard file.count >= Digest.byteCount else { throw .tooShort }
    let message = Array(file[Digest.byteCount...])
    let checksum = checksum(message.span)
    for index in 0..<Digest.byteCount where file[index] != checksum.bytes[index] {
      throw .checksum
    }
    return message
  }

  // A purpose of its own, so that no artifact's digest can pass for a record's checksum.
  private static func checksum(_ message: Span<UInt8>) -> Digest {
    var hasher = BLAKE3(derivingKeyFor: "gensyn artifact store 1 record checksum")
    hasher.update(message)
    return hasher.finalize()
  }
}
