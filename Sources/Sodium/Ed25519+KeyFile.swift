internal import CSodium
internal import Glibc

extension Ed25519.SecretKey {
  /// Reads a key file. One that anybody but its owner may read or write is refused.
  public init(contentsOf path: String) throws(KeyFileError) {
    let seed = try KeyFile.read(path)
    let key = unsafe Self(
      seed: UnsafeBufferPointer(start: seed.start, count: seed.count).span)
    guard let key else { throw .malformed(path: path) }
    self = key
  }

  /// Writes the key to a new file with mode 0600.
  ///
  /// The file holds one line of ASCII: `gensyn-ed25519-v1:`, the seed (RFC 8032 section 5.1.5) as
  /// 64 lower-case hexadecimal digits, and a newline. It appears complete and on the disk, or not
  /// at all; a file that is there already is left alone.
  public borrowing func write(to path: String) throws(KeyFileError) {
    let temporary = "\(path).\(hexadecimal(randomBytes(8)))"
    let line = unsafe KeyFile.line(seed: memory.start)
    defer { unsafe unlink(temporary) }
    try KeyFile.write(line, to: temporary)
    // A link, since a rename would replace a file that is there.
    guard unsafe link(temporary, path) == 0 else {
      if errno == EEXIST { throw .exists(path: path) }
      throw .system(path: path, call: "link", code: errno)
    }
    try KeyFile.synchronizeDirectory(of: path)
  }
}

/// The form of a key file, and the system calls around it.
private enum KeyFile {
  static let prefix: StaticString = "gensyn-ed25519-v1:"
  static let digitCount = 2 * Ed25519.SecretKey.seedByteCount
  static var lineByteCount: Int { prefix.utf8CodeUnitCount + digitCount + 1 }

  @unsafe
  static func line(seed: UnsafePointer<UInt8>) -> Secret {
    let prefixByteCount = prefix.utf8CodeUnitCount
    return unsafe Secret(count: lineByteCount) { line in
      unsafe line.update(from: prefix.utf8Start, count: prefixByteCount)
      let digits = unsafe UnsafeMutableRawPointer(line + prefixByteCount)
      // Also writes a NUL, where the newline goes.
      unsafe sodium_bin2hex(
        digits.assumingMemoryBound(to: CChar.self), digitCount + 1, seed,
        Ed25519.SecretKey.seedByteCount)
      unsafe line[lineByteCount - 1] = UInt8(ascii: "\n")
    }
  }

  static func write(_ line: borrowing Secret, to path: String) throws(KeyFileError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system(path: path, call: "open", code: errno) }
    defer { close(descriptor) }
    // A umask can take the owner's bits away.
    guard fchmod(descriptor, 0o600) == 0 else {
      throw .system(path: path, call: "fchmod", code: errno)
    }
    let written = unsafe Glibc.write(descriptor, line.start, line.count)
    guard written == line.count else {
      throw .system(path: path, call: "write", code: written < 0 ? errno : ENOSPC)
    }
    guard fsync(descriptor) == 0 else { throw .system(path: path, call: "fsync", code: errno) }
  }

  static func synchronizeDirectory(of path: String) throws(KeyFileError) {
    let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(path: directory, call: "open", code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
      throw .system(path: directory, call: "fsync", code: errno)
    }
  }

  /// The seed in the file at `path`.
  static func read(_ path: String) throws(KeyFileError) -> Secret {
    // Non-blocking, so that a FIFO in the file's place does not hold the caller up.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw .system(path: path, call: "open", code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .system(path: path, call: "fstat", code: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .malformed(path: path) }
    guard status.st_mode & 0o077 == 0 else {
      throw .exposed(path: path, mode: status.st_mode & 0o777)
    }
    guard (lineByteCount - 1...lineByteCount).contains(Int(status.st_size)) else {
      throw .malformed(path: path)
    }
    let line = unsafe try Secret(count: lineByteCount) { (line) throws(KeyFileError) in
      // An editor may have taken the newline away.
      unsafe line[lineByteCount - 1] = UInt8(ascii: "\n")
      let count = unsafe Glibc.read(descriptor, line, lineByteCount)
      guard count >= 0 else { throw .system(path: path, call: "read", code: errno) }
      guard count == Int(status.st_size) else { throw .malformed(path: path) }
    }
    return try seed(in: line, of: path)
  }

  private static func seed(
    in line: borrowing Secret, of path: String
  ) throws(KeyFileError) -> Secret {
    let start = unsafe line.start
    let prefixByteCount = prefix.utf8CodeUnitCount
    guard unsafe memcmp(start, prefix.utf8Start, prefixByteCount) == 0,
      unsafe start[lineByteCount - 1] == UInt8(ascii: "\n")
    else { throw .malformed(path: path) }
    return unsafe try Secret(count: Ed25519.SecretKey.seedByteCount) {
      (seed) throws(KeyFileError) in
      let digits = unsafe UnsafeRawPointer(start + prefixByteCount)
      var count = 0
      let status = unsafe sodium_hex2bin(
        seed, Ed25519.SecretKey.seedByteCount, digits.assumingMemoryBound(to: CChar.self),
        digitCount, nil, &count, nil)
      guard status == 0, count == Ed25519.SecretKey.seedByteCount else {
        throw .malformed(path: path)
      }
    }
  }
}
