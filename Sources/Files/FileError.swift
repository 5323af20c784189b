internal import Glibc

/// A call to the file system that failed: which, where, and the system's error number.
public struct FileError: Error, Hashable, Sendable {
  public enum Operation: String, Sendable {
    case open, read, write, synchronize, truncate, lock, inspect, create, list, rename, remove, map
  }

  public let operation: Operation
  public let path: String
  /// The value of `errno`.
  public let code: Int32

  public init(_ operation: Operation, _ path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// The error that the last system call of this thread left behind.
  static func last(_ operation: Operation, _ path: String) -> FileError {
    FileError(operation, path, code: errno)
  }

  public var isMissing: Bool { code == ENOENT }
  public var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }
}

extension FileError: CustomStringConvertible {
  public var description: String {
    "could not \(operation.rawValue) \(path): \(reason)"
  }

  private var reason: String {
    // `strerror` may share its text between threads.
    var text = [CChar](repeating: 0, count: 256)
    let status = unsafe strerror_r(code, &text, text.count)
    guard status == 0 else { return "error \(code)" }
    let end = text.firstIndex(of: 0) ?? text.endIndex
    return String(decoding: text[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
