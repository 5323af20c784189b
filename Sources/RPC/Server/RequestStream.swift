public import SwiftProtobuf

/// The request messages of a call, as they arrive. One loop reads them.
public struct RequestStream<Request: Message>: AsyncSequence, Sendable {
  public typealias Element = Request

  let call: ServerCall

  public func makeAsyncIterator() -> Iterator {
    Iterator(call: call)
  }

  public struct Iterator: AsyncIteratorProtocol {
    let call: ServerCall

    public mutating func next() async throws -> Request? {
      try await call.receive(Request.self)
    }
  }
}

/// Where a handler puts the messages of a streamed response.
public struct ResponseWriter<Response: Message>: Sendable {
  let call: ServerCall

  /// Sends a message, and waits while the caller is slower than this.
  ///
  /// - Parameter compressed: Whether to compress the message; nil leaves it to the server.
  public func write(_ message: Response, compressed: Bool? = nil) async throws {
    try await call.send(message, compressed: compressed)
  }
}
