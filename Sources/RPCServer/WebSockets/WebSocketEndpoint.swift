/// A path at which clients may switch to WebSocket.
public struct WebSocketEndpoint: Sendable {
  public let path: String
  /// Called once for each connection, on its event loop.
  let open: @Sendable (WebSocketChannel) -> any WebSocketReceiver

  public init(
    _ path: String, open: @escaping @Sendable (WebSocketChannel) -> any WebSocketReceiver
  ) {
    self.path = path
    self.open = open
  }
}

/// Who answers what comes over one WebSocket.
public protocol WebSocketReceiver: Sendable {
  /// A message arrived, of text or of bytes. The next one is handed over when this one is done with.
  func receive(_ message: [UInt8]) async
  /// The connection is gone. Nothing is received after it.
  func closed()
}
