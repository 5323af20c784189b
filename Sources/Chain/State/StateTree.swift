internal import EVM
internal import Primitives

/// The whole state at one moment: a trie of accounts, each with the trie of its storage.
///
/// A value that costs nothing to keep. What memory does not have comes from `source`, which answers for
/// the version that the tree belongs to or for a later one.
struct StateTree: Sendable {
  let root: StateNode?
  let source: any NodeSource

  init(root: StateNode?, source: any NodeSource) {
    self.root = root
    self.source = source
  }

  var rootHash: Digest { root?.rootHash ?? Trie.emptyRoot }

  struct FoundAccount {
    let account: Account
    let storage: StateNode?
  }

  func account(_ key: Digest) throws(StateFailure) -> FoundAccount? {
    switch Self.find(key, in: root) {
    case .none: return nil
    case .leaf(.account(let account, let storage)):
      return FoundAccount(account: account, storage: storage)
    case .leaf: return nil
    case .stub:
      guard let (account, storageRoot) = try source.account(key) else { return nil }
      return FoundAccount(account: account, storage: .root(storageRoot))
    }
  }

  func slot(_ owner: Digest, _ key: Digest) throws(StateFailure) -> U256 {
    guard let storage = try account(owner)?.storage else { return .zero }
    switch Self.find(key, in: storage) {
    case .none: return .zero
    case .leaf(.slot(let value)): return value
    case .leaf: return .zero
    case .stub: return try source.slot(owner, key)
    }
  }

  private enum Found {
    case none
    case leaf(StateNode.Leaf)
    case stub
  }

  private static func find(_ key: Digest, in root: StateNode?) -> Found {
    guard var node = root else { return .none }
    while true {
      switch node.content {
      case .stub: return .stub
      case .leaf(let own, let leaf): return own == key ? .leaf(leaf) : .none
      case .extension(let path, let child):
        for (index, nibble) in path.enumerated()
        where key.nibble(node.depth + index) != Int(nibble) {
          return .none
        }
        node = child
      case .branch(let children):
        guard let child = children[key.nibble(node.depth)] else { return .none }
        node = child
      }
    }
  }

  // MARK: Changing

  /// The state after execution's changes, sealed, and what the store needs to know of the difference.
  ///
  /// `next` is where the new state's nodes come from once they are stored; where it is not given, the
  /// state is for this process alone.
  func applying(
    _ changes: StateChanges, source next: (any NodeSource)? = nil
  ) throws(StateFailure) -> (StateTree, VersionChanges) {
    var version = VersionChanges()
    var updates: [TrieEdit.Update] = []
    updates.reserveCapacity(changes.accounts.count)
    for change in changes.accounts {
      if let update = try self.update(change, &version) { updates.append(update) }
    }
    for (hash, code) in changes.codes { version.codes.append((hash, code)) }
    updates.sort { $0.key < $1.key }
    var edit = TrieEdit(source: source, owner: nil)
    let changed = try edit.apply(updates[...], to: root, depth: 0)
    changed?.seal()
    version.removed = edit.removed
    version.nodeCount += edit.nodeCount
    for index in version.accounts.indices { version.accounts[index].settle() }
    return (StateTree(root: changed, source: next ?? source), version)
  }

  private func update(
    _ change: StateChanges.Change, _ version: inout VersionChanges
  ) throws(StateFailure) -> TrieEdit.Update? {
    let key = Keccak256.hash(change.address)
    let found = try account(key)
    guard let account = change.account else {
      guard found != nil else { return nil }
      version.accounts.append(
        VersionChanges.AccountChange(key: key, account: nil, storage: nil, wipesStorage: true))
      return TrieEdit.Update(key: key, leaf: nil)
    }
    var storage = change.wipesStorage ? nil : found?.storage
    var entry = VersionChanges.AccountChange(
      key: key, account: account, storage: nil,
      wipesStorage: change.wipesStorage && found?.storage != nil)
    if !change.slots.isEmpty {
      var slots = change.slots.map { slot, value in
        TrieEdit.Update(key: Keccak256.hash(slot), leaf: value.isZero ? nil : .slot(value))
      }
      slots.sort { $0.key < $1.key }
      var edit = TrieEdit(source: source, owner: key)
      storage = try edit.apply(slots[...], to: storage, depth: 0)
      version.nodeCount += edit.nodeCount
      entry.removed = edit.removed
      entry.slots = slots.map { ($0.key, $0.leaf) }
    }
    if let found, found.account == account, found.storage === storage { return nil }
    entry.storage = storage
    version.accounts.append(entry)
    return TrieEdit.Update(key: key, leaf: .account(account, storage: storage))
  }
}

/// What one version of the state changed, keyed as the store is.
struct VersionChanges: Sendable {
  struct AccountChange: Sendable {
    let key: Digest
    /// Nil where the account is gone.
    let account: Account?
    var storage: StateNode?
    /// Whether all slots that the store has go first.
    let wipesStorage: Bool
    var slots: [(key: Digest, leaf: StateNode.Leaf?)] = []
    /// Places of inner nodes of its storage's trie that are gone.
    var removed: [(key: Digest, depth: Int)] = []
    /// Known once the tree is sealed.
    private(set) var storageRoot = Trie.emptyRoot

    init(key: Digest, account: Account?, storage: StateNode?, wipesStorage: Bool) {
      self.key = key
      self.account = account
      self.storage = storage
      self.wipesStorage = wipesStorage
    }

    mutating func settle() {
      storageRoot = storage?.rootHash ?? Trie.emptyRoot
      storage = nil
    }
  }

  var accounts: [AccountChange] = []
  var removed: [(key: Digest, depth: Int)] = []
  var codes: [(hash: Digest, code: [UInt8])] = []
  /// Nodes that were made.
  var nodeCount = 0

  /// Entries that the store will have to write.
  var weight: Int { accounts.reduce(codes.count) { $0 + 1 + $1.slots.count } }
}

extension Keccak256 {
  /// The key of an account in the state's trie.
  static func hash(_ address: Address) -> Digest {
    hash(address.bytes)
  }

  /// The key of a slot in a contract's trie.
  static func hash(_ slot: U256) -> Digest {
    hash(slot.bytes)
  }
}
