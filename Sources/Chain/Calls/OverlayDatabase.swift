internal import EVM
internal import Primitives

/// A state with changes on top that go when it goes.
final class OverlayDatabase: StateDatabase {
  private struct Entry {
    /// Nil where the account is gone.
    var account: Account?
    /// Whether slots that are not in `slots` are zero.
    var hidesStorage = false
    var slots: [U256: U256] = [:]
  }

  private let base: any StateDatabase
  private var entries: [Address: Entry] = [:]
  private var codes: [Digest: [UInt8]] = [:]
  /// Hashes of blocks that exist here alone.
  var blockHashes: [UInt64: Digest] = [:]

  init(_ base: any StateDatabase) {
    self.base = base
  }

  func account(at address: Address) throws(StateFailure) -> Account? {
    if let entry = entries[address] { return entry.account }
    return try base.account(at: address)
  }

  func storage(of address: Address, at slot: U256) throws(StateFailure) -> U256 {
    if let entry = entries[address] {
      if let value = entry.slots[slot] { return value }
      if entry.hidesStorage { return .zero }
    }
    return try base.storage(of: address, at: slot)
  }

  func hasStorage(_ address: Address) throws(StateFailure) -> Bool {
    if let entry = entries[address] {
      if entry.slots.contains(where: { !$0.value.isZero }) { return true }
      if entry.hidesStorage { return false }
    }
    return try base.hasStorage(address)
  }

  func code(of hash: Digest) throws(StateFailure) -> [UInt8] {
    if let code = codes[hash] { return code }
    return try base.code(of: hash)
  }

  func blockHash(ofNumber number: UInt64) throws(StateFailure) -> Digest? {
    if let hash = blockHashes[number] { return hash }
    return try base.blockHash(ofNumber: number)
  }

  // MARK: Changing

  func apply(_ overrides: StateOverrides) throws(NodeFailure) {
    for (address, override) in overrides where override.changesState {
      if override.state != nil && override.stateDiff != nil {
        throw .badOverride("\(address): state and stateDiff exclude each other")
      }
      do throws(StateFailure) {
        var entry = try entry(address)
        var account = entry.account ?? Account()
        if let nonce = override.nonce { account.nonce = nonce }
        if let balance = override.balance { account.balance = balance }
        if let code = override.code {
          account.codeHash = Keccak256.hash(code)
          codes[account.codeHash] = code
        }
        if let state = override.state {
          entry.hidesStorage = true
          entry.slots = state
        }
        for (slot, value) in override.stateDiff ?? [:] { entry.slots[slot] = value }
        entry.account = account
        entries[address] = entry
      } catch {
        throw NodeFailure(error)
      }
    }
  }

  func apply(_ changes: StateChanges) {
    for (hash, code) in changes.codes { codes[hash] = code }
    for change in changes.accounts {
      var entry = entries[change.address] ?? Entry()
      entry.account = change.account
      if change.wipesStorage || change.account == nil {
        entry.hidesStorage = true
        entry.slots = [:]
      }
      for (slot, value) in change.slots { entry.slots[slot] = value }
      entries[change.address] = entry
    }
  }

  private func entry(_ address: Address) throws(StateFailure) -> Entry {
    if let entry = entries[address] { return entry }
    return Entry(account: try base.account(at: address))
  }
}
