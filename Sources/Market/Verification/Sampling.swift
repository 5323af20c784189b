public import Primitives

/// What chance decides about a commitment, from the hash of a block that came after it.
public enum Sampling {
  /// Whether a checkpoint is checked: nobody could know it when it was committed to.
  public static func isDrawn(
    seed: Digest, job: Digest, checkpoint: UInt64, basisPoints: UInt64
  ) -> Bool {
    number("gensyn.market.sample.v1", seed, job, checkpoint) % Deterrence.basisPoints
      < basisPoints
  }

  /// One of `count` candidates, each as likely as the others but for one part in 2^48.
  public static func choice(of count: Int, seed: Digest, job: Digest, round: UInt64) -> Int {
    precondition(count > 0, "nothing to choose from")
    return Int(number("gensyn.market.choice.v1", seed, job, round) % UInt64(count))
  }

  private static func number(
    _ purpose: String, _ seed: Digest, _ job: Digest, _ index: UInt64
  ) -> UInt64 {
    var hasher = BLAKE3(derivingKeyFor: purpose)
    hasher.update(seed.bytes.span)
    hasher.update(job.bytes.span)
    hasher.update(U256(index).bytes)
    let bytes = hasher.finalize().bytes
    return (0..<8).reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
  }
}
