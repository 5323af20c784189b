internal import Foundation
internal import Primitives
internal import REE
internal import RPC

// A page token is where the next page begins, and what the list was filtered by, in base64.

extension ArtifactStore.Cursor {
  func pageToken(matching filter: ArtifactStore.Filter) -> String {
    var bytes = Self.fingerprint(filter)
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: createdAt.milliseconds >> Int64(shift)))
    }
    for index in 0..<Digest.byteCount { bytes.append(digest.bytes[index]) }
    return Data(bytes).base64EncodedString()
  }

  /// Reads a token; an empty one means the first page.
  init?(pageToken: String, matching filter: ArtifactStore.Filter) throws(RPCError) {
    guard !pageToken.isEmpty else { return nil }
    let bytes = [UInt8](Data(base64Encoded: pageToken) ?? Data())
    let fingerprint = Self.fingerprint(filter)
    let start = fingerprint.count
    guard bytes.count == start + 8 + Digest.byteCount, Array(bytes[..<start]) == fingerprint,
      let digest = try? Digest(Array(bytes[(start + 8)...]))
    else {
      throw RPCError(badField: "page_token", "is not from a list with the same filter")
    }
    let milliseconds = bytes[start..<(start + 8)].reduce(0) { $0 << 8 | UInt64($1) }
    self.init(
      createdAt: UnixTime(milliseconds: Int64(bitPattern: milliseconds)), digest: digest)
  }

  /// Eight bytes that tell one filter from another.
  private static func fingerprint(_ filter: ArtifactStore.Filter) -> [UInt8] {
    var hasher = BLAKE3()
    let kind = [filter.kind?.rawValue ?? 0]
    hasher.update(kind.span)
    let owner = [UInt8(clamping: filter.owner?.count ?? 0)] + (filter.owner ?? [])
    hasher.update(owner.span)
    hasher.update(Array(filter.namePrefix.utf8).span)
    let digest = hasher.finalize()
    return (0..<8).map { digest.bytes[$0] }
  }
}
