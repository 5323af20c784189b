/// A call that is being answered: the response metadata are here, messages follow.
///
/// Letting go of it cancels a call that has not ended.
public final class ClientResponse: Sendable {
  /// What came before the first message.
  public let metadata: Metadata
  private let stream: any ClientStream
  private let sender: Task<Void, Never>?

  init(metadata: Metadata, stream: any ClientStream, sender: Task<Void, Never>?) {
    self.metadata = metadata
    self.stream = stream
    self.sender = sender
  }

  deinit {
    sender?.cancel()
    stream.cancel(.cancelled)
  }

  /// Waits for the next message; nil once the call ended well.
  public func next() async throws(RPCError) -> [UInt8]? {
    try await stream.cancelling { (stream) throws(RPCError) in try await stream.receive() }
  }

  /// Whether the message that was received last had been compressed on its way.
  public var responseWasCompressed: Bool { stream.responseWasCompressed }

  /// What came with the status; empty before the end.
  public var trailers: Metadata { stream.trailers }

  public func cancel() {
    sender?.cancel()
    stream.cancel(.cancelled)
  }
}

extension ClientStream {
  /// Waits for `operation`; if the task is cancelled meanwhile, so is the call.
  func cancelling<T: Sendable>(
    _ operation: (any ClientStream) async throws(RPCError) -> T
  ) async throws(RPCError) -> T {
    // `withTaskCancellationHandler` loses the error's type, which a result keeps.
    let result = await withTaskCancellationHandler {
      do throws(RPCError) {
        return Result<T, RPCError>.success(try await operation(self))
      } catch {
        return .failure(error)
      }
    } onCancel: {
      self.cancel(.cancelled)
    }
    return try result.get()
  }
}
