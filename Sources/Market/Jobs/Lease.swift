public import Primitives

/// One provider's time with a job.
public struct Lease: Hashable, Sendable, Codable {
  public enum Phase: UInt8, Hashable, Sendable, Codable {
    /// The provider was asked.
    case asked = 1
    /// It agreed; the escrow is to name it.
    case agreed = 2
    /// The escrow has named it.
    case named = 3
    /// Its bond is locked, and it works.
    case started = 4
    case ended = 5
  }

  public let id: Digest
  /// The number of the lease in the escrow.
  public let number: UInt64
  public let provider: Address
  /// ``Address/zero`` for none.
  public let verifier: Address
  public let offer: Digest
  public let unitPrice: U256
  public let bond: U256
  public let answerBy: UnixTime
  public let asked: UnixTime
  /// The checkpoint from which it goes on; nil for the beginning.
  public let startCheckpoint: Digest?
  public let providerSealingKey: [UInt8]

  public var phase = Phase.asked
  public var ended: UnixTime?
  public var endReason: LeaseEndReason?
  public var endMessage = ""
  public var isPermanentFailure = false
  public var lastCheckpoint: Digest?
  public var stepsDone: UInt64 = 0
  public var result: Result?

  /// What the provider says it has computed.
  public struct Result: Hashable, Sendable, Codable {
    /// BLAKE3 of the receipt.
    public var receipt: Digest
    /// Receipt and outputs' descriptions, as the gateway keeps them.
    public var content: [UInt8]

    public init(receipt: Digest, content: [UInt8]) {
      self.receipt = receipt
      self.content = content
    }
  }

  public var isActive: Bool { phase != .ended }

  init(
    id: Digest, number: UInt64, provider: Address, verifier: Address, offer: Offer, bond: U256,
    now: UnixTime, answerBy: UnixTime, startCheckpoint: Digest?
  ) {
    self.id = id
    self.number = number
    self.provider = provider
    self.verifier = verifier
    self.offer = offer.id
    unitPrice = offer.unitPrice
    self.bond = bond
    self.answerBy = answerBy
    asked = now
    self.startCheckpoint = startCheckpoint
    providerSealingKey = offer.sealingKey
  }
}
