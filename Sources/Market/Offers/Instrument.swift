public import Primitives

/// A standard lease: what is traded.
public struct Instrument: Hashable, Sendable, Codable {
  public enum Tier: UInt8, Hashable, Sendable, Codable {
    /// Until its end.
    case guaranteed = 1
    /// A higher bid may take it back after a notice.
    case preemptible = 2
  }

  /// The class of hardware, such as `cpu-avx2-8`. In a job, empty stands for any class.
  public var hardwareClass: String
  /// In a job, empty stands for anywhere.
  public var region: String
  /// When the lease begins; nil for as soon as possible.
  public var slotTime: UnixTime?
  public var slotMilliseconds: Int64
  public var tier: Tier

  public static let nameByteCountMax = 64
  public static let defaultSlotMilliseconds: Int64 = 3_600_000

  public init(
    hardwareClass: String = "", region: String = "", slotTime: UnixTime? = nil,
    slotMilliseconds: Int64 = Instrument.defaultSlotMilliseconds, tier: Tier = .guaranteed
  ) {
    self.hardwareClass = hardwareClass
    self.region = region
    self.slotTime = slotTime
    self.slotMilliseconds = slotMilliseconds
    self.tier = tier
  }

  /// Whether an offer of this serves what a job asks for.
  public func serves(_ wanted: Instrument) -> Bool {
    (wanted.hardwareClass.isEmpty || wanted.hardwareClass == hardwareClass)
      && (wanted.region.isEmpty || wanted.region == region) && slotTime == wanted.slotTime
      && slotMilliseconds >= wanted.slotMilliseconds && tier == wanted.tier
  }
}
