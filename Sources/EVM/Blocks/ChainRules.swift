public import Primitives

/// Which rules hold in which block of a chain.
public struct ChainRules: Sendable {
  public enum Activation: Hashable, Sendable {
    case block(UInt64)
    /// Seconds since 1970.
    case time(UInt64)
  }

  public var chainID: UInt64
  /// When each fork begins; those that never do are left out.
  public var activations: [Fork: Activation]
  /// What differs from the forks' own parameters.
  public var blobs: [Fork: BlobParameters]
  /// Blocks at which something changed that is not of execution, such as the difficulty's bomb: they
  /// count in a chain's identifier (EIP-2124).
  public var otherForkBlocks: [UInt64] = []
  /// Where validators deposit (EIP-6110).
  public var depositContract: Address
  /// Whether the precompiled contracts of the disputes are there, which Ethereum does not have.
  public var hasDisputeContracts = false

  public init(
    chainID: UInt64, activations: [Fork: Activation], blobs: [Fork: BlobParameters] = [:],
    depositContract: Address = SystemContract.mainnetDeposits
  ) {
    self.chainID = chainID
    self.activations = activations
    self.blobs = blobs
    self.depositContract = depositContract
  }

  /// A chain that follows one fork from its first block on.
  public init(chainID: UInt64, always fork: Fork) {
    self.init(chainID: chainID, activations: [fork: .block(0)])
  }

  public func fork(number: UInt64, timestamp: UInt64) -> Fork {
    let active = activations.filter { _, activation in
      switch activation {
      case .block(let first): number >= first
      case .time(let first): timestamp >= first
      }
    }
    return active.keys.max() ?? .frontier
  }

  public func blobs(of fork: Fork) -> BlobParameters {
    blobs[fork] ?? BlobParameters(fork)
  }
}
