public import EVM
public import Primitives

/// How a node works.
public struct Configuration: Sendable {
  /// When blocks are made.
  public enum Sealing: Hashable, Sendable {
    /// As soon as the pool has something that can be in one.
    case instant
    /// Every so often, empty or not.
    case interval(Duration)
    /// By ``Node/seal(at:)`` or another node's blocks alone.
    case manual
  }

  /// What is kept of the past besides the latest state.
  public enum History: Hashable, Sendable {
    case everything
    /// Blocks, receipts and states of so many blocks below the head; at least 256.
    case blocks(UInt64)
  }

  public var rules: ChainRules
  public var genesis: Genesis
  public var sealing: Sealing
  /// Where the chain is kept; nil for one that goes when its node does.
  public var folder: String?
  public var history = History.everything
  public var pool = PoolLimits()
  public var queries = QueryLimits()
  /// The gas limit that blocks move towards.
  public var gasLimitTarget: UInt64
  /// Who gets the tips of the blocks that this node makes.
  public var beneficiary = Address.zero
  /// At most 32 bytes, in the blocks that this node makes.
  public var extraData: [UInt8] = []
  /// Whether ``Node/development`` exists: what changes a chain without a transaction.
  public var isDevelopment = false
  /// Whether each block is on the disk before it is announced, and not in the system's memory alone: it
  /// then survives a loss of power too, at some milliseconds a block.
  public var synchronizesBlocks = false
  public var clock: @Sendable () -> UnixTime = UnixTime.now
  /// What PREVRANDAO gives in a block.
  public var randomness: @Sendable (_ blockNumber: UInt64, _ parent: Digest) -> Digest =
    { number, parent in Keccak256.hash(parent.array + U256(number).bytes) }

  public init(rules: ChainRules, genesis: Genesis, sealing: Sealing = .instant) {
    self.rules = rules
    self.genesis = genesis
    self.sealing = sealing
    gasLimitTarget = genesis.gasLimit
  }

  /// A chain under the latest rules for one person's experiments: sealing at once, with the changes that
  /// ``Development`` makes.
  public static func development(
    chainID: UInt64 = 31337, alloc: [Address: GenesisAccount],
    clock: @escaping @Sendable () -> UnixTime = UnixTime.now
  ) -> Configuration {
    let seconds = UInt64(max(clock().milliseconds / 1000, 0))
    var configuration = Configuration(
      rules: ChainRules(chainID: chainID, always: .osaka),
      genesis: Genesis(timestamp: seconds, alloc: alloc))
    configuration.isDevelopment = true
    configuration.clock = clock
    return configuration
  }
}

/// What the pool holds at most (geth's defaults).
public struct PoolLimits: Hashable, Sendable {
  /// Bytes of one transaction.
  public var transactionBytesMax = 128 * 1024
  /// Wei a gas: less of a tip is refused.
  public var tipMin = U256.one
  /// Per cent by which a replacement must pay more.
  public var replacementBump: UInt64 = 10
  /// Executable transactions that each account may have whatever the others do.
  public var accountSlots = 16
  /// Executable transactions of all accounts.
  public var globalSlots = 5120
  /// Transactions of one account that wait for an earlier nonce.
  public var accountQueue = 64
  public var globalQueue = 1024
  /// How long a transaction may wait for an earlier nonce.
  public var queueLifetime = Duration.seconds(3 * 3600)
  /// Whether transactions with blobs are taken, as a layer 1 does; their blobs are not kept.
  public var acceptsBlobs = false
  /// Hashes that watchers of the pool can be behind.
  public var announcementsMax = 8192

  public init() {}
}

/// What one question may cost.
public struct QueryLimits: Hashable, Sendable {
  /// Gas of a call that nobody signed.
  public var callGasMax: UInt64 = 50_000_000
  /// Blocks that one query for logs may span.
  public var logBlocksMax: UInt64 = 10_000
  public var logsMax = 20_000
  /// Topics and addresses in one position of a filter.
  public var filterAlternativesMax = 1000
  /// Blocks of one fee history.
  public var feeHistoryMax: UInt64 = 1024
  /// Blocks of one simulation.
  public var simulatedBlocksMax = 256

  public init() {}
}
