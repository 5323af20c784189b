internal import Chain
internal import EVM
internal import JSONTree
internal import Primitives

/// What a connection is told as it happens.
enum SubscriptionMethods {
  typealias Method =
    @Sendable (EthereumAPI, Parameters, RPCSession) throws(RPCFailure) -> JSON

  static let all: [String: Method] = [
    "eth_subscribe": { (api, parameters, session) throws(RPCFailure) in
      .string(try subscribe(api, parameters, session))
    },
    "eth_unsubscribe": { (_, parameters, session) throws(RPCFailure) in
      guard session.unsubscribe(try parameters.string(0)) else {
        throw .server("subscription not found")
      }
      return true
    },
  ]

  private static func subscribe(
    _ api: EthereumAPI, _ parameters: Parameters, _ session: RPCSession
  ) throws(RPCFailure) -> String {
    let node = api.node
    switch try parameters.string(0) {
    case "newHeads":
      let stream = node.watchBlocks()
      return try session.subscribe(limits: api.limits) { notify in
        await follow(stream) { event in
          if case .sealed(let block) = event { notify(JSON(block.header, hash: block.hash)) }
        }
      }
    case "logs":
      let query =
        parameters[1] == nil
        ? try emptyQuery()
        : try parameters.value(1) { (value) throws(BadValue) in try LogQuery(value) }
      return try followLogs(api, query.filter, session)
    case "newPendingTransactions":
      let isFull = try parameters.flag(1) ?? false
      let stream = node.watchPending()
      return try session.subscribe(limits: api.limits) { notify in
        do {
          for try await element in stream {
            guard case .hashes(let hashes) = element else { continue }
            for hash in hashes {
              guard isFull else {
                notify(.digest(hash))
                continue
              }
              if let pooled = node.pooledTransaction(hash) { notify(JSON(pooled)) }
            }
          }
        } catch {
          // The stream ends with the subscription.
        }
      }
    case "syncing":
      return try session.subscribe(limits: api.limits) { notify in notify(false) }
    case let name:
      throw RPCFailure(
        RPCFailure.methodNotFound, "no \"\(name.prefix(100))\" subscription in eth namespace")
    }
  }

  private static func emptyQuery() throws(RPCFailure) -> LogQuery {
    do throws(BadValue) {
      return try LogQuery([:])
    } catch {
      throw .invalid(error.reason)
    }
  }

  /// Logs of each new block; those of blocks that were taken back come once more, marked.
  private static func followLogs(
    _ api: EthereumAPI, _ filter: LogFilter, _ session: RPCSession
  ) throws(RPCFailure) -> String {
    let stream = api.node.watchBlocks()
    return try session.subscribe(limits: api.limits) { notify in
      // The latest blocks with logs, to take them back with.
      var recent: [(number: UInt64, logs: [FoundLog])] = []
      await follow(stream) { event in
        switch event {
        case .sealed(let block):
          let logs = block.logs(filter)
          guard !logs.isEmpty else { return }
          for log in logs { notify(JSON(log)) }
          recent.append((block.number, logs))
          if recent.count > 64 { recent.removeFirst() }
        case .reverted(let number):
          for (_, logs) in recent.reversed()
          where logs.first.map({ $0.blockNumber > number }) == true {
            for log in logs.reversed() { notify(JSON(log, removed: true)) }
          }
          recent.removeAll { $0.number > number }
        }
      }
    }
  }

  private static func follow(
    _ stream: BlockStream, _ body: (BlockEvent) -> Void
  ) async {
    do {
      for try await event in stream { body(event) }
    } catch {
      // The stream ends with the subscription.
    }
  }
}
