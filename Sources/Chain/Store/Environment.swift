internal import CLMDB
internal import Primitives

/// An LMDB environment: ordered tables of bytes in one file, which many threads read while one writes.
///
/// A reader sees the state of its beginning. A commit is on the disk when it returns, unless the
/// environment is a short-lived one.
@safe
final class Environment: @unchecked Sendable {
  // Unchecked: the library's handles may be used from any thread.

  enum Table: Int, CaseIterable, Sendable {
    case meta, accounts, slots, nodes, codes, blocks, hashes, transactions, bodies, changes

    var name: String { "\(self)" }
  }

  /// Address space. The file grows as it is needed.
  private static let mapBytes = 1 << 40
  private static let readersMax: UInt32 = 512

  let path: String
  private let environment: OpaquePointer
  private var handles: [UInt32] = []

  init(_ path: String, isDurable: Bool) throws(StoreFailure) {
    self.path = path
    var opened: OpaquePointer?
    guard unsafe mdb_env_create(&opened) == 0, let environment = unsafe opened else {
      throw .system("out of memory")
    }
    unsafe self.environment = environment
    let tables = UInt32(Table.allCases.count)
    guard unsafe mdb_env_set_mapsize(environment, Self.mapBytes) == 0,
      unsafe mdb_env_set_maxdbs(environment, tables) == 0,
      unsafe mdb_env_set_maxreaders(environment, Self.readersMax) == 0
    else { throw .system("LMDB refuses its limits") }
    var flags = UInt32(MDB_NOTLS | MDB_NOSUBDIR | MDB_NORDAHEAD)
    if !isDurable { flags |= UInt32(MDB_NOSYNC) }
    try check(unsafe mdb_env_open(environment, path, flags, 0o600))

    var transaction: OpaquePointer?
    try check(unsafe mdb_txn_begin(environment, nil, 0, &transaction))
    for table in Table.allCases {
      var handle: MDB_dbi = 0
      try check(unsafe mdb_dbi_open(transaction, table.name, UInt32(MDB_CREATE), &handle))
      handles.append(handle)
    }
    try check(unsafe mdb_txn_commit(transaction))
  }

  deinit {
    unsafe mdb_env_close(environment)
  }

  fileprivate func check(_ status: Int32) throws(StoreFailure) {
    guard status != 0 else { return }
    let text = unsafe String(cString: mdb_strerror(status))
    if status == MDB_CORRUPTED || status == MDB_PAGE_NOTFOUND || status == MDB_INVALID
      || status == MDB_VERSION_MISMATCH
    {
      throw .damaged(file: path, offset: 0, reason: text)
    }
    throw .system("\(path): \(text)")
  }

  /// A transaction that reads, with a place in each table.
  @safe
  final class Reader: @unchecked Sendable {
    // Unchecked: one thread has it at a time.
    fileprivate let transaction: OpaquePointer
    private var cursors: [OpaquePointer?]
    private let environment: Environment

    fileprivate init(_ transaction: OpaquePointer, _ environment: Environment) {
      unsafe self.transaction = transaction
      self.environment = environment
      unsafe cursors = Array(repeating: nil, count: Table.allCases.count)
    }

    fileprivate func end() {
      for index in unsafe cursors.indices { unsafe mdb_cursor_close(cursors[index]) }
      unsafe mdb_txn_abort(transaction)
    }

    func get(_ table: Table, _ key: [UInt8]) throws(StoreFailure) -> [UInt8]? {
      try unsafe environment.get(transaction, table, key)
    }

    /// The first entry from a key on.
    func seek(
      _ table: Table, _ key: [UInt8]
    ) throws(StoreFailure) -> (key: [UInt8], value: [UInt8])? {
      try unsafe environment.move(cursor(table), key, MDB_SET_RANGE)
    }

    /// The entry after the one that ``seek(_:_:)`` or this gave last.
    func next(_ table: Table) throws(StoreFailure) -> (key: [UInt8], value: [UInt8])? {
      try unsafe environment.move(cursor(table), [], MDB_NEXT)
    }

    private func cursor(_ table: Table) throws(StoreFailure) -> OpaquePointer {
      if let cursor = unsafe cursors[table.rawValue] { return unsafe cursor }
      let cursor = try unsafe environment.cursor(transaction, table)
      unsafe cursors[table.rawValue] = cursor
      return unsafe cursor
    }
  }

