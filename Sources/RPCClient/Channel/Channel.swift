internal import Net
public import RPC
internal import Synchronization

/// A way to a server: keeps connections, makes new ones when they go, and starts calls on them.
public final class Channel: ClientTransport {
  public let target: Target
  public let configuration: ChannelConfiguration
  private let loop: EventLoop
  private let core: ChannelCore

  /// A channel to the server that `target` names, see ``Target``. It connects with the first call.
  public init(
    _ target: String, _ configuration: ChannelConfiguration = ChannelConfiguration()
  ) throws(RPCError) {
    self.target = try Target(target)
    var configuration = configuration
    if self.target.isEncrypted == true, configuration.tls == nil {
      configuration.tls = try .trustingSystem(configuration.http)
    }
    self.configuration = configuration
    do {
      loop = try EventLoop(name: "rpc-client")
    } catch {
      throw RPCError(.resourceExhausted, "no event loop can be started: \(error)")
    }
    core = ChannelCore(self.target, configuration, loop)
  }

  deinit {
    let (core, loop) = (core, loop)
    loop.execute {
      core.shutDown()
      loop.stop()
    }
  }

  public func open(_ head: CallHead) async throws(RPCError) -> any ClientStream {
    while true {
      let exchange = ClientExchange(head, configuration, core.codecs, loop)
      if configuration.http == .http2, let connection = core.pickReady() {
        loop.execute { connection.start(exchange) }
        return exchange
      }
      switch await core.connect(for: exchange, head) {
      case .started: return exchange
      case .retry: continue
      case .failed(let error): throw error
      }
    }
  }

  public func close() async {
    await loop.run { self.core.shutDown() }
  }
}
