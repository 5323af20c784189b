public import Primitives

/// Where execution finds the state that it starts from.
public protocol StateDatabase: AnyObject {
  /// Nil where there is no account.
  func account(at address: Address) throws(StateFailure) -> Account?
  /// Zero where nothing is stored.
  func storage(of address: Address, at slot: U256) throws(StateFailure) -> U256
  /// Whether any slot holds something (EIP-7610).
  func hasStorage(_ address: Address) throws(StateFailure) -> Bool
  /// The code of an account's `codeHash`.
  func code(of hash: Digest) throws(StateFailure) -> [UInt8]
  /// The hash of one of the last 256 blocks; nil for a block that is not known.
  func blockHash(ofNumber number: UInt64) throws(StateFailure) -> Digest?
}

/// A database that could not answer: what was executed meanwhile says nothing.
public struct StateFailure: Error, Hashable, Sendable {
  public let reason: String

  public init(reason: String) {
    self.reason = reason
  }
}
