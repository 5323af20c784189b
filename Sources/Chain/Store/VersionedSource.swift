internal import EVM
internal import Primitives

/// The state of one version as the store has it.
struct VersionedSource: NodeSource {
  let environment: Environment
  let version: UInt64

  func account(_ key: Digest) throws(StateFailure) -> (Account, storageRoot: Digest)? {
    let key = Keys.account(key, version)
    guard let bytes = try newest(.accounts, key), !bytes.isEmpty else { return nil }
    guard let found = StateRecords.account(bytes) else { throw damaged("an account") }
    return found
  }

  func slot(_ owner: Digest, _ key: Digest) throws(StateFailure) -> U256 {
    guard let bytes = try newest(.slots, Keys.slot(owner, key, version)) else { return .zero }
    guard let value = U256(bigEndian: bytes) else { throw damaged("a slot") }
    return value
  }

  func inner(_ owner: Digest?, _ key: Digest, depth: Int) throws(StateFailure) -> StateNode {
    guard
      let bytes = try newest(.nodes, Keys.node(owner, key, depth: depth, version)),
      !bytes.isEmpty
    else {
      // A trie of one entry has a leaf for its root.
      if depth == 0 { return try leaf(owner, key, depth: 0) }
      throw StateFailure(reason: "no trie node for this version of the state")
    }
    guard let node = StateRecords.node(bytes, depth: depth) else { throw damaged("a trie node") }
    return node
  }

  func leaf(_ owner: Digest?, _ key: Digest, depth: Int) throws(StateFailure) -> StateNode {
    let prefix = owner.map(\.array) ?? []
    var start = prefix
    // The first key below the place.
    var first = key
    for index in depth..<64 { first = first.replacing(nibble: 0, at: index) }
    start += first.array
    let table: Environment.Table = owner == nil ? .accounts : .slots
    let found = try attempt { () throws(StoreFailure) in
      try environment.read { reader throws(StoreFailure) in
        try scan(reader, table, from: start, prefix: prefix, key, depth: depth)
      }
    }
    guard let (leafKey, value) = found else { throw damaged("a leaf") }
    let leaf: StateNode.Leaf
    if owner == nil {
      guard let (account, root) = StateRecords.account(value) else { throw damaged("an account") }
      leaf = .account(account, storage: .root(root))
    } else {
      guard let slot = U256(bigEndian: value) else { throw damaged("a slot") }
      leaf = .slot(slot)
    }
    let node = StateNode(.leaf(key: leafKey, leaf), depth: depth, isStored: true)
    node.seal()
    return node
  }

  /// The one entry below a place that was there in this version.
  private func scan(
    _ reader: Environment.Reader, _ table: Environment.Table, from start: [UInt8],
    prefix: [UInt8], _ key: Digest, depth: Int
  ) throws(StoreFailure) -> (Digest, [UInt8])? {
    var entry = try reader.seek(table, start)
    var settled: Digest?
    while let (bytes, value) = entry {
      guard bytes.starts(with: prefix),
        let found = try? Digest(Array(bytes[prefix.count..<prefix.count + 32])),
        found.firstDifference(key, from: 0) >= depth
      else { return nil }
      if found != settled, Keys.version(bytes) <= version {
        if !value.isEmpty { return (found, value) }
        settled = found
      }
      entry = try reader.next(table)
    }
    return nil
  }

  /// The newest record that is no newer than the key says.
  private func newest(
    _ table: Environment.Table, _ key: [UInt8]
  ) throws(StateFailure) -> [UInt8]? {
    try attempt { () throws(StoreFailure) in
      try environment.read { reader throws(StoreFailure) in
        guard let (found, value) = try reader.seek(table, key), found.count == key.count,
          found.dropLast(Keys.versionBytes).elementsEqual(key.dropLast(Keys.versionBytes))
        else { return nil }
        return value
      }
    }
  }

  private func attempt<Value>(
    _ body: () throws(StoreFailure) -> Value
  ) throws(StateFailure) -> Value {
    do throws(StoreFailure) {
      return try body()
    } catch {
      throw StateFailure(reason: error.description)
    }
  }

  private func damaged(_ what: String) -> StateFailure {
    StateFailure(reason: "\(environment.path) is damaged: \(what) cannot be read")
  }
}
