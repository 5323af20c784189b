/// What one HTTP/2 connection may ask of us. The defaults suit a public server.
public struct Limits: Hashable, Sendable {
  /// Streams that the peer may have open at a time.
  public var concurrentStreamsMax: UInt32 = 128
  /// Bytes of a stream's body that the peer may send before somebody reads them.
  public var streamWindowSize: Int32 = 256 << 10
  /// The same for all streams together; bodies are bounded stream by stream, so this is wide.
  public var connectionWindowSize: Int32 = 16 << 20
  /// Names, values and 32 bytes a field; what is larger is not kept.
  public var headerListSizeMax = 64 << 10
  public var headerCountMax = 128
  /// A header list of this many times the limit ends the connection: it is an attack.
  public var headerListAbuseFactor = 16
  /// CONTINUATION frames of one header block.
  public var continuationsMax = 16
  /// DATA frames in a row that carry nothing and end nothing.
  public var emptyDataFramesMax = 16
  /// Streams that the peer may reset in a burst, and then each second.
  public var resetBurst: UInt64 = 500
  public var resetsPerSecond: UInt64 = 100
  /// Streams that we had to reset because of what the peer did, likewise.
  public var provokedResetBurst = 200
  public var provokedResetsPerSecond = 20
  /// SETTINGS, PING and frames of unknown types, likewise.
  public var controlFrameBurst = 200
  public var controlFramesPerSecond = 50
  /// Frames that may wait because the peer does not read.
  public var outboundFramesMax = 10_000
  /// The shortest time between two PINGs while nothing else happens (gRFC A8), and how many that
  /// come sooner are forgiven.
  public var pingInterval: Duration = .seconds(300)
  public var pingStrikesMax = 2

  public init() {}
}
