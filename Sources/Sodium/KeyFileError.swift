internal import Glibc

/// Why a key file was not read or written.
public enum KeyFileError: Error, Hashable, Sendable {
  /// A system call failed; `code` is the value of `errno`.
  case system(path: String, call: String, code: Int32)
  /// There is a file already, and keys are never overwritten.
  case exists(path: String)
  /// Others than the owner may read or write the file; `mode` is its permission bits.
  case exposed(path: String, mode: UInt32)
  /// The file does not hold one line of the form that ``Ed25519/SecretKey/write(to:)`` describes.
  case malformed(path: String)
}

extension KeyFileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let path, let call, let code):
      "\(path): \(call): \(unsafe strerror(code).map { unsafe String(cString: $0) } ?? "\(code)")"
    case .exists(let path):
      "\(path) exists already: a key is never overwritten, move the old file away first"
    case .exposed(let path, let mode):
      "\(path) has mode 0\(String(mode, radix: 8)), so others can reach the key: chmod 600 it, and "
        + "replace the key if somebody may have read it"
    case .malformed(let path):
      "\(path) is no key file: expected one line, gensyn-ed25519-v1: and 64 hexadecimal digits"
    }
  }
}
