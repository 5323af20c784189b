internal import Callers
public import RPC
public import RPCClient
public import Sodium
public import TLS

extension Gensyn {
  /// How a gateway is reached and called.
  public struct Configuration: Sendable {
    /// What is spoken over the connections, and how they are kept.
    public var channel = ChannelConfiguration()
    public var security = Security.byAddress
    /// What calls use where they say nothing else: a timeout, metadata, retries.
    public var defaults = CallOptions()
    /// What stands before every call, such as one that signs it.
    public var interceptors: [any ClientInterceptor] = []

    /// Whether TLS is spoken.
    public enum Security: Sendable {
      /// TLS with the system's roots for `https://`, plain text for everything else.
      case byAddress
      case plaintext
      /// TLS with these roots and this identity; ALPN is chosen to fit the channel.
      case tls(TLS.ClientConfiguration)
    }

    public init() {}

    /// Has every call signed with a key, such as one that `Ed25519.SecretKey(contentsOf:)` reads:
    /// the gateway then knows who calls.
    public mutating func sign(with key: consuming Ed25519.SecretKey) {
      interceptors.append(SigningInterceptor(key))
    }

    func channelConfiguration() throws(RPCError) -> ChannelConfiguration {
      guard case .tls(var tls) = security else { return channel }
      tls.protocols = channel.http == .http2 ? ["h2"] : ["http/1.1"]
      var channel = channel
      do {
        channel.tls = try TLS.Context(client: tls)
      } catch {
        throw RPCError(.invalidArgument, "TLS cannot be set up: \(error)", cause: error)
      }
      return channel
    }
  }
}
