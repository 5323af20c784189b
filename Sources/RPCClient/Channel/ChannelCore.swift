internal import Net
internal import RPC
internal import Synchronization
internal import TLS

/// A channel's connections. Belongs to the channel's loop, except for what is ready to be picked.
@safe
final class ChannelCore: ClientConnectionOwner, TimerTarget, @unchecked Sendable {
  // Unchecked: touched on the loop only, but for `ready` and `codecs`, which are handed on.
  let codecs = MessageCodecs()
  private let target: Target
  private var configuration: ChannelConfiguration
  private let loop: EventLoop
  private let ready = Mutex(Ready())

  private var endpoints: [Endpoint] = []
  private var connections: [ClientConnection] = []
  private var waiters: [Waiter] = []
  private var nextWaiter = 0
  private var isResolving = false
  private var isShutDown = false
  private var backoff = Backoff()
  private var retryAt: ContinuousClock.Instant?
  private var lastFailure = "no address"
  private let timer = LoopTimer()

  private struct Ready {
    var connections: [ClientConnection] = []
    var next = 0
  }

  private struct Endpoint {
    let address: SocketAddress
    var connection: ClientConnection?
    var hasFailed = false
  }

  @safe
  private struct Waiter {
    let id: Int
    let exchange: ClientExchange
    let waitsForReady: Bool
    let continuation: UnsafeContinuation<Answer, Never>
  }

  enum Answer {
    case started
    case retry
    case failed(RPCError)
  }

  init(_ target: Target, _ configuration: ChannelConfiguration, _ loop: EventLoop) {
    self.target = target
    self.configuration = configuration
    self.loop = loop
    timer.target = self
  }

  /// A connection that takes calls, from any thread.
  func pickReady() -> ClientConnection? {
    ready.withLock { ready in
      guard !ready.connections.isEmpty else { return nil }
      ready.next = (ready.next + 1) % ready.connections.count
      return ready.connections[ready.next]
    }
  }

  /// Waits until a connection has the call, or until there can be none.
  func connect(for exchange: ClientExchange, _ head: CallHead) async -> Answer {
    let id = await loop.run { self.makeWaiterID() }
    return await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { continuation in
        loop.execute {
          unsafe self.add(
            Waiter(
              id: id, exchange: exchange, waitsForReady: head.waitForReady,
              continuation: continuation), head.deadline)
        }
      }
    } onCancel: {
      self.loop.execute { self.giveUp(id, .cancelled) }
    }
  }

  private func makeWaiterID() -> Int {
    nextWaiter += 1
    return nextWaiter
  }

  private func add(_ waiter: Waiter, _ deadline: Deadline?) {
    guard !isShutDown else {
      unsafe waiter.continuation.resume(
        returning: .failed(RPCError(.unavailable, "the channel is closed")))
      return
    }
    if let deadline {
      if deadline.hasPassed {
        unsafe waiter.continuation.resume(returning: .failed(.deadlineExceeded))
        return
      }
      let timer = LoopTimer()
      let end = WaiterDeadline(core: self, id: waiter.id)
      timer.target = end
      waiter.exchange.connectTimer = (timer, end)
      loop.set(timer, at: deadline.instant)
    }
    if !timer.isSet { loop.set(timer, after: .seconds(1)) }
    if configuration.http == .http1, startOnIdle(waiter) { return }
    if configuration.http == .http2, pickReady() != nil {
      finish(waiter, .retry)
      return
    }
    if let retryAt, retryAt > loop.now, !waiter.waitsForReady {
      finish(waiter, .failed(RPCError(.unavailable, lastFailure)))
      return
    }
    waiters.append(waiter)
    makeConnections()
  }

  func giveUp(_ id: Int, _ error: RPCError) {
    guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
    finish(waiters.remove(at: index), .failed(error))
  }

  private func finish(_ waiter: Waiter, _ answer: Answer) {
    if let (timer, _) = waiter.exchange.connectTimer { loop.cancel(timer) }
    waiter.exchange.connectTimer = nil
    unsafe waiter.continuation.resume(returning: answer)
  }

  /// HTTP/1.1: a connection carries one call at a time.
  private func startOnIdle(_ waiter: Waiter) -> Bool {
    guard let idle = connections.first(where: \.isIdle) else { return false }
    waiter.exchange.whenEnded = { self.serveWaiters() }
    idle.start(waiter.exchange)
    finish(waiter, .started)
    return true
  }

  private func serveWaiters() {
    guard configuration.http == .http1 else {
      let served = waiters
      waiters.removeAll()
      for waiter in served { finish(waiter, .retry) }
      return
    }
    while let waiter = waiters.first, startOnIdle(waiter) { waiters.removeFirst() }
  }
}

// MARK: - Making connections

extension ChannelCore {
  private func makeConnections() {
    guard !isShutDown, !waiters.isEmpty else { return }
    if let retryAt, retryAt > loop.now { return }
    guard !endpoints.isEmpty else { return resolve() }
    switch (configuration.http, configuration.loadBalancing) {
    case (.http1, _): connectHTTP1()
    case (.http2, .pickFirst): connectFirst()
    case (.http2, .roundRobin):
      for index in endpoints.indices
      where endpoints[index].connection == nil && !endpoints[index].hasFailed {
        connect(index)
      }
    }
  }

  private func connectFirst() {
    guard !endpoints.contains(where: { $0.connection != nil }) else { return }
    guard let next = endpoints.firstIndex(where: { !$0.hasFailed }) else { return }
    connect(next)
  }

