public import Primitives

/// A whole state in dictionaries: for genesis, tests and short-lived chains.
public final class InMemoryState: StateDatabase {
  public private(set) var accounts: [Address: Account] = [:]
  public private(set) var storage: [Address: [U256: U256]] = [:]
  private var codes: [Digest: [UInt8]] = [:]
  public var blockHashes: [UInt64: Digest] = [:]

  public init() {}

  /// An independent state that shares memory until one of the two changes.
  public func copy() -> InMemoryState {
    let copy = InMemoryState()
    copy.accounts = accounts
    copy.storage = storage
    copy.codes = codes
    copy.blockHashes = blockHashes
    return copy
  }

  public func account(at address: Address) -> Account? {
    accounts[address]
  }

  public func storage(of address: Address, at slot: U256) -> U256 {
    storage[address]?[slot] ?? .zero
  }

  public func hasStorage(_ address: Address) -> Bool {
    storage[address]?.isEmpty == false
  }

  public func code(of hash: Digest) throws(StateFailure) -> [UInt8] {
    if hash == Account.emptyCodeHash { return [] }
    guard let code = codes[hash] else {
      throw StateFailure(reason: "the state has no code with the hash \(hash)")
    }
    return code
  }

  public func blockHash(ofNumber number: UInt64) -> Digest? {
    blockHashes[number]
  }

  /// Puts an account, its code and its storage in place of what was there.
  public func set(
    _ address: Address, nonce: UInt64, balance: U256, code: [UInt8] = [],
    storage slots: [U256: U256] = [:]
  ) {
    let hash = Keccak256.hash(code)
    if !code.isEmpty { codes[hash] = code }
    accounts[address] = Account(nonce: nonce, balance: balance, codeHash: hash)
    let kept = slots.filter { !$0.value.isZero }
    storage[address] = kept.isEmpty ? nil : kept
  }

  /// Takes over what execution changed.
  public func apply(_ changes: StateChanges) {
    for (hash, code) in changes.codes { codes[hash] = code }
    for change in changes.accounts {
      guard let account = change.account else {
        accounts[change.address] = nil
        storage[change.address] = nil
        continue
      }
      accounts[change.address] = account
      var slots = change.wipesStorage ? [:] : storage[change.address] ?? [:]
      for (slot, value) in change.slots {
        slots[slot] = value.isZero ? nil : value
      }
      storage[change.address] = slots.isEmpty ? nil : slots
    }
  }

  public func root() -> Digest {
    Trie.secureRoot(
      of: accounts.map { address, account in
        let storageRoot = storage[address].map { Trie.storageRoot(of: $0) } ?? Trie.emptyRoot
        return (address.bytes, account.encoded(storageRoot: storageRoot))
      })
  }
}

/// What a number of transactions did to the state.
public struct StateChanges: Sendable {
  public struct Change: Sendable {
    public let address: Address
    /// Nil where the account is gone.
    public let account: Account?
    /// Whether slots that are not in `slots` are gone.
    public let wipesStorage: Bool
    public let slots: [(slot: U256, value: U256)]
  }

  public var accounts: [Change] = []
  public var codes: [(hash: Digest, code: [UInt8])] = []
}
