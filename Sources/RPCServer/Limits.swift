public import HTTP2
internal import RPC
public import WebSocket

/// What callers of one server may ask of it. The defaults suit a public address.
public struct Limits: Sendable {
  /// The largest request message, compressed and decompressed, in bytes.
  public var requestSizeMax = 4 << 20
  /// How many bytes of a response may wait for a slow caller before its handler does.
  public var responseBufferMax = 64 << 10
  public var connectionsMax = 10_000
  /// Connections from one address.
  public var connectionsPerPeerMax = 2_000
  /// Calls that handlers work on at a time, cancelled ones included as long as they run.
  public var runningCallsMax = 50_000
  /// The same for one connection.
  public var runningCallsPerConnectionMax = 512
  /// How long a connection may take until its first request can be sent: TLS, preface, settings.
  public var handshakeTimeout: Duration = .seconds(10)
  /// How long a connection may leave what we wrote unread.
  public var writeTimeout: Duration = .seconds(30)
  /// How long a connection without calls is kept.
  public var idleTimeout: Duration = .seconds(3600)
  /// After this a connection is asked to go; nil keeps it.
  public var connectionAgeMax: Duration?
  /// How long calls may go on after that, or after the server was asked to stop.
  public var drainTimeout: Duration = .seconds(30)
  /// How often a quiet connection is pinged, and how long the answer may take.
  public var keepaliveInterval: Duration = .seconds(7200)
  public var keepaliveTimeout: Duration = .seconds(20)
  /// How long a call without a deadline of its own may take; nil is for ever.
  public var callTimeout: Duration?
  /// How long a request whose handler needs all of it may take to arrive.
  public var requestTimeout: Duration = .seconds(120)
  /// A request that is awaited must bring `requestRateMin` bytes a second, on the average of each
  /// such time.
  public var requestStallTimeout: Duration = .seconds(30)
  public var requestRateMin = 64
  /// How long a caller may leave a response that waits for it, its window being closed.
  public var responseStallTimeout: Duration = .seconds(300)
  /// The largest body that a page gets to see.
  public var pageBodyMax = 4 << 20
  /// How long a WebSocket may be quiet before its peer is asked whether it is there.
  public var webSocketPingInterval: Duration = .seconds(30)
  /// Messages of one WebSocket that wait until those before them are answered.
  public var webSocketInboxMax = 1024
  public var webSocket = WebSocket.Limits()
  public var http2 = HTTP2.Limits()

  public init() {}
}
