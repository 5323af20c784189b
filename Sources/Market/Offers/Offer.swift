public import Primitives

/// An offer of compute.
public struct Offer: Hashable, Sendable, Codable {
  public enum State: UInt8, Hashable, Sendable, Codable {
    case open = 1
    /// All of it was matched.
    case filled = 2
    case cancelled = 3
    case expired = 4
    /// The provider is away.
    case suspended = 5
  }

  /// Keccak-256 of the signed intent's bytes.
  public let id: Digest
  public let provider: Address
  public let instrument: Instrument
  /// For one slot of one machine, in the smallest unit of $AI.
  public var unitPrice: U256
  public var quantity: UInt64
  public let properties: Properties
  public let jobConstraint: Constraint
  public let benchmarkReceipt: Digest?
  public let expires: UnixTime
  public let preemptionNoticeMilliseconds: Int64
  /// X25519, 32 bytes; empty for none.
  public let sealingKey: [UInt8]
  /// The signed intent, for the log's readers.
  public let intent: [UInt8]

  public var state = State.open
  public var openQuantity: UInt64
  public var created = UnixTime(milliseconds: 0)
  /// Its place in time among offers of one price.
  public var rank: UInt64 = 0

  public init(
    id: Digest, provider: Address, instrument: Instrument, unitPrice: U256, quantity: UInt64,
    properties: Properties = Properties(), jobConstraint: Constraint = .nothing,
    benchmarkReceipt: Digest? = nil, expires: UnixTime, preemptionNoticeMilliseconds: Int64 = 0,
    sealingKey: [UInt8] = [], intent: [UInt8] = []
  ) {
    self.id = id
    self.provider = provider
    self.instrument = instrument
    self.unitPrice = unitPrice
    self.quantity = quantity
    self.properties = properties
    self.jobConstraint = jobConstraint
    self.benchmarkReceipt = benchmarkReceipt
    self.expires = expires
    self.preemptionNoticeMilliseconds = preemptionNoticeMilliseconds
    self.sealingKey = sealingKey
    self.intent = intent
    openQuantity = quantity
  }
}
