internal import CSystem
internal import Glibc

/// An open socket, non-blocking; closed when its owner lets go of it.
@safe
public struct Socket: ~Copyable, Sendable {
  public let descriptor: Int32

  private init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// A stream socket that listens. A stale unix socket file of a dead server is replaced.
  public static func listening(
    at address: SocketAddress, backlog: Int32 = 1024
  ) throws(SystemError) -> Socket {
    let socket = try make(address)
    if case .unix(let path) = address {
      try removeStale(path, address)
    } else {
      socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
    }
    try SystemError.check(
      "bind \(address)", unsafe address.withCAddress { unsafe bind(socket.descriptor, $0, $1) })
    try SystemError.check("listen", listen(socket.descriptor, backlog))
    return socket
  }

  /// A stream socket whose connection is under way: it becomes writable when it is done.
  public static func connecting(to address: SocketAddress) throws(SystemError) -> Socket {
    let socket = try make(address)
    if case .ip = address { socket.set(Int32(IPPROTO_TCP), TCP_NODELAY, 1) }
    let status = unsafe address.withCAddress { unsafe connect(socket.descriptor, $0, $1) }
    guard status == 0 || errno == EINPROGRESS else {
      throw SystemError(call: "connect \(address)", code: errno)
    }
    return socket
  }

  /// The next connection that waits at this listener; nil when none does.
  public borrowing func accept() throws(SystemError) -> Accepted? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let accepted = unsafe csystem_accept(descriptor, &storage, &length)
    guard accepted >= 0 else {
      switch errno {
      case EAGAIN, EINTR, ECONNABORTED: return nil
      default: throw SystemError(call: "accept", code: errno)
      }
    }
    let socket = Socket(descriptor: accepted)
    let address = SocketAddress(storage)
    if case .ip = address { socket.set(Int32(IPPROTO_TCP), TCP_NODELAY, 1) }
    return Accepted(socket: socket, address: address)
  }

  /// The address that the socket is bound to, with the real port.
  public var localAddress: SocketAddress {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    _ = unsafe withUnsafeMutablePointer(to: &storage) { storage in
      unsafe getsockname(
        descriptor, UnsafeMutableRawPointer(storage).assumingMemoryBound(to: sockaddr.self),
        &length)
    }
    return SocketAddress(storage)
  }

  /// The error of a connection attempt, 0 when it succeeded.
  public var pendingError: Int32 {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &value, &length)
    return value
  }

  /// Process, user and group at the other end of a unix socket.
  public var peerCredentials: (processID: Int32, userID: UInt32, groupID: UInt32)? {
    var credentials: (Int32, UInt32, UInt32) = (0, 0, 0)
    let status = unsafe csystem_peer_credentials(
      descriptor, &credentials.0, &credentials.1, &credentials.2)
    return status == 0 ? credentials : nil
  }

  /// How many descriptors the process may have open.
  public static var descriptorsMax: Int {
    var limit = rlimit()
    let status = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return status == 0 ? Int(clamping: limit.rlim_cur) : 1024
  }

  /// Ends both directions; the descriptor lives on until its owner goes.
  public borrowing func shutdown() {
    _ = Glibc.shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// Ends what is sent; the peer reads to the end of it.
  public borrowing func shutdownOutput() {
    _ = Glibc.shutdown(descriptor, Int32(SHUT_WR))
  }

  private func set(_ level: Int32, _ option: Int32, _ value: Int32) {
    var value = value
    unsafe setsockopt(
      descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func make(_ address: SocketAddress) throws(SystemError) -> Socket {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    return Socket(
      descriptor: try SystemError.check("socket", socket(address.family, type, 0)))
  }

  private static func removeStale(
    _ path: String, _ address: SocketAddress
  ) throws(SystemError) {
    guard unsafe access(path, F_OK) == 0 else { return }
    let probe = try make(address)
    let status = unsafe address.withCAddress { unsafe connect(probe.descriptor, $0, $1) }
    guard status != 0, errno == ECONNREFUSED else {
      throw SystemError(call: "bind \(address)", code: EADDRINUSE)
    }
    unsafe unlink(path)
  }
}

/// A connection that a listener took, and where it comes from.
public struct Accepted: ~Copyable {
  public let socket: Socket
  public let address: SocketAddress

  /// Gives the socket to its new owner.
  public consuming func takeSocket() -> Socket { socket }
}

/// What a read or write on a non-blocking socket came to.
public enum Transfer: Hashable, Sendable {
  case bytes(Int)
  case wouldBlock
  /// The peer has closed its side.
  case ended
  case failed(Int32)
}

extension Socket {
  @unsafe
  public borrowing func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    while true {
      let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count > 0 { return .bytes(count) }
      if count == 0 { return .ended }
      if errno == EINTR { continue }
      return errno == EAGAIN ? .wouldBlock : .failed(errno)
    }
  }

  public borrowing func write(_ bytes: RawSpan) -> Transfer {
    while true {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe send(
          descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
      }
      if count >= 0 { return .bytes(count) }
      if errno == EINTR { continue }
      return errno == EAGAIN ? .wouldBlock : .failed(errno)
    }
  }
}
