internal import EVM
internal import Files
internal import Glibc
internal import Primitives

/// A chain's folder: the state and its indices in LMDB, the blocks in files beside it.
///
/// The log of blocks is ahead of LMDB: what it has on top runs again on start.
final class ChainStore: Sendable {
  /// Of the folder. A program refuses what a later one wrote.
  static let format: UInt64 = 1

  let folder: String
  let environment: Environment
  let log: BlockLog
  let rules: ChainRules
  private let lock: File
  /// Whether it goes when its node does, so that no disk needs to have it.
  let isTemporary: Bool

  /// What the store knows of a block without reading it.
  struct Row: Sendable {
    let hash: Digest
    let version: UInt64
    let stateRoot: Digest
    let place: BlockLog.Place
    let bloom: Bloom
  }

  /// Up to where LMDB has the chain.
  struct Checkpoint: Sendable {
    let number: UInt64
    let version: UInt64
    /// The log's end at that time.
    let place: BlockLog.Place
    let oldest: UInt64
  }

  /// Opens a folder, or makes a temporary one that goes with the store.
  init(_ folder: String?, rules: ChainRules, isDurable: Bool = true) throws(StoreFailure) {
    isTemporary = folder == nil
    let path: String
    if let folder { path = folder } else { path = try Self.temporaryFolder() }
    self.folder = path
    self.rules = rules
    do throws(FileError) {
      try Directory.create(path)
      let lock = try File("\(path)/lock", .readWrite)
      guard try lock.lock() else { throw FileError(.lock, path, code: EWOULDBLOCK) }
      self.lock = lock
    } catch {
      throw error.operation == .lock ? .inUse(folder: path) : .system(error.description)
    }
    environment = try Environment("\(path)/state", isDurable: isDurable && folder != nil)
    let format = try environment.read { reader throws(StoreFailure) in
      try reader.get(.meta, Array("format".utf8))
    }
    if let format, Keys.read(format, at: 0) > Self.format {
      throw .newerFormat(
        file: "\(path)/state", found: Keys.read(format, at: 0), supported: Self.format)
    }
    log = try BlockLog(path)
  }

  deinit {
    guard isTemporary else { return }
    // Nobody else knows the folder; what cannot be removed now the system removes some day.
    for name in (try? Directory.names(in: folder)) ?? [] {
      _ = try? Directory.removeFile("\(folder)/\(name)")
    }
    unsafe rmdir(folder)
  }

