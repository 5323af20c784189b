internal import Net
internal import Synchronization
public import WebSocket

/// The way to one WebSocket's peer, from any thread.
public final class WebSocketChannel: Sendable {
  private let loop: EventLoop
  private let link = Mutex<WeakLink>(WeakLink())

  private struct WeakLink: @unchecked Sendable {
    // Unchecked: the link is touched on its loop only.
    weak var link: WebSocketLink?
  }

  init(loop: EventLoop) {
    self.loop = loop
  }

  func attach(_ link: WebSocketLink) {
    self.link.withLock { $0.link = link }
  }

  /// Sends a text message, which must be UTF-8. A peer that leaves too much unread loses its
  /// connection; one that is gone gets nothing.
  public func send(_ text: [UInt8]) {
    onLoop { $0.send(text) }
  }

  public func close(_ code: CloseCode, _ reason: String) {
    onLoop { $0.close(code, reason) }
  }

  private func onLoop(_ body: @escaping @Sendable (WebSocketLink) -> Void) {
    let run: @Sendable () -> Void = {
      if let link = self.link.withLock({ $0 }).link { body(link) }
    }
    if loop.isCurrent { run() } else { loop.execute(run) }
  }
}
