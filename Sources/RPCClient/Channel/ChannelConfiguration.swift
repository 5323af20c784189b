public import TLS

/// How a channel connects and what it speaks.
public struct ChannelConfiguration: Sendable {
  /// Which of the server's protocols is spoken.
  public enum WireFormat: Hashable, Sendable {
    case grpc, grpcWeb, grpcWebText, connect
  }

  public enum HTTP: Hashable, Sendable {
    case http1, http2
  }

  public enum LoadBalancing: Hashable, Sendable {
    /// Every call goes to the first address that answers.
    case pickFirst
    /// Calls take turns over all addresses that answer.
    case roundRobin
  }

  public var wire = WireFormat.grpc
  public var http = HTTP.http2
  public var loadBalancing = LoadBalancing.pickFirst
  /// TLS towards the server; nil speaks in the clear.
  public var tls: TLS.Context?
  /// The name for SNI and certificate, where it is not the target's host.
  public var serverName: String?
  /// What `:authority` says, where it is not what the target does.
  public var authority: String?
  public var userAgent = "gensyn-swift"
  /// How long one attempt to connect may take.
  public var connectTimeout: Duration = .seconds(20)
  /// How often a quiet connection with calls is pinged; nil never. Servers forbid less than five
  /// minutes unless they are told otherwise.
  public var keepaliveInterval: Duration?
  public var keepaliveTimeout: Duration = .seconds(20)
  /// How many response bytes may wait for a slow reader before the server must.
  public var responseBufferMax = 256 << 10
  /// How many request bytes may wait for a slow server before `send` does.
  public var requestBufferMax = 64 << 10
  /// Whether Connect calls without side effects are made with GET.
  public var usesGet = false
  /// HTTP/1.1 connections at a time.
  public var http1ConnectionsMax = 64

  public init() {}
}
