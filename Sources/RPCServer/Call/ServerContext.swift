internal import Glibc
internal import HTTP1
internal import Net
internal import RPC
internal import RPCWire

/// What all calls on one event loop share.
final class LoopContext {
  let loop: EventLoop
  let router: Router
  let limits: Limits
  let pages: [String: Page]
  let webSockets: [String: WebSocketEndpoint]
  let cors: CORS?
  let compression: ResponseCompression
  let observers: [any ServerObserver]
  let compressor = Compressor()
  let decompressor = Decompressor()
  let date = DateField { Int64(time(nil)) }
  var calls = CallSlab()
  /// Calls whose handlers run on this loop.
  var runningCalls = 0

  init(
    loop: EventLoop, router: Router, limits: Limits, pages: [Page],
    webSockets: [WebSocketEndpoint], cors: CORS?, compression: ResponseCompression,
    observers: [any ServerObserver]
  ) {
    self.loop = loop
    self.router = router
    self.limits = limits
    self.pages = Dictionary(pages.map { ($0.path, $0) }) { first, _ in first }
    self.webSockets = Dictionary(webSockets.map { ($0.path, $0) }) { first, _ in first }
    self.cors = cors
    self.compression = compression
    self.observers = observers
  }
}
