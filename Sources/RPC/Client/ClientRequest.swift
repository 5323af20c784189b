/// A call that is about to be made, as interceptors see it.
public struct ClientRequest: Sendable {
  public let method: MethodDescriptor
  public var metadata: Metadata
  public var deadline: Deadline?
  public var codec: Codec
  public var options: CallOptions
  package var body: Body

  package enum Body: Sendable {
    /// One message, already in the codec. Such a call can be sent again.
    case message([UInt8])
    case stream(@Sendable (RequestSink) async throws -> Void)
  }

  /// The bytes of the only message, unless the method streams its requests.
  public var message: [UInt8]? {
    guard case .message(let bytes) = body else { return nil }
    return bytes
  }
}

/// Where the messages of a streamed request go.
package struct RequestSink: Sendable {
  let stream: any ClientStream

  package func send(_ message: [UInt8]) async throws(RPCError) {
    try await stream.send(message, last: false)
  }
}