  private func connectHTTP1() {
    let connecting = connections.count { !$0.isReady }
    guard connecting < waiters.count, connections.count < configuration.http1ConnectionsMax,
      let next = endpoints.firstIndex(where: { !$0.hasFailed })
    else { return }
    connect(next)
  }

  private func resolve() {
    guard !isResolving else { return }
    switch target.place {
    case .addresses(let addresses):
      endpoints = addresses.map { Endpoint(address: $0) }
      makeConnections()
    case .name(let host, let port):
      isResolving = true
      Task {
        let result: Result<[SocketAddress], RPCError>
        do throws(RPCError) {
          result = .success(try await Resolver.addresses(of: host, port: port))
        } catch {
          result = .failure(error)
        }
        self.loop.execute { self.resolved(result) }
      }
    }
  }

  private func resolved(_ result: Result<[SocketAddress], RPCError>) {
    isResolving = false
    switch result {
    case .success(let addresses):
      endpoints = addresses.map { Endpoint(address: $0) }
      makeConnections()
    case .failure(let error):
      allFailed(error.message)
    }
  }

  private func connect(_ index: Int) {
    let connection = ClientConnection(
      endpoints[index].address, configuration, authority: target.authority, loop: loop,
      owner: self)
    endpoints[index].connection = connection
    connections.append(connection)
    do {
      try connection.connect(serverName: configuration.serverName ?? target.host)
    } catch {
      connection.close("\(error)")
    }
  }

  func connectionReady(_ connection: ClientConnection) {
    backoff.reset()
    retryAt = nil
    for index in endpoints.indices { endpoints[index].hasFailed = false }
    if configuration.http == .http2 {
      ready.withLock { $0.connections.append(connection) }
    }
    serveWaiters()
    if configuration.http == .http1 { makeConnections() }
  }

  func connectionDraining(_ connection: ClientConnection) {
    forget(connection)
  }

  func connectionClosed(
    _ connection: ClientConnection, _ reason: String, wasConnecting: Bool
  ) {
    connections.removeAll { $0 === connection }
    let index = endpoints.firstIndex { $0.connection === connection }
    forget(connection)
    guard wasConnecting else {
      // An idle server's addresses may be others by now.
      if connections.isEmpty { endpoints = [] }
      makeConnections()
      return
    }
    if let index { endpoints[index].hasFailed = true }
    let isLast = endpoints.allSatisfy(\.hasFailed)
    if isLast {
      allFailed("cannot connect to \(connection.address): \(reason)")
    } else {
      makeConnections()
    }
  }

  func connectionCannotTake(_ exchange: ClientExchange) {
    if let connection = pickReady() { return connection.start(exchange) }
    Task {
      let answer = await self.connect(for: exchange, exchange.head)
      self.loop.execute {
        switch answer {
        case .started: break
        case .retry: self.connectionCannotTake(exchange)
        case .failed(let error): exchange.finish(error)
        }
      }
    }
  }

  /// Connections from here on ping half as often (gRFC A8).
  func connectionPingedTooOften(_ connection: ClientConnection) {
    guard let interval = connection.keepaliveInterval,
      interval == configuration.keepaliveInterval
    else { return }
    configuration.keepaliveInterval = interval * 2
  }

  private func forget(_ connection: ClientConnection) {
    ready.withLock { ready in ready.connections.removeAll { $0 === connection } }
    for index in endpoints.indices where endpoints[index].connection === connection {
      endpoints[index].connection = nil
    }
  }

  private func allFailed(_ reason: String) {
    lastFailure = reason
    retryAt = loop.now.advanced(by: backoff.next(random: .random(in: 0..<1)))
    endpoints = []
    let failed = waiters.filter { !$0.waitsForReady }
    waiters.removeAll { !$0.waitsForReady }
    for waiter in failed { finish(waiter, .failed(RPCError(.unavailable, reason))) }
  }

  func fired(_ timer: LoopTimer) {
    for connection in connections { connection.tick() }
    makeConnections()
    // The channel's thread sleeps for as long as there is nothing to watch.
    if !connections.isEmpty || !waiters.isEmpty { loop.set(timer, after: .seconds(1)) }
  }

  func shutDown() {
    guard !isShutDown else { return }
    isShutDown = true
    loop.cancel(timer)
    let waiting = waiters
    waiters.removeAll()
    for waiter in waiting {
      finish(waiter, .failed(RPCError(.unavailable, "the channel was closed")))
    }
    for connection in connections { connection.close("the channel was closed") }
  }
}

/// Ends a call's wait for a connection at its deadline.
final class WaiterDeadline: TimerTarget {
  private unowned let core: ChannelCore
  private let id: Int

  init(core: ChannelCore, id: Int) {
    self.core = core
    self.id = id
  }

  func fired(_ timer: LoopTimer) {
    core.giveUp(id, .deadlineExceeded)
  }
}

extension TLS.Context {
  /// What `https://` means where nothing else is said.
  static func trustingSystem(_ http: ChannelConfiguration.HTTP) throws(RPCError) -> TLS.Context {
    do {
      var configuration = ClientConfiguration()
      configuration.protocols = http == .http2 ? ["h2"] : ["http/1.1"]
      return try TLS.Context(client: configuration)
    } catch {
      throw RPCError(.internal, "TLS cannot be set up: \(error)")
    }
  }
}
