internal import EVM
internal import Precompiles
internal import Primitives

/// A blob transaction in its network form: with the blobs, which no block has (EIP-4844, EIP-7594).
///
/// Blobs are not kept, and so the proofs about what is in them are not checked; that the commitments are
/// the ones that the transaction names is.
struct BlobSidecar {
  /// The transaction as blocks have it.
  let transaction: [UInt8]

  /// Nil where the bytes are not of this form, or the commitments are others.
  init?(_ bytes: [UInt8]) {
    guard bytes.first == Transaction.Kind.blob.rawValue else { return nil }
    do throws(RLP.Malformed) {
      var reader = RLP.Reader(Array(bytes.dropFirst()))
      var list = try reader.list()
      try reader.end()
      guard list.isAtList else { return nil }
      transaction = [Transaction.Kind.blob.rawValue] + (try list.encoded())
      // Since Osaka a version stands before the blobs.
      if !list.isAtList { _ = try list.uint64() }
      _ = try list.list()
      var commitments = try list.list()
      var hashes: [Digest] = []
      while !commitments.isAtEnd {
        guard let hash = Self.versionedHash(try commitments.bytes()) else { return nil }
        hashes.append(hash)
      }
      let parsed = try? Transaction(decoding: transaction, fork: .bpo2)
      guard let parsed, parsed.blobHashes == hashes else { return nil }
    } catch {
      return nil
    }
  }

  /// 0x01 and the last 31 bytes of SHA-256, which the contract at 2 computes.
  private static func versionedHash(_ commitment: [UInt8]) -> Digest? {
    guard commitment.count == 48,
      case .success(_, var hash)? = Precompiles.run(
        address: 2, input: commitment.span, gas: .max, fork: .osaka), hash.count == 32
    else { return nil }
    hash[0] = 1
    return try? Digest(hash)
  }
}
