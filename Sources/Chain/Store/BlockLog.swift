internal import Files
internal import Primitives
internal import Synchronization

/// The chain's blocks one after the other, in files that only grow: what was appended is there after the
/// process was killed.
///
/// A file is a header of ``headerBytes`` and records: four bytes of length, eight of a checksum (of the
/// record's BLAKE3 hash), then the record. What a kill or a loss of power left half written at the very
/// end is cut off on start; anything else that is not as it was written is damage.
final class BlockLog: Sendable {
  struct Place: Hashable, Sendable {
    var segment: UInt32
    /// Of the record's frame.
    var offset: UInt64
    /// Bytes of the record.
    var count: UInt32

    /// The first byte after the record.
    var end: UInt64 { offset + UInt64(BlockLog.frameBytes) + UInt64(count) }
  }

  /// Of the files. A program refuses what a later one wrote.
  static let format: UInt64 = 1
  static let recordMax = 256 << 20
  private static let magic = Array("GNSNBLK\n".utf8)
  static let headerBytes = 16
  static let frameBytes = 12

  private struct State {
    var segment: UInt32
    var end: UInt64
    var first: UInt32
  }

  let folder: String
  private let segmentBytesMax: UInt64
  private let state: Mutex<State>
  private let tail: Mutex<File>

  /// Opens the files of a folder. A file that has grown past `segmentBytesMax` gets a successor.
  init(
    _ folder: String, segmentBytesMax: UInt64 = 16 << 20
  ) throws(StoreFailure) {
    self.folder = folder
    self.segmentBytesMax = segmentBytesMax
    do throws(FileError) {
      let names = try Directory.names(in: folder)
      let segments = names.compactMap(Self.segment).sorted()
      let last = segments.last ?? 1
      let file = try File(Self.path(folder, last), .readWrite)
      var size = try file.sizeBytes()
      if size < UInt64(Self.headerBytes) {
        try file.truncate(to: 0)
        let header = Self.magic + Keys.bigEndian(Self.format)
        try unsafe file.write(header.span.bytes, at: 0)
        size = UInt64(Self.headerBytes)
      }
      state = Mutex(State(segment: last, end: size, first: segments.first ?? last))
      tail = Mutex(file)
    } catch {
      throw .system(error.description)
    }
    for segment in state.withLock({ $0.first...$0.segment }) { try checkHeader(segment) }
  }

  private static func path(_ folder: String, _ segment: UInt32) -> String {
    let digits = String(segment)
    return "\(folder)/blocks-\(String(repeating: "0", count: max(8 - digits.count, 0)))\(digits)"
  }

  private static func segment(_ name: String) -> UInt32? {
    name.hasPrefix("blocks-") ? UInt32(name.dropFirst(7)) : nil
  }

  func path(_ segment: UInt32) -> String { Self.path(folder, segment) }

  private func checkHeader(_ segment: UInt32) throws(StoreFailure) {
    let header = try bytes(segment, at: 0, count: Self.headerBytes)
    guard header.count == Self.headerBytes, header.starts(with: Self.magic) else {
      throw .damaged(file: path(segment), offset: 0, reason: "not a file of blocks")
    }
    let format = Keys.read(header, at: 8)
    guard format <= Self.format else {
      throw .newerFormat(file: path(segment), found: format, supported: Self.format)
    }
  }

  private func bytes(
    _ segment: UInt32, at offset: UInt64, count: Int
  ) throws(StoreFailure) -> [UInt8] {
    do throws(FileError) {
      let file = try File(path(segment), .read)
      var bytes = [UInt8](repeating: 0, count: count)
      let read = try file.read(at: offset, into: &bytes)
      bytes.removeLast(count - read)
      return bytes
    } catch {
      throw error.isMissing
        ? .damaged(file: path(segment), offset: 0, reason: "the file is missing")
        : .system(error.description)
    }
  }

  // MARK: Writing

  /// Where the next record goes.
  var end: Place {
    state.withLock { Place(segment: $0.segment, offset: $0.end, count: 0) }
  }

