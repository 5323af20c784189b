internal import Foundation
internal import GRDB
public import Primitives
public import Receipts
public import Sodium

/// The receipts that a node keeps, in SQLite: each is durable once ``add(_:owner:)`` returns.
///
/// Receipts are never changed or removed. A receipt that several callers bring is stored once.
public final class ReceiptStore: Sendable {
  public let limits: Limits
  private let database: DatabasePool

  public struct Limits: Sendable {
    /// How many receipts one owner may bring.
    public var receiptsPerOwnerMax = 1_000_000

    public init() {}
  }

  /// Why the store cannot be opened or does not take a receipt.
  public enum Failure: Error {
    /// A newer version of this software wrote the file.
    case newerFormat
    case quotaReached(limit: Int)
    /// A stored receipt is not what was stored.
    case damaged(Digest)
    /// The disk or the file; the text is SQLite's.
    case storage(String)
  }

  /// Opens the store in `directory`, which is made where it does not exist.
  public init(directory: String, limits: Limits = Limits()) throws(Failure) {
    self.limits = limits
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      var configuration = GRDB.Configuration()
      configuration.prepareDatabase { database in
        // With a write-ahead log, FULL makes a commit survive a power failure too.
        try database.execute(sql: "PRAGMA synchronous = FULL")
      }
      database = try DatabasePool(
        path: directory + "/receipts.sqlite", configuration: configuration)
      let migrator = Self.migrator
      guard try database.read({ try !migrator.hasBeenSuperseded($0) }) else {
        throw Failure.newerFormat
      }
      try migrator.migrate(database)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw .storage("\(error)")
    }
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(
        sql: """
          CREATE TABLE receipt (
            hash BLOB PRIMARY KEY, time INTEGER NOT NULL, kind INTEGER NOT NULL,
            model BLOB NOT NULL, prover BLOB NOT NULL, bytes BLOB NOT NULL
          ) STRICT;
          CREATE INDEX receipt_time ON receipt (time DESC, hash DESC);
          CREATE TABLE claim (
            owner BLOB NOT NULL, hash BLOB NOT NULL REFERENCES receipt, PRIMARY KEY (owner, hash)
          ) STRICT, WITHOUT ROWID;
          """)
    }
    return migrator
  }

  /// Stores a receipt on behalf of an owner; again changes nothing.
  public func add(_ signed: SignedReceipt, owner: [UInt8]) throws(Failure) {
    let hash = signed.hash.data
    let receipt = signed.receipt
    try perform {
      try database.write { database in
        let owned =
          try Int.fetchOne(
            database, sql: "SELECT count(*) FROM claim WHERE owner = ?", arguments: [Data(owner)])
          ?? 0
        let known = try Bool.fetchOne(
          database, sql: "SELECT true FROM claim WHERE owner = ? AND hash = ?",
          arguments: [Data(owner), hash])
        guard known == nil else { return }
        guard owned < limits.receiptsPerOwnerMax else {
          throw Failure.quotaReached(limit: limits.receiptsPerOwnerMax)
        }
        try database.execute(
          sql: """
            INSERT OR IGNORE INTO receipt (hash, time, kind, model, prover, bytes)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
          arguments: [
            hash, Int64(clamping: receipt.timeMicroseconds), Int64(receipt.kind.rawValue),
            receipt.model.hash.data, Data(receipt.proverKey.bytes), Data(signed.bytes),
          ])
        try database.execute(
          sql: "INSERT INTO claim (owner, hash) VALUES (?, ?)", arguments: [Data(owner), hash])
      }
    }
  }

  /// The receipt with this hash, or nil.
  public func receipt(_ hash: Digest) throws(Failure) -> SignedReceipt? {
    let bytes = try perform {
      try database.read { database in
        try Data.fetchOne(
          database, sql: "SELECT bytes FROM receipt WHERE hash = ?", arguments: [hash.data])
      }
    }
    return try bytes.map { (bytes) throws(Failure) in try Self.read(bytes, hash) }
  }

  /// Which receipts a list holds.
  public struct Filter: Hashable, Sendable {
    public var kind: Receipt.Kind?
    /// BLAKE3 of the model's main file.
    public var model: Digest?
    public var prover: Ed25519.PublicKey?
    /// In microseconds since 1970.
    public var timeMin: UInt64?

    public init(
      kind: Receipt.Kind? = nil, model: Digest? = nil, prover: Ed25519.PublicKey? = nil,
      timeMin: UInt64? = nil
    ) {
      self.kind = kind
      self.model = model
      self.prover = prover
      self.timeMin = timeMin
    }
  }

  /// A place in the list: the last receipt before it.
  public struct Cursor: Hashable, Sendable {
    public let timeMicroseconds: UInt64
    public let hash: Digest

    public init(timeMicroseconds: UInt64, hash: Digest) {
      self.timeMicroseconds = timeMicroseconds
      self.hash = hash
    }
  }

  /// Receipts from the newest on, at most `limit`, after `cursor`.
  public func list(
    _ filter: Filter = Filter(), after cursor: Cursor? = nil, limit: Int
  ) throws(Failure) -> [SignedReceipt] {
    var conditions: [String] = []
    var arguments: [any DatabaseValueConvertible] = []
    func require(_ condition: String, _ values: (any DatabaseValueConvertible)...) {
      conditions.append(condition)
      arguments += values
    }
    if let kind = filter.kind { require("kind = ?", Int64(kind.rawValue)) }
    if let model = filter.model { require("model = ?", model.data) }
    if let prover = filter.prover { require("prover = ?", Data(prover.bytes)) }
    if let time = filter.timeMin { require("time >= ?", Int64(clamping: time)) }
    if let cursor {
      require(
        "(time, hash) < (?, ?)", Int64(clamping: cursor.timeMicroseconds), cursor.hash.data)
    }
    let text = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    let rows = try perform {
      try database.read { database in
        try Row.fetchAll(
          database,
          sql: "SELECT hash, bytes FROM receipt \(text) ORDER BY time DESC, hash DESC LIMIT ?",
          arguments: StatementArguments(arguments + [max(0, limit)]))
      }
    }
    return try rows.map { (row) throws(Failure) in
      try Self.read(row["bytes"], Digest(data: row["hash"]))
    }
  }

  private static func read(_ bytes: Data, _ hash: Digest?) throws(Failure) -> SignedReceipt {
    guard let hash else { throw .storage("a receipt's hash is not 32 bytes") }
    guard let signed = try? SignedReceipt(bytes: [UInt8](bytes)), signed.hash == hash else {
      throw .damaged(hash)
    }
    return signed
  }

  private func perform<Result>(_ body: () throws -> Result) throws(Failure) -> Result {
    do {
      return try body()
    } catch let failure as Failure {
      throw failure
    } catch {
      throw .storage("\(error)")
    }
  }
}

extension ReceiptStore.Failure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .newerFormat: "a newer version of this software wrote the receipts"
    case .quotaReached(let limit): "\(limit) receipts are the most that one caller may bring"
    case .damaged(let hash): "the stored receipt \(hash) is damaged"
    case .storage(let text): "the receipts cannot be reached: \(text)"
    }
  }
}

extension Digest {
  fileprivate var data: Data { Data((0..<Self.byteCount).map { bytes[$0] }) }

  fileprivate init?(data: Data) {
    guard let digest = try? Digest([UInt8](data)) else { return nil }
    self = digest
  }
}
