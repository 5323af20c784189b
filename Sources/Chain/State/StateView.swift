public import EVM
public import Primitives

/// The state after a block, as it was and stays. A value that every thread may read.
public struct StateView: Sendable {
  /// The block that it is the state after.
  public let header: Header
  public let blockHash: Digest
  let tree: StateTree
  let history: any BlockHistory

  init(header: Header, blockHash: Digest, tree: StateTree, history: any BlockHistory) {
    self.header = header
    self.blockHash = blockHash
    self.tree = tree
    self.history = history
  }

  /// Nil where there is no account.
  public func account(_ address: Address) throws(StateFailure) -> Account? {
    try tree.account(Keccak256.hash(address))?.account
  }

  public func storage(_ address: Address, at slot: U256) throws(StateFailure) -> U256 {
    try tree.slot(Keccak256.hash(address), Keccak256.hash(slot))
  }

  /// No bytes where there is no code.
  public func code(_ address: Address) throws(StateFailure) -> [UInt8] {
    guard let account = try account(address) else { return [] }
    return try history.code(account.codeHash)
  }

  /// What shows an account and some of its slots under the block's state root (EIP-1186).
  public func proof(
    of address: Address, slots: [U256]
  ) throws(StateFailure) -> AccountProof {
    let owner = Keccak256.hash(address)
    let (nodes, found) = try tree.proof(owner)
    var proof = AccountProof(
      address: address, account: found?.account ?? Account(), exists: found != nil,
      storageRoot: found?.storage?.rootHash ?? Trie.emptyRoot, nodes: nodes)
    for slot in slots {
      let (nodes, value) = try tree.proof(owner, found?.storage, Keccak256.hash(slot))
      proof.slots.append(AccountProof.Slot(slot: slot, value: value, nodes: nodes))
    }
    return proof
  }
}

/// An account with the trie nodes that show it (EIP-1186).
public struct AccountProof: Sendable {
  public struct Slot: Sendable {
    public let slot: U256
    public let value: U256
    /// From the storage's root down.
    public let nodes: [[UInt8]]
  }

  public let address: Address
  /// Empty where there is none.
  public let account: Account
  public let exists: Bool
  public let storageRoot: Digest
  /// From the state's root down.
  public let nodes: [[UInt8]]
  public internal(set) var slots: [Slot] = []

  init(address: Address, account: Account, exists: Bool, storageRoot: Digest, nodes: [[UInt8]]) {
    self.address = address
    self.account = account
    self.exists = exists
    self.storageRoot = storageRoot
    self.nodes = nodes
  }
}

/// What execution asks for besides accounts and slots.
protocol BlockHistory: Sendable {
  /// No bytes for the hash of no code.
  func code(_ hash: Digest) throws(StateFailure) -> [UInt8]
  /// The hash of the ancestor with a number, seen from a block of the chain.
  func hash(ofNumber number: UInt64, before header: Header) throws(StateFailure) -> Digest?
}

/// A view as execution asks for it.
final class ViewDatabase: StateDatabase {
  private let view: StateView

  init(_ view: StateView) {
    self.view = view
  }

  func account(at address: Address) throws(StateFailure) -> Account? {
    try view.account(address)
  }

  func storage(of address: Address, at slot: U256) throws(StateFailure) -> U256 {
    try view.storage(address, at: slot)
  }

  func hasStorage(_ address: Address) throws(StateFailure) -> Bool {
    try view.tree.account(Keccak256.hash(address))?.storage != nil
  }

  func code(of hash: Digest) throws(StateFailure) -> [UInt8] {
    try view.history.code(hash)
  }

  func blockHash(ofNumber number: UInt64) throws(StateFailure) -> Digest? {
    if number == view.header.number { return view.blockHash }
    return try view.history.hash(ofNumber: number, before: view.header)
  }
}
