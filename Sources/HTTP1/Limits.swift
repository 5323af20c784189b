/// What one connection may ask for. Body sizes are the exchange's business.
public struct Limits: Hashable, Sendable {
  /// First line and header fields of a message together; trailer fields as much again.
  public var headerBytesMax = 16 * 1024
  public var headerCountMax = 100
  public var targetBytesMax = 8 * 1024
  /// Chunk extensions of one body together.
  public var chunkExtensionBytesMax = 1024
  /// Requests that are open at once because the client did not wait for answers.
  public var pipelinedMax = 16
  /// Received body bytes that exchanges have not consumed before reading pauses.
  public var bodyBufferMax = 64 * 1024
  /// Body bytes thrown away after an early response, to save the connection.
  public var discardedMax = 64 * 1024
  /// Interim responses a client skips for one request.
  public var interimMax = 16

  public init() {}
}
