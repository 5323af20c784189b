public import Primitives

/// The accounts that a transaction touches, before and afterwards.
public struct Prestate: Hashable, Sendable {
  /// What is nil is not shown.
  public struct AccountState: Hashable, Sendable {
    public var balance: U256?
    public var nonce: UInt64?
    public var code: [UInt8]?
    public var storage: [U256: U256] = [:]
    /// Whether a slot changed, to zero perhaps, which is not in `storage`.
    var hasChangedStorage = false

    var isEmpty: Bool {
      balance == nil && nonce == nil && code == nil && storage.isEmpty && !hasChangedStorage
    }
  }

  public var before: [Address: AccountState]
  /// What changed; nil unless it was asked for.
  public var after: [Address: AccountState]?
}
