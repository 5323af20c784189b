public import Primitives

/// What one step of a generation is pinned down by.
public struct StepCommitment: Hashable, Sendable {
  /// Counted from the first generated token.
  public let position: UInt64
  public let tokenID: UInt32
  /// BLAKE3-256 over the logits: binary32, little-endian, in the order of the vocabulary, every NaN
  /// as 0x7FC00000.
  public let logitsDigest: Digest

  init(position: UInt64, tokenID: UInt32, logits: Span<Float>) {
    self.position = position
    self.tokenID = tokenID
    var hasher = BLAKE3()
    #if _endian(little)
      unsafe hasher.update(logits.bytes)
    #else
      #error("logits are hashed as little-endian")
    #endif
    logitsDigest = hasher.finalize()
  }
}