  /// Appends a record. It is in the system's hands when this returns, and on the disk if `isDurable`.
  func append(_ record: [UInt8], isDurable: Bool) throws(StoreFailure) -> Place {
    guard record.count <= Self.recordMax else { throw .system("a block is too large to be stored") }
    do throws(FileError) {
      return try tail.withLock { file throws(FileError) in
        var (segment, end) = state.withLock { ($0.segment, $0.end) }
        if end > segmentBytesMax {
          try file.synchronize()
          segment += 1
          file = try File(path(segment), .replace)
          let header = Self.magic + Keys.bigEndian(Self.format)
          try unsafe file.write(header.span.bytes, at: 0)
          try Directory.synchronize(folder)
          end = UInt64(Self.headerBytes)
        }
        let place = Place(segment: segment, offset: end, count: UInt32(record.count))
        let frame = Self.frame(record)
        try unsafe file.write(frame.span.bytes, at: end)
        if isDurable { try file.synchronizeData() }
        state.withLock {
          $0.segment = segment
          $0.end = place.end
        }
        return place
      }
    } catch {
      throw .system(error.description)
    }
  }

  func synchronize() throws(StoreFailure) {
    do throws(FileError) {
      try tail.withLock { file throws(FileError) in try file.synchronizeData() }
    } catch {
      throw .system(error.description)
    }
  }

  private static func frame(_ record: [UInt8]) -> [UInt8] {
    var frame: [UInt8] = []
    frame.reserveCapacity(record.count + frameBytes)
    let count = UInt32(record.count)
    for shift in [24, 16, 8, 0] { frame.append(UInt8(truncatingIfNeeded: count >> UInt32(shift))) }
    Keys.append(checksum(record), to: &frame)
    frame += record
    return frame
  }

  private static func checksum(_ record: [UInt8]) -> UInt64 {
    Keys.read(BLAKE3.hash(record).array, at: 0)
  }

  // MARK: Reading

  func record(at place: Place) throws(StoreFailure) -> [UInt8] {
    let frame = try bytes(
      place.segment, at: place.offset, count: Self.frameBytes + Int(place.count))
    guard let record = Self.open(frame) else {
      throw .damaged(
        file: path(place.segment), offset: place.offset, reason: "a block's checksum is wrong")
    }
    return record
  }

  private static func open(_ frame: [UInt8]) -> [UInt8]? {
    guard frame.count >= frameBytes else { return nil }
    let record = Array(frame[frameBytes...])
    let count = frame[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard UInt32(record.count) == count, Keys.read(frame, at: 4) == checksum(record) else {
      return nil
    }
    return record
  }

  /// Calls `body` with each record from a place on, and cuts off what is half written at the end.
  func replay(
    from start: Place, _ body: (Place, [UInt8]) throws(StoreFailure) -> Void
  ) throws(StoreFailure) {
    var (segment, offset) = (start.segment, start.offset)
    while true {
      let last = state.withLock { $0.segment }
      let frame = try bytes(segment, at: offset, count: Self.frameBytes)
      if frame.isEmpty {
        guard segment < last else { return }
        segment += 1
        offset = UInt64(Self.headerBytes)
        continue
      }
      let count =
        frame.count == Self.frameBytes
        ? frame[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } : .max
      let place = Place(segment: segment, offset: offset, count: count)
      let size = try sizeBytes(segment)
      if count > Self.recordMax || place.end > size {
        guard segment == last else {
          throw .damaged(file: path(segment), offset: offset, reason: "a block is cut off")
        }
        return try cut(at: offset)
      }
      do throws(StoreFailure) {
        try body(place, try record(at: place))
      } catch {
        if case .damaged(path(segment), offset, _) = error, segment == last, place.end == size {
          return try cut(at: offset)
        }
        throw error
      }
      offset = place.end
    }
  }

  private func sizeBytes(_ segment: UInt32) throws(StoreFailure) -> UInt64 {
    do throws(FileError) {
      return try File(path(segment), .read).sizeBytes()
    } catch {
      throw .system(error.description)
    }
  }

  private func cut(at offset: UInt64) throws(StoreFailure) {
    do throws(FileError) {
      try tail.withLock { file throws(FileError) in
        try file.truncate(to: offset)
        try file.synchronize()
      }
    } catch {
      throw .system(error.description)
    }
    state.withLock { $0.end = offset }
  }

  /// Removes files all records of which come before one.
  func removeSegments(before segment: UInt32) throws(StoreFailure) {
    let first = state.withLock { $0.first }
    guard first < segment else { return }
    for old in first..<min(segment, end.segment) {
      do throws(FileError) {
        _ = try Directory.removeFile(path(old))
      } catch {
        throw .system(error.description)
      }
      state.withLock { $0.first = old + 1 }
    }
  }
}
