internal import Glibc

/// What is done to names: creating, listing, renaming and removing them.
public enum Directory {
  /// Makes a folder that only its owner can read; `false` if it was there already.
  @discardableResult
  public static func create(_ path: String) throws(FileError) -> Bool {
    if unsafe mkdir(path, 0o700) == 0 { return true }
    let code = errno
    guard code == EEXIST, case .folder? = try kind(of: path) else {
      throw FileError(.create, path, code: code)
    }
    return false
  }

  /// The names in a folder, sorted, without `.` and `..`.
  public static func names(in path: String) throws(FileError) -> [String] {
    guard let stream = unsafe opendir(path) else { throw .last(.list, path) }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else { break }
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw .last(.list, path) }
    return names.sorted()
  }

  public enum Kind: Hashable, Sendable {
    case file(sizeBytes: UInt64)
    case folder
    case other
  }

  /// What a name stands for, links not followed; `nil` if there is nothing.
  public static func kind(of path: String) throws(FileError) -> Kind? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else {
      guard errno == ENOENT else { throw .last(.inspect, path) }
      return nil
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file(sizeBytes: UInt64(clamping: status.st_size))
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  /// Makes renames, creations and removals in a folder durable.
  public static func synchronize(_ path: String) throws(FileError) {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last(.open, path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .last(.synchronize, path) }
  }

  public static func rename(_ path: String, to target: String) throws(FileError) {
    guard unsafe Glibc.rename(path, target) == 0 else { throw .last(.rename, path) }
  }

  /// Removes a file; `false` if there was none.
  @discardableResult
  public static func removeFile(_ path: String) throws(FileError) -> Bool {
    guard unsafe unlink(path) != 0 else { return true }
    guard errno == ENOENT else { throw .last(.remove, path) }
    return false
  }
}
