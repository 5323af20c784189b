/// Something that carries calls to a server: a channel of connections, or a router in this process.
public protocol ClientTransport: Sendable {
  /// Starts a call.
  func open(_ head: CallHead) async throws(RPCError) -> any ClientStream

  /// Ends what runs and gives back what is held.
  func close() async
}

/// What a transport needs to know to start a call.
public struct CallHead: Sendable {
  public var method: MethodDescriptor
  public var metadata: Metadata
  public var deadline: Deadline?
  public var codec: Codec
  public var compression: Compression
  /// Which messages are compressed; nil is all of them.
  public var compresses: (@Sendable (_ message: [UInt8]) -> Bool)?
  public var waitForReady: Bool
  public var responseSizeMax: Int
}

/// One call as its client's transport sees it. At most one `send` and one `receive` wait at a time.
public protocol ClientStream: AnyObject, Sendable {
  /// Sends a message and waits while too much is on its way; `last` half-closes with it.
  func send(_ message: [UInt8], last: Bool) async throws(RPCError)

  /// Says that no more messages come.
  func finishSending() async

  /// Waits for the response metadata. An error that comes in their place is thrown.
  func receiveMetadata() async throws(RPCError) -> Metadata

  /// Waits for the next message; nil once the call ended well, an error when it ended otherwise.
  func receive() async throws(RPCError) -> [UInt8]?

  /// Whether the message that was received last had been compressed on its way.
  var responseWasCompressed: Bool { get }

  /// What came with the status; empty before.
  var trailers: Metadata { get }

  /// Ends the call at once. Those who wait get `error`. Without effect after the end.
  func cancel(_ error: RPCError)
}
