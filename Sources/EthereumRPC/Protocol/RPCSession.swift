internal import Chain
internal import JSONTree
internal import Primitives
internal import Synchronization

/// One connection that can carry notifications, and what it subscribed to.
///
/// Nothing queues here for a slow reader: a subscription holds a place in the chain, and what is sent
/// waits in the connection, which closes past its limit.
public final class RPCSession: Sendable {
  private struct State {
    var tasks: [String: Task<Void, Never>] = [:]
    /// Subscriptions whose names are not sent yet.
    var waiting: [String: @Sendable () async -> Void] = [:]
    var isClosed = false
  }

  private let state = Mutex(State())
  private let send: @Sendable ([UInt8]) -> Void

  /// `send` takes a whole text message.
  public init(send: @escaping @Sendable ([UInt8]) -> Void) {
    self.send = send
  }

  /// Ends all subscriptions.
  public func close() {
    let tasks = state.withLock { state in
      state.isClosed = true
      state.waiting = [:]
      defer { state.tasks = [:] }
      return Array(state.tasks.values)
    }
    for task in tasks { task.cancel() }
  }

  /// Lets new subscriptions speak, once the answers that name them are on their way.
  public func startSubscriptions() {
    state.withLock { state in
      for (id, body) in state.waiting { state.tasks[id] = Task { await body() } }
      state.waiting = [:]
    }
  }

  /// Makes a subscription and returns its name.
  func subscribe(
    limits: RPCLimits, _ body: @escaping @Sendable (_ notify: (JSON) -> Void) async -> Void
  ) throws(RPCFailure) -> String {
    let id = U256(.random(in: .min ... .max), .random(in: .min ... .max), 0, 0).quantity
    try state.withLock { (state) throws(RPCFailure) in
      guard !state.isClosed else { throw .server("connection is closed") }
      guard state.tasks.count + state.waiting.count < limits.subscriptionsMax else {
        throw .limit("more than \(limits.subscriptionsMax) subscriptions")
      }
      state.waiting[id] = { [send] in
        await body { result in
          let message: JSON = [
            "jsonrpc": "2.0", "method": "eth_subscription",
            "params": ["subscription": .string(id), "result": result],
          ]
          send(message.bytes)
        }
      }
    }
    return id
  }

  func unsubscribe(_ id: String) -> Bool {
    let (task, wasWaiting) = state.withLock { state in
      (state.tasks.removeValue(forKey: id), state.waiting.removeValue(forKey: id) != nil)
    }
    task?.cancel()
    return task != nil || wasWaiting
  }
}
