/// The tree inside a digest, for those who go down it: the paper's section 2.1.
extension BLAKE3 {
  /// The number of chunks of a message; the empty message has one, which is empty.
  public static func chunkCount(ofByteCount byteCount: UInt64) -> UInt64 {
    byteCount == 0 ? 1 : (byteCount - 1) / UInt64(chunkByteCount) + 1
  }

  /// What stands in the tree for some chunks of a message: its digest if that is all of them, else
  /// the chaining value of their subtree, which must be one.
  public static func subtree(chunks: Range<UInt64>, of bytes: Span<UInt8>) -> Digest {
    let whole = chunkCount(ofByteCount: UInt64(bytes.count))
    guard chunks != 0..<whole else { return hash(bytes) }
    precondition(!chunks.isEmpty && chunks.upperBound <= whole)
    let start = Int(chunks.lowerBound) * chunkByteCount
    let end = min(Int(chunks.upperBound) * chunkByteCount, bytes.count)
    return Digest(chainingValue(of: bytes.extracting(start..<end), from: chunks.lowerBound))
  }
}
