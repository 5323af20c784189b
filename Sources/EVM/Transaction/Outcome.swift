public import Primitives

/// What a valid transaction did.
public struct Outcome: Sendable {
  public enum Status: Hashable, Sendable {
    case success
    /// The code took it back with REVERT; the output says why.
    case reverted
    case halted(Halt)
  }

  public var status: Status
  /// After refunds.
  public var gasUsed: UInt64
  /// Before refunds: what a gas limit must be at least.
  public var gasUsedMax: UInt64
  public var blobGasUsed: UInt64
  /// Wei a gas that the sender paid.
  public var gasPrice: U256
  public var output: [UInt8]
  public var logs: [Log]
  /// Where a creation went.
  public var created: Address?
}

/// Why there is no outcome.
public enum ExecutionFailure: Error, Hashable, Sendable {
  case invalid(InvalidTransaction)
  case state(StateFailure)
}
