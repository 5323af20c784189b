public import RPC

/// Somebody who wants to know what a server does: logs, metrics, channelz.
///
/// Called on the event loops, for every call: it must not block.
public protocol ServerObserver: Sendable {
  func connectionOpened(_ connection: ConnectionRecord)
  func connectionClosed(_ connection: ConnectionRecord, reason: String?)
  func callStarted(_ method: MethodDescriptor?)
  func callEnded(_ call: CallRecord)
}

public struct ConnectionRecord: Sendable {
  public let id: UInt64
  public let peer: Peer
  public let isEncrypted: Bool
}

/// What is known of a call when it is over.
public struct CallRecord: Sendable {
  /// Nil when the path named no method of ours.
  public let method: MethodDescriptor?
  public let wireProtocol: String
  public let peer: Peer
  public let code: Status.Code
  public let duration: Duration
  public let requestCount: Int
  public let responseCount: Int
  /// Bytes of messages as they travelled.
  public let requestBytes: Int
  public let responseBytes: Int
  public let traceParent: String?
}
