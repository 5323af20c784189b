internal import Glibc

/// Why a standard stream cannot be read or written.
public enum ConsoleError: Error, Hashable, Sendable {
  /// Whoever read what was written has gone: no mistake of anyone.
  case readerGone
  /// A system call failed; `code` is the value of `errno`.
  case system(call: String, code: Int32)
}

extension ConsoleError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .readerGone: "the reader of the output has gone"
    case .system(let call, let code):
      "\(call): \(unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)")"
    }
  }
}
