internal import Glibc

/// Where certificates or a key come from, in PEM form.
public enum PEM: Hashable, Sendable, CustomStringConvertible {
  case file(String)
  case bytes([UInt8])

  /// The place, never the content: it may be a key.
  public var description: String {
    switch self {
    case .file(let path): path
    case .bytes(let bytes): "\(bytes.count) bytes of PEM"
    }
  }

  var path: String? {
    switch self {
    case .file(let path): path
    case .bytes: nil
    }
  }

  /// No certificate bundle comes near it; the limit keeps a wrong path from filling the memory.
  static let byteCountMax = 16 << 20

  /// Lets `body` read the text; what was read from a file is wiped afterwards.
  func withText<R: ~Copyable>(
    _ body: (RawSpan) throws(ContextError) -> R
  ) throws(ContextError) -> R {
    switch self {
    case .bytes(let bytes):
      return unsafe try body(bytes.span.bytes)
    case .file(let path):
      var text = try Self.read(path)
      defer {
        unsafe text.withUnsafeMutableBytes { text in
          if let start = text.baseAddress { unsafe explicit_bzero(start, text.count) }
        }
      }
      return unsafe try body(text.span.bytes)
    }
  }

  private static func read(_ path: String) throws(ContextError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw .unreadable(path: path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .unreadable(path: path, code: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(path: path, code: EINVAL) }
    guard status.st_size <= Self.byteCountMax else { throw .unreadable(path: path, code: EFBIG) }
    var failure: Int32 = 0
    let text = unsafe [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
      while count < buffer.count {
        let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[count...])
        let got = unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        count += got
      }
    }
    guard failure == 0 else { throw .unreadable(path: path, code: failure) }
    return text
  }
}
