internal import Dispatch
internal import Foundation
public import Market
internal import MarketChain
public import Primitives
public import RPC
public import Sodium
internal import Synchronization

/// A node's market at work: it follows the chain, sends what is due, and serves those who connect.
public final class MarketNode: Sendable {
  public let market: ComputeMarket
  let chain: any SettlementChain
  let results: any ResultStore
  /// Countersigns heartbeats.
  let key: Ed25519.SecretKey
  let clock: @Sendable () -> UnixTime
  let sessions = Sessions()
  let intents = Mutex(IntentMemory())
  private let queue = DispatchQueue(label: "market")
  private let report: @Sendable (String) -> Void
  private let attempts = Mutex<[SettlementOrder: Attempt]>([:])

  private struct Attempt {
    var next: UnixTime
    var delayMilliseconds: Int64
  }

  /// - Parameter report: Told what went wrong with a transaction of the market's own.
  public init(
    rules: MarketParameters, log: String, chain: any SettlementChain,
    results: any ResultStore, key: consuming Ed25519.SecretKey,
    clock: @escaping @Sendable () -> UnixTime = UnixTime.now,
    report: @escaping @Sendable (String) -> Void = { _ in }
  ) throws {
    market = try ComputeMarket(rules, log: log, clock: clock)
    self.chain = chain
    self.results = results
    self.key = key
    self.clock = clock
    self.report = report
  }

  /// The services over it.
  public var services: [any Service] {
    [
      OfferService(node: self), JobService(node: self), ProviderService(node: self),
      VerifierService(node: self), SettlementService(node: self),
    ]
  }

  /// Applies an input away from the event loops; it is on the disk when this returns.
  @discardableResult
  func submit(_ input: MarketInput) async throws(RPCError) -> [MarketAction] {
    let result: Result<[MarketAction], ComputeMarket.Failure> =
      await withCheckedContinuation { continuation in
        queue.async {
          do throws(ComputeMarket.Failure) {
            continuation.resume(returning: .success(try self.market.submit(input)))
          } catch {
            continuation.resume(returning: .failure(error))
          }
        }
      }
    do throws(ComputeMarket.Failure) {
      return try result.get()
    } catch {
      throw RPCError(error)
    }
  }

  /// The same for what may come too late, and then has no effect.
  func submitLate(_ input: MarketInput) async throws(RPCError) {
    do throws(RPCError) {
      try await submit(input)
    } catch {
      guard error.code == .failedPrecondition else { throw error }
    }
  }

  private func tick() async {
    let failure: ComputeMarket.Failure? = await withCheckedContinuation { continuation in
      queue.async {
        do throws(ComputeMarket.Failure) {
          try self.market.tick()
          continuation.resume(returning: nil)
        } catch {
          continuation.resume(returning: error)
        }
      }
    }
    if let failure { report("the market's clock: \(failure)") }
  }

  /// Works until the task is cancelled.
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.follow() }
      group.addTask { await self.work() }
    }
  }

  /// Reads block after block; where the chain cannot be read it tries again.
  private func follow() async {
    while !Task.isCancelled {
      let first = market.read { $0.head.map { $0.number + 1 } ?? 0 }
      do {
        for try await block in chain.blocks(from: first)
        where !block.entries.isEmpty || market.read({ $0.awaitsBlock }) {
          try await submit(.block(block))
        }
      } catch {
        report("the chain cannot be followed: \(error)")
      }
      try? await Task.sleep(for: .seconds(1))
    }
  }

  private func work() async {
    while !Task.isCancelled {
      await tick()
      await sendOrders()
      // Whatever changes a job may make an order due; time does so at the latest in half a second.
      await waitForChange(atMost: .milliseconds(500))
    }
  }

  private func waitForChange(atMost limit: Duration) async {
    let changes = market.changes(of: [.jobs])
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        var iterator = changes.makeAsyncIterator()
        // The first comes at once.
        _ = await iterator.next()
        _ = await iterator.next()
      }
      group.addTask { try? await Task.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
  }

  /// Sends what is due; what the escrow refuses comes again later.
  private func sendOrders() async {
    let now = clock()
    let due = market.read { $0.orders(at: now) }
    attempts.withLock { attempts in attempts = attempts.filter { due.contains($0.key) } }
    for order in due where attempts.withLock({ ($0[order]?.next ?? now) <= now }) {
      do {
        let call = order.call
        _ = try await chain.send(call.contract, call.data)
      } catch {
        report("\(order) was refused: \(error)")
      }
      attempts.withLock { attempts in
        let delay = min((attempts[order]?.delayMilliseconds ?? 250) * 2, 30_000)
        attempts[order] = Attempt(
          next: now.advanced(by: .milliseconds(delay)), delayMilliseconds: delay)
      }
    }
  }
}
