internal import EVM
public import Primitives

extension Node {
  /// What a full look at the stored state gave.
  public struct Verification: Sendable {
    /// The block after which the stored state is.
    public let number: UInt64
    /// What the block's header says.
    public let expected: Digest
    /// The root over all accounts and slots, computed from nothing else.
    public let computed: Digest
    public let accounts: Int
    public let slots: Int
  }

  /// Computes the root of the stored state from all its accounts and slots, and reads every block that is
  /// kept. Takes as long as the state is large, and as much memory as its accounts.
  public func verify() throws(NodeFailure) -> Verification {
    try stored { () throws(StoreFailure) in
      try index.drain()
      guard let checkpoint = try index.store.checkpoint(),
        let row = try index.store.row(checkpoint.number)
      else { throw .damaged(file: index.store.folder, offset: 0, reason: "no checkpoint") }
      for number in checkpoint.oldest...checkpoint.number {
        guard try index.store.block(number) != nil else {
          throw .damaged(
            file: index.store.environment.path, offset: 0, reason: "block \(number) is missing")
        }
      }
      return try StateCount(store: index.store, version: row.version).verification(
        number: checkpoint.number, expected: row.stateRoot)
    }
  }
}

/// Reads a whole version of the state.
private struct StateCount {
  let store: ChainStore
  let version: UInt64

  func verification(
    number: UInt64, expected: Digest
  ) throws(StoreFailure) -> Node.Verification {
    try store.environment.read { reader throws(StoreFailure) in
      var entries: [(key: [UInt8], value: [UInt8])] = []
      var slotCount = 0
      try each(reader, .accounts, prefix: []) { key, record throws(StoreFailure) in
        guard let (account, storageRoot) = StateRecords.account(record) else {
          throw .damaged(file: store.environment.path, offset: 0, reason: "an account")
        }
        var slots: [(key: [UInt8], value: [UInt8])] = []
        try each(reader, .slots, prefix: key) { slot, value throws(StoreFailure) in
          slots.append((slot, NodeEncoding.slot(U256(bigEndian: value) ?? .zero)))
        }
        slotCount += slots.count
        let root = Trie.root(of: slots)
        guard root == storageRoot else {
          throw .damaged(
            file: store.environment.path, offset: 0, reason: "the storage of 0x\(Hex.encode(key))")
        }
        entries.append((key, NodeEncoding.account(account, storageRoot: root)))
      }
      return Node.Verification(
        number: number, expected: expected, computed: Trie.root(of: entries),
        accounts: entries.count, slots: slotCount)
    }
  }

  /// Calls `body` with each entry below a prefix that this version has; the key comes without the prefix.
  private func each(
    _ reader: Environment.Reader, _ table: Environment.Table, prefix: [UInt8],
    _ body: ([UInt8], [UInt8]) throws(StoreFailure) -> Void
  ) throws(StoreFailure) {
    var entry = try reader.seek(table, prefix.isEmpty ? [0] : prefix)
    while let (bytes, value) = entry, bytes.starts(with: prefix) {
      let place = Array(bytes.dropLast(Keys.versionBytes))
      if Keys.version(bytes) > version {
        entry = try reader.next(table)
        continue
      }
      if !value.isEmpty { try body(Array(place.dropFirst(prefix.count)), value) }
      // Past all older versions of the same entry.
      entry = try reader.seek(
        table, place + [UInt8](repeating: 0xFF, count: Keys.versionBytes) + [0])
    }
  }
}
