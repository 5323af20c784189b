internal import Synchronization

/// Carries calls to a router in the same process: no socket, the same semantics.
public final class InProcessTransport: ClientTransport {
  private let router: Router
  private let limits: Limits

  public struct Limits: Sendable {
    /// The largest request message, in bytes.
    public var requestSizeMax = 4 << 20
    /// How many bytes of messages may wait in each direction before the sender does.
    public var bufferSizeMax = 64 << 10

    public init() {}
  }

  public init(_ router: Router, limits: Limits = Limits()) {
    self.router = router
    self.limits = limits
  }

  public func open(_ head: CallHead) async throws(RPCError) -> any ClientStream {
    let pipe = InProcessCall(head, limits: limits)
    guard let handler = router.handler(for: head.method.path) else {
      pipe.finish(router.unimplemented(head.method.path))
      return pipe
    }
    let router = router
    let task = Task.detached {
      var error = await router.serve(pipe, with: handler)
      // No more than what a wire would carry.
      error?.cause = nil
      pipe.finish(error)
    }
    pipe.onEnd { task.cancel() }
    if let deadline = head.deadline {
      let timer = Task.detached {
        try await Task.sleep(until: deadline.instant, clock: .continuous)
        pipe.cancel(.deadlineExceeded)
      }
      pipe.onEnd { timer.cancel() }
    }
    return pipe
  }

  public func close() async {}
}
