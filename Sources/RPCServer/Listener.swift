internal import Net
internal import TLS
internal import Transport

/// A socket that listens, shared by all loops: each connection goes to one of them.
///
/// One socket and not one per loop with SO_REUSEPORT: a second server on the same port must fail
/// instead of silently taking half of the connections.
final class ListeningSocket: Sendable {
  let socket: Socket
  let security: ListenSecurity

  init(socket: consuming Socket, security: ListenSecurity) {
    self.socket = socket
    self.security = security
  }
}

/// What a listener does about TLS.
enum ListenSecurity: Sendable {
  case none
  case detected(ReloadableContext)
  case required(ReloadableContext)

  var streamSecurity: ByteStream.Security {
    switch self {
    case .none: .none
    case .detected(let context): .detected(context.current)
    case .required(let context): .required(context.current)
    }
  }
}

/// One loop's watch on a listening socket.
final class Listener: EventHandler, TimerTarget {
  private let socket: ListeningSocket
  private unowned let server: LoopServer
  private var token: EventLoop.Token?
  private let pause = LoopTimer()

  /// How many connections one loop takes before the others get their chance.
  private static let acceptsPerTurn = 16
  /// How long it stops when the process has no descriptors left.
  private static let pauseTime: Duration = .milliseconds(100)

  init(socket: ListeningSocket, server: LoopServer) {
    self.socket = socket
    self.server = server
    pause.target = self
  }

  func open(_ loop: EventLoop) throws(SystemError) {
    token = try loop.register(
      socket.socket.descriptor, self, for: .readable, exclusively: true)
  }

  func close(_ loop: EventLoop) {
    loop.cancel(pause)
    guard let token else { return }
    loop.deregister(socket.socket.descriptor, token)
    self.token = nil
  }

  func ready(_ events: ReadyEvents) {
    for _ in 0..<Self.acceptsPerTurn {
      do {
        guard let accepted = try socket.socket.accept() else { return }
        server.accept(accepted, socket.security)
      } catch {
        // Out of descriptors: who waits stays in the queue, and the loop must not spin over it.
        let loop = server.context.loop
        close(loop)
        loop.set(pause, after: Self.pauseTime)
        return
      }
    }
  }

  func fired(_ timer: LoopTimer) {
    do {
      try open(server.context.loop)
    } catch {
      server.context.loop.set(pause, after: Self.pauseTime)
    }
  }
}
