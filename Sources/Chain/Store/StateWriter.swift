internal import EVM
internal import Primitives
internal import Synchronization

/// Writes versions of the state into the store, each beside the ones before, and takes versions out.
enum StateWriter {
  /// Batches of fewer entries keep the trie nodes of each of their versions, so that all of them can be
  /// proven; of larger ones only the last version's are written.
  static let provenBatchMax = 4096

  /// A version in memory that the store does not have yet.
  struct Pending {
    let version: UInt64
    let changes: VersionChanges
    let root: StateNode?
  }

  /// The keys that one version wrote: a table's number, a length and the key for each. In the store the
  /// root of the version's state comes before them.
  final class ChangeLog {
    var bytes: [UInt8] = []

    func append(_ table: Environment.Table, _ key: [UInt8]) {
      bytes.append(UInt8(table.rawValue))
      bytes.append(UInt8(key.count - Keys.versionBytes))
      bytes += key.dropLast(Keys.versionBytes)
    }

    static func entries(_ bytes: [UInt8]) -> [(Environment.Table, prefix: [UInt8])] {
      var entries: [(Environment.Table, prefix: [UInt8])] = []
      var position = Digest.byteCount
      while position + 2 <= bytes.count {
        let count = Int(bytes[position + 1])
        guard let table = Environment.Table(rawValue: Int(bytes[position])),
          position + 2 + count <= bytes.count
        else { break }
        entries.append((table, Array(bytes[position + 2..<position + 2 + count])))
        position += 2 + count
      }
      return entries
    }
  }

  /// Writes versions in ascending order.
  static func write(
    _ pending: [Pending], to writer: borrowing Environment.Writer
  ) throws(StoreFailure) {
    let weight = pending.reduce(0) { $0 + $1.changes.weight }
    let provesAll = weight <= provenBatchMax
    var removed: [(owner: Digest?, key: Digest, depth: Int)] = []
    for (index, version) in pending.enumerated() {
      let log = ChangeLog()
      try writeFlat(version, log, writer, &removed)
      if provesAll || index == pending.count - 1 {
        for place in removed {
          let key = Keys.node(place.owner, place.key, depth: place.depth, version.version)
          try writer.put(.nodes, key, [])
          log.append(.nodes, key)
        }
        removed = []
        var nodes = NodeWalk(version: version.version, log: log)
        if let root = version.root { try nodes.write(root, nil, nil, to: writer) }
      }
      let root = version.root?.rootHash ?? Trie.emptyRoot
      try writer.put(.changes, Keys.number(version.version), root.array + log.bytes)
    }
  }

  private static func writeFlat(
    _ pending: Pending, _ log: ChangeLog, _ writer: borrowing Environment.Writer,
    _ removed: inout [(owner: Digest?, key: Digest, depth: Int)]
  ) throws(StoreFailure) {
    let version = pending.version
    for (hash, code) in pending.changes.codes { try writer.put(.codes, hash.array, code) }
    removed += pending.changes.removed.map { (nil, $0.key, $0.depth) }
    for change in pending.changes.accounts {
      if change.wipesStorage { try wipe(change.key, version, log, writer) }
      removed += change.removed.map { (change.key, $0.key, $0.depth) }
      for (slot, leaf) in change.slots {
        let key = Keys.slot(change.key, slot, version)
        var value: [UInt8] = []
        if case .slot(let number) = leaf { value = number.minimalBytes }
        try writer.put(.slots, key, value)
        log.append(.slots, key)
      }
      let key = Keys.account(change.key, version)
      let record =
        change.account.map { StateRecords.account($0, storageRoot: change.storageRoot) } ?? []
      try writer.put(.accounts, key, record)
      log.append(.accounts, key)
    }
  }

  /// Makes all slots and nodes of an account's storage absent from a version on.
  private static func wipe(
    _ owner: Digest, _ version: UInt64, _ log: ChangeLog, _ writer: borrowing Environment.Writer
  ) throws(StoreFailure) {
    for (table, prefix) in [(Environment.Table.slots, owner.array), (.nodes, [1] + owner.array)] {
      var live: [[UInt8]] = []
      var last: [UInt8] = []
      try writer.scan(table, from: prefix) { key, value in
        guard key.starts(with: prefix) else { return false }
        let place = Array(key.dropLast(Keys.versionBytes))
        if place != last && !value.isEmpty { live.append(place) }
        last = place
        return true
      }
      for place in live {
        let key = place + Keys.bigEndian(~version)
        try writer.put(table, key, [])
        log.append(table, key)
      }
    }
  }

  /// The root of a version's state, where the store has the version's changes.
  static func root(
    _ version: UInt64, in writer: borrowing Environment.Writer
  ) throws(StoreFailure) -> Digest? {
    try writer.get(.changes, Keys.number(version)).flatMap {
      try? Digest(Array($0.prefix(Digest.byteCount)))
    }
  }

  // MARK: Taking out

  /// Takes out what no version from `version` on can see.
  static func prune(
    before version: UInt64, in writer: borrowing Environment.Writer
  ) throws(StoreFailure) {
    guard let bytes = try writer.get(.changes, Keys.number(version)) else { return }
    for (table, prefix) in ChangeLog.entries(bytes) {
      let own = prefix + Keys.bigEndian(~version)
      var older: [[UInt8]] = []
      try writer.scan(table, from: own) { key, value in
        guard key.count == own.count, key.starts(with: prefix) else { return false }
        if key != own || value.isEmpty { older.append(key) }
        return true
      }
      for key in older { try writer.delete(table, key) }
    }
    try writer.delete(.changes, Keys.number(version))
  }

  /// Takes out a version as if it had never been. The newest goes first.
  static func revert(
    _ version: UInt64, in writer: borrowing Environment.Writer
  ) throws(StoreFailure) {
    guard let bytes = try writer.get(.changes, Keys.number(version)) else { return }
    for (table, prefix) in ChangeLog.entries(bytes) {
      try writer.delete(table, prefix + Keys.bigEndian(~version))
    }
    try writer.delete(.changes, Keys.number(version))
  }
}

/// Writes the inner nodes of a trie that the store does not have.
private struct NodeWalk {
  let version: UInt64
  let log: StateWriter.ChangeLog

  /// `key` is any key below the node; nil at the root.
  mutating func write(
    _ node: StateNode, _ owner: Digest?, _ key: Digest?,
    to writer: borrowing Environment.Writer
  ) throws(StoreFailure) {
    guard !node.isStored.load(ordering: .relaxed) else { return }
    defer { node.isStored.store(true, ordering: .relaxed) }
    let key = key ?? Digest(.zero)
    switch node.content {
    case .stub: return
    case .leaf(let leafKey, .account(_, let storage)):
      if let storage { try write(storage, leafKey, nil, to: writer) }
      return
    case .leaf: return
    case .extension(let path, let child):
      var below = key
      for (index, nibble) in path.enumerated() {
        below = below.replacing(nibble: Int(nibble), at: node.depth + index)
      }
      try write(child, owner, below, to: writer)
    case .branch(let children):
      for (index, child) in children.enumerated() {
        guard let child else { continue }
        try write(child, owner, key.replacing(nibble: index, at: node.depth), to: writer)
      }
    }
    guard let record = StateRecords.node(node) else { return }
    let place = Keys.node(owner, key, depth: node.depth, version)
    try writer.put(.nodes, place, record)
    log.append(.nodes, place)
  }
}