  func read<Result>(
    _ body: (Reader) throws(StoreFailure) -> Result
  ) throws(StoreFailure) -> Result {
    // A fresh snapshot each time: an old one would keep pages from being used again.
    var transaction: OpaquePointer?
    try check(unsafe mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &transaction))
    guard let transaction = unsafe transaction else { throw .system("out of memory") }
    let reader = unsafe Reader(transaction, self)
    defer { reader.end() }
    return try body(reader)
  }

  /// A transaction that writes: all of it or nothing.
  @safe
  struct Writer: ~Copyable {
    fileprivate let transaction: OpaquePointer
    fileprivate let environment: Environment

    func get(_ table: Table, _ key: [UInt8]) throws(StoreFailure) -> [UInt8]? {
      try unsafe environment.get(transaction, table, key)
    }

    func put(_ table: Table, _ key: [UInt8], _ value: [UInt8]) throws(StoreFailure) {
      let status = unsafe key.withUnsafeBytes { key in
        unsafe value.withUnsafeBytes { value in
          var (entry, content) = unsafe (MDB_val(key), MDB_val(value))
          return unsafe mdb_put(
            transaction, environment.handles[table.rawValue], &entry, &content, 0)
        }
      }
      try environment.check(status)
    }

    /// Takes an entry out, where there is one.
    func delete(_ table: Table, _ key: [UInt8]) throws(StoreFailure) {
      let status = unsafe key.withUnsafeBytes { key in
        var entry = unsafe MDB_val(key)
        return unsafe mdb_del(transaction, environment.handles[table.rawValue], &entry, nil)
      }
      if status != MDB_NOTFOUND { try environment.check(status) }
    }

    /// Calls `body` with each entry from a key on, until it says false. The tables must not change
    /// meanwhile.
    func scan(
      _ table: Table, from start: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool
    ) throws(StoreFailure) {
      let cursor = try unsafe environment.cursor(transaction, table)
      defer { unsafe mdb_cursor_close(cursor) }
      var entry = try unsafe environment.move(cursor, start, MDB_SET_RANGE)
      while let found = entry, body(found.key, found.value) {
        entry = try unsafe environment.move(cursor, [], MDB_NEXT)
      }
    }
  }

  /// Runs `body` in a transaction. LMDB itself lets one writer in at a time.
  @inline(never)
  func write(
    _ body: (borrowing Writer) throws(StoreFailure) -> Void
  ) throws(StoreFailure) {
    var transaction: OpaquePointer?
    try check(unsafe mdb_txn_begin(environment, nil, 0, &transaction))
    guard let transaction = unsafe transaction else { throw .system("out of memory") }
    do throws(StoreFailure) {
      try body(unsafe Writer(transaction: transaction, environment: self))
    } catch {
      unsafe mdb_txn_abort(transaction)
      throw error
    }
    try check(unsafe mdb_txn_commit(transaction))
  }

  // MARK: Calls

  private func get(
    _ transaction: OpaquePointer, _ table: Table, _ key: [UInt8]
  ) throws(StoreFailure) -> [UInt8]? {
    var content = unsafe MDB_val()
    let status = unsafe key.withUnsafeBytes { key in
      var entry = unsafe MDB_val(key)
      return unsafe mdb_get(transaction, handles[table.rawValue], &entry, &content)
    }
    if status == MDB_NOTFOUND { return nil }
    try check(status)
    return unsafe content.bytes
  }

  private func cursor(
    _ transaction: OpaquePointer, _ table: Table
  ) throws(StoreFailure) -> OpaquePointer {
    var cursor: OpaquePointer?
    try check(unsafe mdb_cursor_open(transaction, handles[table.rawValue], &cursor))
    guard let cursor = unsafe cursor else { throw .system("out of memory") }
    return unsafe cursor
  }

  private func move(
    _ cursor: OpaquePointer, _ key: [UInt8], _ operation: MDB_cursor_op
  ) throws(StoreFailure) -> (key: [UInt8], value: [UInt8])? {
    var (entry, content) = unsafe (MDB_val(), MDB_val())
    let status = unsafe key.withUnsafeBytes { key in
      unsafe entry = MDB_val(key)
      return unsafe mdb_cursor_get(cursor, &entry, &content, operation)
    }
    if status == MDB_NOTFOUND { return nil }
    try check(status)
    return unsafe (entry.bytes, content.bytes)
  }
}

extension MDB_val {
  fileprivate init(_ buffer: UnsafeRawBufferPointer) {
    unsafe self.init(
      mv_size: buffer.count, mv_data: UnsafeMutableRawPointer(mutating: buffer.baseAddress))
  }

  fileprivate var bytes: [UInt8] {
    unsafe Array(UnsafeRawBufferPointer(start: mv_data, count: mv_size))
  }
}
