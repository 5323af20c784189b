internal import Files
internal import Foundation
public import Primitives

/// Everything that went into the market, in a file: each entry is on the disk before anybody hears of
/// it, and chained to those before it by its hash.
///
/// A line each: the hash, a space, the entry as JSON. Whoever replays the entries comes to the same
/// state.
public final class MarketLog {
  public struct Entry: Hashable, Sendable, Codable {
    /// From 1 without gaps.
    public let sequence: UInt64
    public let time: UnixTime
    public let input: MarketInput
  }

  /// Why a log cannot be opened or written.
  public enum Failure: Error {
    /// A newer version of this software wrote it.
    case newerFormat
    /// Something within it is not what was written.
    case damaged(sequence: UInt64)
    /// Another process has it.
    case inUse
    case storage(String)
  }

  private static let header = Array("gensyn market log 1\n".utf8)
  /// Bytes of a line.
  private static let lineMax = 8 << 20
  private static let digitCount = 2 * Digest.byteCount

  private let file: File
  private var sizeBytes: UInt64
  public private(set) var sequence: UInt64 = 0
  /// Chains the entries up to the newest one.
  public private(set) var hash = BLAKE3.hash(MarketLog.header)

  /// Opens a log and hands over its entries, oldest first. What a crash cut off at its end, which
  /// nobody was told of, is cut away.
  public convenience init(_ path: String, replay: (Entry, Digest) throws -> Void) throws {
    self.init(try Self.open(path))
    do {
      let length = try file.sizeBytes()
      try read(upTo: length, replay)
      if sizeBytes < length { try file.truncate(to: sizeBytes) }
    } catch let error as FileError {
      throw Failure.storage("\(error)")
    }
  }

  private init(_ file: consuming File) {
    self.file = file
    sizeBytes = UInt64(Self.header.count)
  }

  /// The locked file with its header.
  private static func open(_ path: String) throws(Failure) -> File {
    do {
      let file = try File(path, .readWrite)
      guard try file.lock() else { throw Failure.inUse }
      var found = header
      if try file.sizeBytes() < UInt64(header.count) {
        try file.truncate(to: 0)
        try file.write(header, at: 0)
        try file.synchronize()
      } else {
        _ = try file.read(at: 0, into: &found)
      }
      guard found == header else { throw Failure.newerFormat }
      return file
    } catch let failure as Failure {
      throw failure
    } catch {
      throw .storage("\(error)")
    }
  }

  private func read(
    upTo length: UInt64, _ replay: (Entry, Digest) throws -> Void
  ) throws {
    var offset = sizeBytes
    var pending: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while offset < length {
      let count = try file.read(at: offset, into: &piece)
      guard count > 0 else { break }
      offset += UInt64(count)
      pending += piece[..<count]
      while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let isLast = offset == length && end == pending.count - 1
        guard let (entry, hash) = Self.parse(pending[..<end], after: hash),
          entry.sequence == sequence + 1
        else {
          // A whole line that is wrong was whole once, unless it is the last thing there.
          guard isLast else { throw Failure.damaged(sequence: sequence + 1) }
          return
        }
        try replay(entry, hash)
        sequence = entry.sequence
        self.hash = hash
        sizeBytes += UInt64(end + 1)
        pending.removeSubrange(...end)
      }
      guard pending.count <= Self.lineMax else { throw Failure.damaged(sequence: sequence + 1) }
    }
  }

  private static func parse(
    _ line: ArraySlice<UInt8>, after previous: Digest
  ) -> (Entry, Digest)? {
    guard line.count > digitCount + 1 else { return nil }
    let digits = String(decoding: line.prefix(digitCount), as: UTF8.self)
    let json = Array(line.dropFirst(digitCount + 1))
    guard let hash = try? Digest(hex: digits), hash == chained(previous, json),
      let entry = try? JSONDecoder().decode(Entry.self, from: Data(json))
    else { return nil }
    return (entry, hash)
  }

  private static func chained(_ previous: Digest, _ json: [UInt8]) -> Digest {
    BLAKE3.hash(previous.array + json)
  }

  /// Writes an input; it is on the disk when this returns.
  public func append(_ input: MarketInput, at time: UnixTime) throws(Failure) {
    do {
      let entry = Entry(sequence: sequence + 1, time: time, input: input)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let json = Array(try encoder.encode(entry))
      let next = Self.chained(hash, json)
      let line = Array("\(next) ".utf8) + json + [UInt8(ascii: "\n")]
      guard line.count <= Self.lineMax else { throw Failure.storage("an entry is too long") }
      try file.write(line, at: sizeBytes)
      try file.synchronizeData()
      sizeBytes += UInt64(line.count)
      sequence = entry.sequence
      hash = next
    } catch let failure as Failure {
      throw failure
    } catch {
      throw .storage("\(error)")
    }
  }
}
