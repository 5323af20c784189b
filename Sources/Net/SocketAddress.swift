public import CSystem
internal import Glibc

/// Where a socket listens or connects: `127.0.0.1:50051`, `[::1]:50051` or `unix:/path`.
public enum SocketAddress: Hashable, Sendable {
  /// A numeric IPv4 or IPv6 address and a port.
  case ip(String, port: UInt16)
  case unix(String)

  /// Reads the written form. Names are not resolved here.
  public init(_ text: String) throws(Malformed) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      guard !path.isEmpty, path.utf8.count < Self.unixPathMax else { throw Malformed(text: text) }
      self = .unix(path)
      return
    }
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { throw Malformed(text: text) }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    if host == "localhost" { host = "127.0.0.1" }
    self = .ip(host, port: port)
    guard isNumeric else { throw Malformed(text: text) }
  }

  /// Text that names no address.
  public struct Malformed: Error, Hashable, CustomStringConvertible {
    public let text: String

    public var description: String {
      "\"\(text)\" is not an address: write 127.0.0.1:50051, [::1]:50051 or unix:/path"
    }
  }

  /// `sun_path` holds 108 bytes, the final zero included.
  private static let unixPathMax = 108
}

extension SocketAddress: CustomStringConvertible {
  public var description: String {
    switch self {
    case .ip(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }
}

extension SocketAddress {
  private var isNumeric: Bool {
    guard case .ip(let host, _) = self else { return true }
    var address = in6_addr()
    return unsafe inet_pton(host.contains(":") ? AF_INET6 : AF_INET, host, &address) == 1
  }

  var family: Int32 {
    switch self {
    case .ip(let host, _): host.contains(":") ? AF_INET6 : AF_INET
    case .unix: AF_UNIX
    }
  }

  /// Hands the C form to `body`.
  func withCAddress<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    var storage = sockaddr_storage()
    return unsafe withUnsafeMutablePointer(to: &storage) { storage in
      let raw = UnsafeMutableRawPointer(storage)
      let length: socklen_t
      switch self {
      case .ip(let host, let port) where host.contains(":"):
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        _ = unsafe inet_pton(AF_INET6, host, &address.sin6_addr)
        unsafe raw.storeBytes(of: address, as: sockaddr_in6.self)
        length = socklen_t(MemoryLayout<sockaddr_in6>.size)
      case .ip(let host, let port):
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        _ = unsafe inet_pton(AF_INET, host, &address.sin_addr)
        unsafe raw.storeBytes(of: address, as: sockaddr_in.self)
        length = socklen_t(MemoryLayout<sockaddr_in>.size)
      case .unix(let path):
        unsafe raw.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
        let bytes = Array(path.utf8.prefix(Self.unixPathMax - 1))
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        unsafe (raw + offset).copyMemory(from: bytes, byteCount: bytes.count)
        length = socklen_t(offset + bytes.count + 1)
      }
      return unsafe body(raw.assumingMemoryBound(to: sockaddr.self), length)
    }
  }

  /// Reads the C form; nil for other families than IPv4, IPv6 and unix.
  @unsafe
  public init?(_ address: UnsafePointer<sockaddr>?, _ length: socklen_t) {
    guard let address = unsafe address, Int(length) <= MemoryLayout<sockaddr_storage>.size else {
      return nil
    }
    var storage = sockaddr_storage()
    unsafe withUnsafeMutableBytes(of: &storage) { target in
      unsafe target.copyMemory(
        from: UnsafeRawBufferPointer(start: address, count: Int(length)))
    }
    guard [AF_INET, AF_INET6, AF_UNIX].contains(Int32(storage.ss_family)) else { return nil }
    self.init(storage)
  }

  init(_ storage: sockaddr_storage) {
    var storage = storage
    self = unsafe withUnsafePointer(to: &storage) { storage in
      let raw = unsafe UnsafeRawPointer(storage)
      switch unsafe Int32(storage.pointee.ss_family) {
      case AF_INET:
        var address = unsafe raw.load(as: sockaddr_in.self)
        return unsafe .ip(
          Self.text(AF_INET, &address.sin_addr), port: UInt16(bigEndian: address.sin_port))
      case AF_INET6:
        var address = unsafe raw.load(as: sockaddr_in6.self)
        return unsafe .ip(
          Self.text(AF_INET6, &address.sin6_addr), port: UInt16(bigEndian: address.sin6_port))
      default:
        let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        return unsafe .unix(String(cString: (raw + offset).assumingMemoryBound(to: CChar.self)))
      }
    }
  }

  private static func text(_ family: Int32, _ address: UnsafeRawPointer) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) {
      buffer in
      guard
        let text = unsafe inet_ntop(
          family, address, buffer.baseAddress, socklen_t(INET6_ADDRSTRLEN))
      else { return "?" }
      return unsafe String(cString: text)
    }
  }
}
