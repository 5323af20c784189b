internal import Dispatch
internal import Glibc

/// What arrives on standard input, in pieces as it comes. One loop reads it.
public struct StandardInput: AsyncSequence, Sendable {
  public init() {}

  /// Whether a person types it.
  public static var isTerminal: Bool { isatty(0) == 1 }

  public func makeAsyncIterator() -> Iterator {
    Iterator()
  }

  public struct Iterator: AsyncIteratorProtocol {
    // A read may wait for ever: on a thread of its own, none of those that tasks run on.
    private let queue = DispatchQueue(label: "standard input")

    public mutating func next() async throws(ConsoleError) -> [UInt8]? {
      let result = await withCheckedContinuation { continuation in
        queue.async { continuation.resume(returning: readInput()) }
      }
      let bytes = try result.get()
      return bytes.isEmpty ? nil : bytes
    }
  }
}

/// The next bytes, none at the end.
private func readInput() -> Result<[UInt8], ConsoleError> {
  let sizeMax = 64 << 10
  while true {
    var code: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: sizeMax) { buffer, count in
      let status = unsafe read(0, buffer.baseAddress, buffer.count)
      if status < 0 { code = errno }
      count = max(0, status)
    }
    switch code {
    case 0: return .success(bytes)
    case EINTR: continue
    case EAGAIN:
      var poller = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&poller, 1, -1)
    default: return .failure(.system(call: "read", code: code))
    }
  }
}
