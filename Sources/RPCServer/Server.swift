public import Net
public import RPC
internal import Synchronization
public import TLS

/// Serves a router's methods to gRPC, gRPC-Web and Connect callers, and pages to everybody else,
/// all on the same addresses.
public final class Server: Sendable {
  public struct Configuration: Sendable {
    /// Addresses such as `127.0.0.1:50051`, `[::1]:0` or `unix:/run/gensyn.sock`.
    public var listen: [String]
    /// The certificate for TCP addresses. With it, plain connections are refused unless
    /// ``allowsPlaintext`` is set; unix sockets are always plain.
    public var tls: ReloadableContext?
    public var allowsPlaintext = false
    public var limits = Limits()
    public var cors: CORS?
    public var compression = ResponseCompression()
    public var pages: [Page] = []
    public var webSockets: [WebSocketEndpoint] = []
    public var observers: [any ServerObserver] = []
    /// How many event loops share the connections.
    public var loops = 1

    public init(listen: [String], tls: ReloadableContext? = nil) {
      self.listen = listen
      self.tls = tls
    }
  }

  /// Why a server could not start.
  public enum StartError: Error, CustomStringConvertible {
    case address(SocketAddress.Malformed)
    case system(SystemError)

    public var description: String {
      switch self {
      case .address(let error): "\(error)"
      case .system(let error): "\(error)"
      }
    }
  }

  /// The addresses that the server listens at, with the real ports.
  public let addresses: [String]
  private let loops: [EventLoop]
  private let servers: [LoopServer]
  private let isStopping = Mutex(false)

  /// Starts to serve; the addresses accept connections when it returns.
  public init(_ router: Router, _ configuration: Configuration) throws(StartError) {
    do {
      var sockets: [ListeningSocket] = []
      var addresses: [String] = []
      for text in configuration.listen {
        let address = try SocketAddress(text)
        let socket = try Socket.listening(at: address)
        addresses.append("\(socket.localAddress)")
        sockets.append(
          ListeningSocket(socket: socket, security: Self.security(of: address, configuration)))
      }
      self.addresses = addresses
      let shared = SharedState()
      var loops: [EventLoop] = []
      var servers: [LoopServer] = []
      for index in 0..<max(1, configuration.loops) {
        let loop = try EventLoop(name: "rpc-\(index)")
        loops.append(loop)
        let context = LoopContext(
          loop: loop, router: router, limits: configuration.limits, pages: configuration.pages,
          webSockets: configuration.webSockets, cors: configuration.cors,
          compression: configuration.compression, observers: configuration.observers)
        servers.append(LoopServer(context: context, shared: shared))
      }
      self.loops = loops
      self.servers = servers
      for server in servers {
        let sockets = sockets
        server.context.loop.execute {
          // The descriptors are good: epoll can refuse them only when memory is out.
          try? server.start(sockets)
        }
      }
    } catch let error as SocketAddress.Malformed {
      throw .address(error)
    } catch let error as SystemError {
      throw .system(error)
    } catch {
      preconditionFailure("\(error) is no error of an address or a socket")
    }
  }

  private static func security(
    of address: SocketAddress, _ configuration: Configuration
  ) -> ListenSecurity {
    guard let tls = configuration.tls, case .ip = address else { return .none }
    return configuration.allowsPlaintext ? .detected(tls) : .required(tls)
  }

  /// Stops gracefully: no new connections, no new calls, and time for those that run.
  public func shutdown(grace: Duration = .seconds(30)) async {
    guard
      isStopping.withLock({ isStopping in
        defer { isStopping = true }
        return !isStopping
      })
    else { return }
    for server in servers {
      await server.context.loop.run {
        server.stopListening()
        server.startDraining()
      }
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for server in self.servers {
          await withTaskExecutorPreference(server.context.loop) { await onLoop(server) }
        }
      }
      group.addTask {
        // Ends early when the connections are gone before.
        try? await Task.sleep(for: grace)
        for server in self.servers {
          await server.context.loop.run { server.closeAll() }
        }
      }
      await group.next()
      group.cancelAll()
    }
    for server in servers { await server.context.loop.run { server.closeAll() } }
    for loop in loops { loop.stop() }
  }
}

@concurrent
private func onLoop(_ server: LoopServer) async {
  await server.waitUntilEmpty()
}
