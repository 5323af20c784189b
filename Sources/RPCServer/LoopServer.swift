internal import Net
internal import RPC
internal import Synchronization
internal import TLS
internal import Transport

/// The part of a server that lives on one event loop: it accepts connections and keeps them.
@safe
final class LoopServer: ConnectionRegistry, TimerTarget, @unchecked Sendable {
  // Unchecked: everything is touched on the loop only.
  let context: LoopContext
  private let shared: SharedState
  private var listeners: [Listener] = []
  private var connections: [Connection] = []
  private let timer = LoopTimer()
  private var whenEmpty: [UnsafeContinuation<Void, Never>] = unsafe []

  init(context: LoopContext, shared: SharedState) {
    self.context = context
    self.shared = shared
    timer.target = self
  }

  func start(_ sockets: [ListeningSocket]) throws(SystemError) {
    for socket in sockets {
      let listener = Listener(socket: socket, server: self)
      try listener.open(context.loop)
      listeners.append(listener)
    }
    context.loop.set(timer, after: .seconds(1))
  }

  func fired(_ timer: LoopTimer) {
    // Ticks close connections, which changes the list.
    for connection in connections { connection.tick() }
    context.loop.set(timer, after: .seconds(1))
  }

  func stopListening() {
    for listener in listeners { listener.close(context.loop) }
    listeners.removeAll()
  }

  func startDraining() {
    for connection in connections { connection.startDraining() }
  }

  /// Waits until the last connection is gone.
  func waitUntilEmpty() async {
    guard !connections.isEmpty else { return }
    unsafe await withUnsafeContinuation { unsafe whenEmpty.append($0) }
  }

  func closeAll() {
    context.loop.cancel(timer)
    for connection in connections { connection.close("the server stopped") }
  }
}

extension LoopServer {
  func accept(_ accepted: consuming Accepted, _ security: ListenSecurity) {
    let address = accepted.address
    let host: String
    if case .ip(let name, _) = address { host = name } else { host = "unix" }
    guard let id = shared.admit(host, context.limits) else { return }
    let peer = Peer(address: "\(address)")
    let connection = Connection(context: context, id: id, peer: peer, registry: self)
    connection.host = host
    connection.slot = connections.count
    connections.append(connection)
    do {
      try connection.open(accepted.takeSocket(), security.streamSecurity)
      for observer in context.observers { observer.connectionOpened(connection.record) }
    } catch {
      connection.close("\(error)")
    }
  }

  func remove(_ connection: Connection, reason: String?) {
    let slot = connection.slot
    guard slot >= 0, slot < connections.count, connections[slot] === connection else { return }
    for observer in context.observers {
      observer.connectionClosed(connection.record, reason: reason)
    }
    let last = connections.removeLast()
    if last !== connection {
      connections[slot] = last
      last.slot = slot
    }
    connection.slot = -1
    shared.release(connection.host)
    if connections.isEmpty {
      let waiters = unsafe whenEmpty
      unsafe whenEmpty.removeAll()
      for index in unsafe waiters.indices { unsafe waiters[index].resume() }
    }
  }
}

/// Counts connections over all loops.
final class SharedState: Sendable {
  private struct State {
    var nextID: UInt64 = 1
    var connections = 0
    var byHost: [String: Int] = [:]
  }

  private let state = Mutex(State())
  /// Connections leave some descriptors to files and to connections that the process makes.
  private let descriptorsMax = Socket.descriptorsMax - 64

  /// An identifier for the connection, or nil when there are too many.
  func admit(_ host: String, _ limits: Limits) -> UInt64? {
    state.withLock { state in
      let ofHost = state.byHost[host, default: 0]
      guard state.connections < min(limits.connectionsMax, descriptorsMax),
        ofHost < limits.connectionsPerPeerMax
      else { return nil }
      state.connections += 1
      state.byHost[host] = ofHost + 1
      defer { state.nextID += 1 }
      return state.nextID
    }
  }

  func release(_ host: String) {
    state.withLock { state in
      state.connections -= 1
      let left = state.byHost[host, default: 1] - 1
      state.byHost[host] = left > 0 ? left : nil
    }
  }
}
