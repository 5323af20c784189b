internal import Net
public import RPC

/// Where a channel's server is, as text: `127.0.0.1:50051`, `example.org:443`, `unix:/run/x.sock`,
/// `dns:host:port`, `ipv4:1.2.3.4:5,1.2.3.4:6`, `ipv6:[::1]:5`, `http://host`, `https://host:port`
/// (grpc/grpc doc/naming.md; the URLs say whether TLS is spoken).
public struct Target: Hashable, Sendable {
  enum Place: Hashable, Sendable {
    case addresses([SocketAddress])
    case name(String, port: UInt16)
  }

  let place: Place
  /// What goes into `:authority`.
  public let authority: String
  /// The name that the server's certificate must be for.
  public let host: String
  /// What the URL says about TLS; nil for other forms.
  public let isEncrypted: Bool?

  public init(_ text: String) throws(RPCError) {
    var rest = text[...]
    var scheme: String?
    for known in ["https://", "http://", "dns:///", "dns:", "ipv4:", "ipv6:", "unix://", "unix:"]
    where rest.hasPrefix(known) {
      rest = rest.dropFirst(known.count)
      scheme = known
      break
    }
    switch scheme {
    case "unix://", "unix:":
      isEncrypted = nil
      authority = "localhost"
      host = "localhost"
      place = .addresses([try Self.address("unix:\(rest)", text)])
    case "ipv4:", "ipv6:":
      isEncrypted = nil
      let addresses = rest.split(separator: ",").map(String.init)
      guard let first = addresses.first else { throw Self.malformed(text) }
      var parsed: [SocketAddress] = []
      for address in addresses { parsed.append(try Self.address(address, text)) }
      place = .addresses(parsed)
      authority = first
      host = Self.split(first)?.host ?? first
    default:
      isEncrypted = scheme == "https://" ? true : scheme == "http://" ? false : nil
      let name = String(rest.prefix { $0 != "/" })
      let defaultPort: UInt16? =
        scheme == "https://" ? 443 : scheme == "http://" ? 80 : nil
      guard let (host, port) = Self.split(name, defaultPort), !host.isEmpty else {
        throw Self.malformed(text)
      }
      self.host = host
      authority = name
      if let address = try? SocketAddress("\(host.contains(":") ? "[\(host)]" : host):\(port)") {
        place = .addresses([address])
      } else {
        place = .name(host, port: port)
      }
    }
  }

  private static func split(
    _ text: String, _ defaultPort: UInt16? = nil
  ) -> (host: String, port: UInt16)? {
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      let host = String(text[text.index(after: text.startIndex)..<end])
      let rest = text[text.index(after: end)...]
      if rest.isEmpty { return defaultPort.map { (host, $0) } }
      return UInt16(rest.dropFirst()).map { (host, $0) }
    }
    guard let colon = text.lastIndex(of: ":") else { return defaultPort.map { (text, $0) } }
    return UInt16(text[text.index(after: colon)...]).map { (String(text[..<colon]), $0) }
  }

  private static func address(
    _ text: String, _ whole: String
  ) throws(RPCError) -> SocketAddress {
    do { return try SocketAddress(text) } catch { throw malformed(whole) }
  }

  private static func malformed(_ text: String) -> RPCError {
    RPCError(
      .invalidArgument,
      "\"\(text)\" names no server: write host:port, unix:/path or https://host")
  }
}
