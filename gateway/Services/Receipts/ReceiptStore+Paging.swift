internal import Archive
internal import Foundation
internal import Primitives
internal import RPC
internal import Receipts
internal import Schema
internal import Sodium
internal import SwiftProtobuf

extension ReceiptStore.Filter {
  init(_ request: Gensyn_Ree_V1.ListReceiptsRequest) throws(RPCError) {
    self.init()
    if request.kind != .unspecified {
      guard let kind = Receipt.Kind(rawValue: UInt64(request.kind.rawValue)) else {
        throw RPCError(badField: "kind", "is not known")
      }
      self.kind = kind
    }
    if !request.modelHash.isEmpty { model = try Digest(field: "model_hash", request.modelHash) }
    if !request.proverKey.isEmpty {
      guard let key = Ed25519.PublicKey([UInt8](request.proverKey)) else {
        throw RPCError(
          badField: "prover_key", "must have \(Ed25519.PublicKey.byteCount) bytes")
      }
      prover = key
    }
    if request.hasMinTime {
      let time = request.minTime
      guard time.seconds >= 0, time.seconds < 1 << 40, 0..<1_000_000_000 ~= time.nanos else {
        throw RPCError(badField: "min_time", "is not a time after 1970")
      }
      // Up to the next microsecond: an older receipt must not pass.
      timeMin = UInt64(time.seconds) * 1_000_000 + UInt64((time.nanos + 999) / 1000)
    }
  }

  /// Eight bytes that tell one filter from another.
  fileprivate var fingerprint: [UInt8] {
    var hasher = BLAKE3()
    hasher.update(Array("\(kind.map(\.rawValue) ?? 0) \(timeMin ?? 0) ".utf8))
    hasher.update(Array("\(model?.description ?? "-") \(prover?.description ?? "-")".utf8))
    return hasher.finalize(count: 8)
  }
}

// A page token is what the list was filtered by and the last receipt of its page, in base64.

extension ReceiptStore.Cursor {
  init(_ signed: SignedReceipt) {
    self.init(timeMicroseconds: signed.receipt.timeMicroseconds, hash: signed.hash)
  }

  /// Reads a token; an empty one means the first page.
  init?(pageToken: String, matching filter: ReceiptStore.Filter) throws(RPCError) {
    guard !pageToken.isEmpty else { return nil }
    let bytes = [UInt8](Data(base64Encoded: pageToken) ?? Data())
    guard bytes.count == 16 + Digest.byteCount, Array(bytes[..<8]) == filter.fingerprint,
      let hash = try? Digest(Array(bytes[16...]))
    else {
      throw RPCError(badField: "page_token", "is not from a list with the same filter")
    }
    self.init(
      timeMicroseconds: bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }, hash: hash)
  }

  func pageToken(matching filter: ReceiptStore.Filter) -> String {
    var bytes = Data(filter.fingerprint)
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: timeMicroseconds >> UInt64(shift)))
    }
    return (bytes + hash.data).base64EncodedString()
  }
}
