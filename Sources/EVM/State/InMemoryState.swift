public import Primitives

/// A whole state in dictionaries and tries: for genesis, tests and short-lived chains.
public final class InMemoryState: StateDatabase {
  public private(set) var accounts: [Address: Account] = [:]
  public private(set) var storage: [Address: [U256: U256]] = [:]
  private var codes: [Digest: [UInt8]] = [:]
  /// By hashed address, and for each account by hashed slot. The accounts' trie lags behind: ``root()``
  /// brings it up to date.
  private var accountTrie = MerkleTrie()
  private var storageTries: [Address: MerkleTrie] = [:]
  private var changed: Set<Address> = []
  public var blockHashes: [UInt64: Digest] = [:]

  public init() {}

  /// An independent state that shares memory until one of the two changes.
  public func copy() -> InMemoryState {
    let copy = InMemoryState()
    copy.accounts = accounts
    copy.storage = storage
    copy.codes = codes
    copy.accountTrie = accountTrie
    copy.storageTries = storageTries
    copy.changed = changed
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
    clearStorage(of: address)
    for (slot, value) in slots { setSlot(slot, value, of: address) }
    changed.insert(address)
  }

  /// Takes over what execution changed.
  public func apply(_ changes: StateChanges) {
    for (hash, code) in changes.codes { codes[hash] = code }
    for change in changes.accounts {
      changed.insert(change.address)
      accounts[change.address] = change.account
      if change.wipesStorage || change.account == nil { clearStorage(of: change.address) }
      guard change.account != nil else { continue }
      for (slot, value) in change.slots { setSlot(slot, value, of: change.address) }
    }
  }

  private func clearStorage(of address: Address) {
    storage[address] = nil
    storageTries[address] = nil
  }

  private func setSlot(_ slot: U256, _ value: U256, of address: Address) {
    let key = Keccak256.hash(slot.bytes).array
    if value.isZero {
      storage[address]?[slot] = nil
      if storage[address]?.isEmpty == true { storage[address] = nil }
      storageTries[address]?.remove(key)
      return
    }
    var encoder = RLP.Encoder()
    encoder.append(value)
    storage[address, default: [:]][slot] = value
    storageTries[address, default: MerkleTrie()].set(key, encoder.bytes)
  }

  public func root() -> Digest {
    settle()
    return accountTrie.root
  }

  private func settle() {
    for address in changed {
      let value =
        accounts[address].map { $0.encoded(storageRoot: storageRoot(of: address)) } ?? []
      accountTrie.set(Keccak256.hash(address.bytes).array, value)
    }
    changed.removeAll()
  }

  /// The root over an account's storage.
  public func storageRoot(of address: Address) -> Digest {
    storageTries[address]?.root ?? Trie.emptyRoot
  }

  /// The nodes that show an account, or that there is none, under ``root()``.
  public func proof(of address: Address) -> [[UInt8]] {
    settle()
    return accountTrie.proof(of: Keccak256.hash(address.bytes).array)
  }

  /// The nodes that show a slot under ``storageRoot(of:)``.
  public func proof(of address: Address, slot: U256) -> [[UInt8]] {
    storageTries[address]?.proof(of: Keccak256.hash(slot.bytes).array) ?? []
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

    public init(
      address: Address, account: Account?, wipesStorage: Bool,
      slots: [(slot: U256, value: U256)] = []
    ) {
      self.address = address
      self.account = account
      self.wipesStorage = wipesStorage
      self.slots = slots
    }
  }

  public var accounts: [Change] = []
  public var codes: [(hash: Digest, code: [UInt8])] = []

  public init() {}
}
