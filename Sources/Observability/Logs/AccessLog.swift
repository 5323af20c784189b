public import Logging
public import RPC
public import RPCServer

/// One line for every call: who, what, how it ended, how long it took. Never what was in it.
public struct AccessLog: ServerObserver {
  private let logger: Logger

  public init(_ logger: Logger) {
    self.logger = logger
  }

  public func connectionOpened(_ connection: ConnectionRecord) {
    logger.debug("connection opened", metadata: metadata(of: connection))
  }

  public func connectionClosed(_ connection: ConnectionRecord, reason: String?) {
    var metadata = metadata(of: connection)
    if let reason { metadata["reason"] = "\(reason)" }
    logger.debug("connection closed", metadata: metadata)
  }

  public func callStarted(_ method: MethodDescriptor?) {}

  public func callEnded(_ call: CallRecord) {
    guard logger.logLevel <= .info else { return }
    var metadata: Logger.Metadata = [
      "method": "\(call.method?.path ?? "other")",
      "protocol": "\(call.wireProtocol)",
      "peer": "\(call.peer.address)",
      "code": "\(call.code)",
      "ms": "\(milliseconds(call.duration))",
      "requests": "\(call.requestCount)",
      "responses": "\(call.responseCount)",
      "request_bytes": "\(call.requestBytes)",
      "response_bytes": "\(call.responseBytes)",
    ]
    if let trace = call.traceParent.flatMap({ TraceContext(parent: $0) }) {
      metadata["trace"] = "\(trace.traceID)"
    }
    logger.info("call", metadata: metadata)
  }

  private func metadata(of connection: ConnectionRecord) -> Logger.Metadata {
    [
      "connection": "\(connection.id)", "peer": "\(connection.peer.address)",
      "encrypted": "\(connection.isEncrypted)",
    ]
  }

  /// Thousandths of a millisecond are as much as anybody compares.
  private func milliseconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    let rest = String(microseconds % 1000)
    return "\(microseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }
}
