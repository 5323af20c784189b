internal import Glibc
internal import Synchronization

/// Standard output or standard error. What is written is written: nothing waits in a buffer.
public final class OutputStream: Sendable {
  public static let standardOutput = OutputStream(descriptor: 1)
  public static let standardError = OutputStream(descriptor: 2)

  private let descriptor: Int32
  // One writer at a time, so that lines stay whole.
  private let isBusy = Mutex(())

  init(descriptor: Int32) {
    self.descriptor = descriptor
    // A reader that goes away is an error of the write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Whether a person looks at it.
  public var isTerminal: Bool { isatty(descriptor) == 1 }

  /// How many columns the terminal has; 80 where that is not known.
  public var columnCount: Int {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  public func write(_ text: String) throws(ConsoleError) {
    try write(Array(text.utf8).span)
  }

  public func write(_ bytes: Span<UInt8>) throws(ConsoleError) {
    try unsafe write(bytes.bytes)
  }

  public func write(_ bytes: RawSpan) throws(ConsoleError) {
    let descriptor = descriptor
    let code = isBusy.withLock { _ in
      unsafe bytes.withUnsafeBytes { bytes in unsafe Self.writeAll(bytes, to: descriptor) }
    }
    guard let code else { return }
    throw code == EPIPE ? .readerGone : .system(call: "write", code: code)
  }

  /// Returns the error number of what went wrong, if anything did.
  private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
    var done = 0
    while done < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        done += count
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        // Somebody made the pipe or terminal that we share non-blocking.
        var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&poller, 1, -1)
      case let code: return code
      }
    }
    return nil
  }
}
