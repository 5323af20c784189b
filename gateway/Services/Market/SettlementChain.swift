public import Market
public import Primitives

/// The chain, as the market needs it.
public protocol SettlementChain: Sendable {
  var chainID: UInt64 { get }
  /// Whose key signs the market's own transactions: the matcher of all jobs.
  var matcher: Address { get }

  /// Calls a contract on the newest state; nothing changes.
  func call(_ contract: Address, _ data: [UInt8]) async throws -> [UInt8]
  /// Signs a call with the market's key and hands it in.
  func send(_ contract: Address, _ data: [UInt8]) async throws -> Digest
  /// Hands in somebody's signed transaction: type byte and RLP.
  func submit(_ transaction: [UInt8]) async throws -> Digest
  /// Every block from `first` on, then each new one as it is sealed.
  func blocks(from first: UInt64) -> AsyncThrowingStream<EscrowBlock, any Error>
}

/// Why a transaction was not taken, in words for its sender.
public struct SettlementRefusal: Error, Hashable, Sendable {
  public let reason: String

  public init(_ reason: String) {
    self.reason = reason
  }
}