  private static func temporaryFolder() throws(StoreFailure) -> String {
    let base = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/gensyn-chain-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw .system("no temporary folder in \(base)") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  // MARK: Meta

  func genesis() throws(StoreFailure) -> Digest? {
    try environment.read { reader throws(StoreFailure) in
      try reader.get(.meta, Array("genesis".utf8)).flatMap { try? Digest($0) }
    }
  }

  func checkpoint() throws(StoreFailure) -> Checkpoint? {
    let bytes = try environment.read { reader throws(StoreFailure) in
      try reader.get(.meta, Array("checkpoint".utf8))
    }
    guard let bytes, bytes.count == 40 else { return nil }
    return Checkpoint(
      number: Keys.read(bytes, at: 0), version: Keys.read(bytes, at: 8),
      place: BlockLog.Place(
        segment: UInt32(truncatingIfNeeded: Keys.read(bytes, at: 16)),
        offset: Keys.read(bytes, at: 24), count: 0),
      oldest: Keys.read(bytes, at: 32))
  }

  func put(_ checkpoint: Checkpoint, in writer: borrowing Environment.Writer) throws(StoreFailure) {
    var bytes = Keys.bigEndian(checkpoint.number)
    Keys.append(checkpoint.version, to: &bytes)
    Keys.append(UInt64(checkpoint.place.segment), to: &bytes)
    Keys.append(checkpoint.place.offset, to: &bytes)
    Keys.append(checkpoint.oldest, to: &bytes)
    try writer.put(.meta, Array("checkpoint".utf8), bytes)
  }

  func begin(genesis: Digest, in writer: borrowing Environment.Writer) throws(StoreFailure) {
    try writer.put(.meta, Array("genesis".utf8), genesis.array)
    try writer.put(.meta, Array("format".utf8), Keys.bigEndian(Self.format))
  }

  // MARK: Blocks

  func row(_ number: UInt64) throws(StoreFailure) -> Row? {
    try environment.read { reader throws(StoreFailure) in
      try reader.get(.blocks, Keys.number(number)).flatMap(Self.row)
    }
  }

  func row(
    _ number: UInt64, in writer: borrowing Environment.Writer
  ) throws(StoreFailure) -> Row? {
    try writer.get(.blocks, Keys.number(number)).flatMap(Self.row)
  }

  /// Makes one of a block's versions the last one; returns its state's root.
  func restore(
    _ row: Row, number: UInt64, version: UInt64, in writer: borrowing Environment.Writer
  ) throws(StoreFailure) -> Digest {
    if row.version == version { return row.stateRoot }
    // A patch came later.
    guard let root = try StateWriter.root(version, in: writer) else {
      throw .system("version \(version) of the state is there no more")
    }
    guard var bytes = try writer.get(.blocks, Keys.number(number)) else { return root }
    bytes.replaceSubrange(32..<64, with: root.array)
    bytes.replaceSubrange(64..<72, with: Keys.bigEndian(version))
    try writer.put(.blocks, Keys.number(number), bytes)
    return root
  }

  private static func row(_ bytes: [UInt8]) -> Row? {
    guard bytes.count == 96 || bytes.count == 96 + Bloom.byteCount,
      let hash = try? Digest(Array(bytes[0..<32])), let root = try? Digest(Array(bytes[32..<64]))
    else { return nil }
    let lengths = Keys.read(bytes, at: 80)
    return Row(
      hash: hash, version: Keys.read(bytes, at: 64), stateRoot: root,
      place: BlockLog.Place(
        segment: UInt32(lengths >> 32), offset: Keys.read(bytes, at: 72),
        count: UInt32(truncatingIfNeeded: lengths)),
      bloom: Bloom(Array(bytes[96...])) ?? Bloom())
  }

  func put(_ layer: ChainLayer, in writer: borrowing Environment.Writer) throws(StoreFailure) {
    let block = layer.block
    var bytes = block.hash.array + layer.rootHash.array
    Keys.append(layer.version, to: &bytes)
    Keys.append(layer.place.offset, to: &bytes)
    Keys.append(UInt64(layer.place.segment) << 32 | UInt64(layer.place.count), to: &bytes)
    Keys.append(0, to: &bytes)
    if block.header.bloom != Bloom() { bytes += block.header.bloom.bytes }
    try writer.put(.blocks, Keys.number(block.number), bytes)
    guard !layer.isPatch else { return }
    try writer.put(.hashes, block.hash.array, Keys.number(block.number))
    for transaction in block.transactions {
      var place = Keys.number(block.number)
      Keys.append(UInt64(transaction.index), to: &place)
      try writer.put(.transactions, transaction.hash.array, place)
    }
    try writer.put(
      .bodies, Keys.number(block.number), block.transactions.flatMap(\.hash.array))
  }

  /// Takes a block out of the indices.
  func remove(_ number: UInt64, in writer: borrowing Environment.Writer) throws(StoreFailure) {
    if let row = try writer.get(.blocks, Keys.number(number)).flatMap(Self.row) {
      try writer.delete(.hashes, row.hash.array)
    }
    let hashes = try writer.get(.bodies, Keys.number(number)) ?? []
    for start in stride(from: 0, to: hashes.count, by: Digest.byteCount) {
      let hash = Array(hashes[start..<min(start + Digest.byteCount, hashes.count)])
      // The same transaction may be in a block of another branch by now.
      if let place = try writer.get(.transactions, hash), Keys.read(place, at: 0) == number {
        try writer.delete(.transactions, hash)
      }
    }
    try writer.delete(.bodies, Keys.number(number))
    try writer.delete(.blocks, Keys.number(number))
  }

  func block(_ number: UInt64) throws(StoreFailure) -> SealedBlock? {
    guard let row = try row(number) else { return nil }
    let bytes = try log.record(at: row.place)
    do throws(RLP.Malformed) {
      if case .block(_, let block) = try BlockRecord(bytes, rules: rules), block.hash == row.hash {
        return block
      }
    } catch {
      throw damaged(row.place, "a block cannot be read: \(error)")
    }
    throw damaged(row.place, "another block than the index says")
  }

  func damaged(_ place: BlockLog.Place, _ reason: String) -> StoreFailure {
    .damaged(file: log.path(place.segment), offset: place.offset, reason: reason)
  }

  func number(of hash: Digest) throws(StoreFailure) -> UInt64? {
    try environment.read { reader throws(StoreFailure) in
      try reader.get(.hashes, hash.array).map { Keys.read($0, at: 0) }
    }
  }

  func place(of transaction: Digest) throws(StoreFailure) -> ChainIndex.Place? {
    try environment.read { reader throws(StoreFailure) in
      try reader.get(.transactions, transaction.array).map {
        ChainIndex.Place(
          block: Keys.read($0, at: 0), index: Int(clamping: Keys.read($0, at: 8)))
      }
    }
  }

  func code(_ hash: Digest) throws(StoreFailure) -> [UInt8]? {
    try environment.read { reader throws(StoreFailure) in try reader.get(.codes, hash.array) }
  }
}

/// A block, or a change without one, that LMDB does not have yet.
struct ChainLayer: Sendable {
  let version: UInt64
  /// The head that it belongs to.
  let block: SealedBlock
  let isPatch: Bool
  let tree: StateTree
  let changes: VersionChanges
  let place: BlockLog.Place

  /// Where the log went on after it.
  let end: BlockLog.Place

  var rootHash: Digest { tree.rootHash }
}
