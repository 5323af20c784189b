/// What one caller may ask for.
public struct RPCLimits: Sendable {
  /// Bytes of a request's body, or of a WebSocket's message.
  public var bodyBytesMax = 5 << 20
  /// How deep a request's JSON may nest.
  public var depthMax = 64
  /// Values in a request's JSON.
  public var valueCountMax = 200_000
  /// Requests in one batch.
  public var batchMax = 1000
  /// Bytes of the answers of one batch together.
  public var batchBytesMax = 25 << 20
  /// Bytes of one trace's text.
  public var traceBytesMax = 32 << 20
  /// Storage keys of one proof.
  public var proofKeysMax = 1024
  /// Slots of one `eth_getStorageValues`.
  public var storageValuesMax = 1024
  /// Filters that wait for their changes to be asked for.
  public var filtersMax = 1024
  /// How long a filter that nobody asks is kept.
  public var filterLifetime: Duration = .seconds(300)
  /// Subscriptions of one connection.
  public var subscriptionsMax = 128
  /// Blocks that one `anvil_mine` makes.
  public var minedBlocksMax: UInt64 = 10_000

  public init() {}
}
