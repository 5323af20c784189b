internal import Buffers
internal import HTTP
internal import RPC
internal import Transport
internal import WebSocket

/// A connection that has switched to WebSocket: its session, and the messages that wait for their
/// turn. Everything happens on the connection's event loop.
@safe
final class WebSocketLink: @unchecked Sendable {
  // Unchecked: everything is touched on the loop only.
  private let session: WebSocket.ServerSession
  private let limits: Limits
  private unowned let connection: Connection
  private var receiver: (any WebSocketReceiver)?
  /// The answer to the handshake, until it is sent.
  private var greeting: String?
  private var inbox: [[UInt8]] = []
  private var isAnswering = false
  private var task: Task<Void, Never>?

  /// Takes over where a request opens a WebSocket at a path that has one; nil where it does not.
  init?(_ request: borrowing HeaderList, of connection: Connection) {
    let context = connection.context
    let path = (request.first(":path") ?? "").prefix { $0 != "?" }
    guard let endpoint = context.webSockets[String(path)],
      Self.allows(request, context.cors), let handshake = try? Handshake(request)
    else { return nil }
    session = ServerSession(limits: context.limits.webSocket)
    limits = context.limits
    self.connection = connection
    greeting = handshake.response()
    let channel = WebSocketChannel(loop: context.loop)
    channel.attach(self)
    receiver = endpoint.open(channel)
  }

  /// Browsers let every page open WebSockets to everywhere: whether this page may is for us to check.
  private static func allows(_ request: borrowing HeaderList, _ cors: CORS?) -> Bool {
    guard let origin = request.first("origin") else { return true }
    if cors?.allows(origin) == true { return true }
    let host = origin.split(separator: "/").last.map(String.init)
    return host == request.first(":authority")
  }

  var wantsInput: Bool { session.wantsInput && inbox.count < limits.webSocketInboxMax }
  var shouldClose: Bool { session.shouldClose }

  func receive(_ bytes: RawSpan) {
    for event in session.receive(bytes) {
      switch event {
      // Some clients send text as bytes.
      case .text(let message), .binary(let message): inbox.append(message)
      case .pong, .closed: break
      }
    }
    answer()
    connection.stream?.setNeedsFlush()
  }

  /// Hands one message after the other to the receiver.
  private func answer() {
    guard !isAnswering, !inbox.isEmpty, let receiver else { return }
    isAnswering = true
    let task = Task.immediate(executorPreference: connection.context.loop) {
      while !self.inbox.isEmpty, !Task.isCancelled {
        await receiver.receive(self.inbox.removeFirst())
      }
      self.isAnswering = false
      self.task = nil
      // Reading may have stopped because of what waited.
      if self.receiver != nil { self.connection.stream?.setNeedsFlush() }
    }
    if isAnswering { self.task = task }
  }

  func flush(into output: inout ByteQueue, limit: Int) {
    if let greeting {
      output.append(greeting)
      self.greeting = nil
    }
    session.flush(into: &output, limit: limit)
  }

  func send(_ text: [UInt8]) {
    guard receiver != nil else { return }
    if !session.send(text: text), session.shouldClose {
      return connection.close("the peer does not read")
    }
    connection.stream?.setNeedsFlush()
  }

  func ping() {
    session.ping()
    connection.stream?.setNeedsFlush()
  }

  func close(_ code: CloseCode, _ reason: String) {
    guard receiver != nil else { return }
    session.close(code, reason)
    connection.stream?.setNeedsFlush()
  }

  func connectionLost() {
    let receiver = receiver
    self.receiver = nil
    inbox = []
    task?.cancel()
    receiver?.closed()
  }
}
