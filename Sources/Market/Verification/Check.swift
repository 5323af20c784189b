public import Primitives

/// One verification of a lease's result: the verifier binds itself to a result before it learns the
/// provider's.
public struct Check: Hashable, Sendable, Codable {
  public enum State: UInt8, Hashable, Sendable, Codable {
    case assigned = 1
    case committed = 2
    case agreed = 3
    case disagreed = 4
    case missed = 5
  }

  public let id: Digest
  public let verifier: Address
  /// The number of the lease and, in the escrow, of the checkpoint.
  public let lease: UInt64
  public let checkpoint: UInt64
  public let seed: Digest
  public let fee: U256
  public let commitBy: UnixTime
  public var revealBy: UnixTime
  public var state = State.assigned
  public var commitment: Digest?
  public var resultHash: Digest?
  /// What the verifier says where it cannot do it.
  public var refusal = ""

  public var isPending: Bool { state == .assigned || state == .committed }

  /// Keccak-256 of check, result hash, salt and the verifier's address.
  public static func commitment(
    check: Digest, resultHash: Digest, salt: Digest, verifier: Address
  ) -> Digest {
    Keccak256.hash(check.array + resultHash.array + salt.array + verifier.bytes)
  }
}
