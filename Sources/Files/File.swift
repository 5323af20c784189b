internal import Glibc

/// An open file, closed when its owner lets go of it.
///
/// Reads and writes name their offset, so several threads may use one file. A symbolic link at the
/// end of a path is refused unless it is asked for: a state directory holds none.
public struct File: ~Copyable, Sendable {
  public enum Access: Sendable {
    case read
    case readWrite
    /// Creates the file or empties the one that is there.
    case replace
  }

  public let path: String
  let descriptor: Int32

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - followsLinks: Whether the path may end in a symbolic link, as people's own files do.
  ///   - permissions: Those of a file that is created, before the process's mask.
  public init(
    _ path: String, _ access: Access, followsLinks: Bool = false, permissions: UInt32 = 0o600
  ) throws(FileError) {
    let flags =
      switch access {
      case .read: O_RDONLY
      case .readWrite: O_RDWR | O_CREAT
      case .replace: O_RDWR | O_CREAT | O_TRUNC
      }
    var descriptor: Int32
    repeat {
      descriptor = unsafe open(
        path, flags | O_CLOEXEC | (followsLinks ? 0 : O_NOFOLLOW), permissions)
    } while descriptor < 0 && errno == EINTR
    guard descriptor >= 0 else { throw .last(.open, path) }
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  public func sizeBytes() throws(FileError) -> UInt64 {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw .last(.inspect, path) }
    return UInt64(clamping: status.st_size)
  }

  /// Fills `bytes` from `offset` on, and returns how many there were before the file's end.
  ///
  /// Past `countMax` bytes, the rest of `bytes` is left alone.
  public func read(
    at offset: UInt64, into bytes: inout MutableRawSpan, countMax: Int = .max
  ) throws(FileError) -> Int {
    let path = path
    let descriptor = descriptor
    return try unsafe bytes.withUnsafeMutableBytes { (target) throws(FileError) in
      let wanted = min(target.count, countMax)
      var done = 0
      while done < wanted {
        let count = unsafe pread(
          descriptor, target.baseAddress.unsafelyUnwrapped + done, wanted - done,
          Self.position(offset, done))
        if count < 0 {
          guard errno == EINTR else { throw .last(.read, path) }
          continue
        }
        guard count > 0 else { break }
        done += count
      }
      return done
    }
  }

  /// Fills `bytes` from `offset` on, and returns how many there were before the file's end.
  public func read(at offset: UInt64, into bytes: inout [UInt8]) throws(FileError) -> Int {
    var elements = bytes.mutableSpan
    var span = unsafe elements.mutableBytes
    return try read(at: offset, into: &span)
  }

  /// Writes all of `bytes` at `offset`.
  public func write(_ bytes: RawSpan, at offset: UInt64) throws(FileError) {
    let path = path
    let descriptor = descriptor
    try unsafe bytes.withUnsafeBytes { (source) throws(FileError) in
      var done = 0
      while done < source.count {
        let count = unsafe pwrite(
          descriptor, source.baseAddress.unsafelyUnwrapped + done, source.count - done,
          Self.position(offset, done))
        if count < 0 {
          guard errno == EINTR else { throw .last(.write, path) }
          continue
        }
        done += count
      }
    }
  }

  public func write(_ bytes: [UInt8], at offset: UInt64) throws(FileError) {
    try write(unsafe bytes.span.bytes, at: offset)
  }

  /// Writes whole words at `offset`, each as its eight bytes, the lowest first.
  public func write(littleEndian words: [UInt64], at offset: UInt64) throws(FileError) {
    try write(unsafe words.span.bytes, at: offset)
  }

  /// Fills `words` from `offset` on, and returns how many bytes there were before the file's end.
  public func read(
    at offset: UInt64, intoLittleEndian words: inout [UInt64]
  ) throws(FileError) -> Int {
    var elements = words.mutableSpan
    var span = unsafe elements.mutableBytes
    return try read(at: offset, into: &span)
  }

  public func truncate(to sizeBytes: UInt64) throws(FileError) {
    guard ftruncate(descriptor, off_t(clamping: sizeBytes)) == 0 else {
      throw .last(.truncate, path)
    }
  }

  /// Returns when the bytes, and the size that is needed to find them, are on the disk.
  public func synchronizeData() throws(FileError) {
    guard fdatasync(descriptor) == 0 else { throw .last(.synchronize, path) }
  }

  public func synchronize() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw .last(.synchronize, path) }
  }

  /// Takes the file's lock until the file is closed; `false` if somebody else has it.
  public func lock() throws(FileError) -> Bool {
    guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return true }
    guard errno == EWOULDBLOCK else { throw .last(.lock, path) }
    return false
  }

  /// Offsets past what the system can name become its largest one, where it reports an error.
  private static func position(_ offset: UInt64, _ done: Int) -> off_t {
    let (position, overflow) = offset.addingReportingOverflow(UInt64(done))
    return overflow ? .max : off_t(clamping: position)
  }
}

// MARK: - Whole files

extension File {
  /// All bytes of a file, or `nil` if there is none; more than `sizeMax` of them are cut off.
  public static func contents(of path: String, sizeMax: Int) throws(FileError) -> [UInt8]? {
    do {
      let file = try File(path, .read)
      let count = Int(min(try file.sizeBytes(), UInt64(sizeMax)))
      var bytes = [UInt8](repeating: 0, count: count)
      let read = try file.read(at: 0, into: &bytes)
      bytes.removeLast(count - read)
      return bytes
    } catch {
      guard error.isMissing else { throw error }
      return nil
    }
  }

  /// What ``replace(_:with:)`` adds to a name while the new file is not whole.
  public static let unfinishedSuffix = ".new"

  /// Puts `bytes` in the place of `path`, all of them or none, and durably once the folder is
  /// synchronized.
  public static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
    let unfinished = path + unfinishedSuffix
    let file = try File(unfinished, .replace)
    try unsafe file.write(bytes.span.bytes, at: 0)
    try file.synchronize()
    try Directory.rename(unfinished, to: path)
  }
}
