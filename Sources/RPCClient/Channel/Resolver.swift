internal import Glibc
internal import Net
internal import RPC

/// Turns host names into addresses with the system's resolver, which blocks: never on a loop.
enum Resolver {
  @concurrent
  static func addresses(of host: String, port: UInt16) async throws(RPCError) -> [SocketAddress] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_family = AF_UNSPEC
    unsafe hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    let status = unsafe getaddrinfo(host, String(port), &hints, &list)
    defer { unsafe freeaddrinfo(list) }
    guard status == 0 else {
      let reason = unsafe String(cString: gai_strerror(status))
      throw RPCError(.unavailable, "the name \(host) cannot be resolved: \(reason)")
    }
    var addresses: [SocketAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
      if let address = unsafe SocketAddress(entry.pointee.ai_addr, entry.pointee.ai_addrlen),
        !addresses.contains(address)
      {
        addresses.append(address)
      }
      unsafe next = unsafe entry.pointee.ai_next
    }
    guard !addresses.isEmpty else {
      throw RPCError(.unavailable, "the name \(host) has no addresses")
    }
    return addresses
  }
}
