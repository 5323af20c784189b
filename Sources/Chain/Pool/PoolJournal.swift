internal import Files
internal import Primitives
internal import Synchronization

/// This node's own users' transactions that wait for a block, in a file, so that a restart does not lose
/// them. Each has four bytes of length before it.
final class PoolJournal: Sendable {
  private static let sizeMax = 64 << 20

  private let path: String
  private let file: Mutex<File>
  private let end: Mutex<UInt64>

  /// Opens or makes the file; what was in it is in ``read()`` until something is written.
  init(_ folder: String) throws(StoreFailure) {
    path = "\(folder)/pool"
    do throws(FileError) {
      let file = try File(path, .readWrite)
      end = Mutex(try file.sizeBytes())
      self.file = Mutex(file)
    } catch {
      throw .system(error.description)
    }
  }

  /// The transactions, up to the first that is not whole.
  func read() throws(StoreFailure) -> [[UInt8]] {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try File.contents(of: path, sizeMax: Self.sizeMax) ?? []
    } catch {
      throw .system(error.description)
    }
    var found: [[UInt8]] = []
    var position = 0
    while position + 4 <= bytes.count {
      let count = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      guard position + 4 + count <= bytes.count else { break }
      found.append(Array(bytes[position + 4..<position + 4 + count]))
      position += 4 + count
    }
    return found
  }

  func append(_ transaction: [UInt8]) throws(StoreFailure) {
    let record = Self.record(transaction)
    do throws(FileError) {
      try file.withLock { file throws(FileError) in
        let start = end.withLock { end in
          defer { end += UInt64(record.count) }
          return end
        }
        try unsafe file.write(record.span.bytes, at: start)
      }
    } catch {
      throw .system(error.description)
    }
  }

  /// Puts what still waits in the place of everything.
  func replace(with transactions: [[UInt8]]) throws(StoreFailure) {
    let bytes = transactions.flatMap(Self.record)
    do throws(FileError) {
      try file.withLock { file throws(FileError) in
        try File.replace(path, with: bytes)
        file = try File(path, .readWrite)
        end.withLock { $0 = UInt64(bytes.count) }
      }
    } catch {
      throw .system(error.description)
    }
  }

  private static func record(_ transaction: [UInt8]) -> [UInt8] {
    let count = UInt32(clamping: transaction.count)
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> UInt32($0)) } + transaction
  }
}
