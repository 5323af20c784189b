internal import Sodium
public import Archive
internal import Foundation
internal import Primitives
public import REE
internal import RPC
internal import Receipts
internal import Synchronization

/// Runs computations one after another on a thread of its own, and signs their receipts.
public final class ExecutionEngine: Sendable {
  public struct Limits: Sendable {
    /// Computations that run or wait; one more is refused.
    public var computationsMax = 16
    /// The most memory that one computation may take, in bytes.
    public var memorySizeBytesMax = 8 << 30
    public var threadCountMax = 2
    /// Models that stay in memory.
    public var modelCountMax = 2

    public init() {}
  }

  let store: ArtifactStore
  let receipts: ReceiptStore
  let limits: Limits
  let models: LanguageModels
  let graphs: GraphModels
  let prover: Prover
  let version: String
  private let thread = DiskExecutor(threads: 1)
  private let running = Mutex(0)

  public init(
    store: ArtifactStore, receipts: ReceiptStore, prover: Prover, version: String,
    limits: Limits = Limits()
  ) {
    self.store = store
    self.receipts = receipts
    self.prover = prover
    self.version = version
    self.limits = limits
    models = LanguageModels(store: store, countMax: limits.modelCountMax)
    graphs = GraphModels(
      store: store, countMax: limits.modelCountMax, sizeBytesMax: limits.memorySizeBytesMax)
  }

  /// Runs `body` when it is its turn; it is told when the caller has gone.
  func compute<Result: Sendable>(
    _ body: @Sendable (_ isCancelled: @escaping @Sendable () -> Bool) throws -> Result
  ) async throws -> Result {
    let isFree = running.withLock { running in
      guard running < limits.computationsMax else { return false }
      running += 1
      return true
    }
    guard isFree else {
      throw RPCError(
        .resourceExhausted, "\(limits.computationsMax) computations run or wait already",
        details: [
          .reason("TOO_MANY_COMPUTATIONS", domain: RPCError.reeDomain),
          .retry(after: .seconds(5)),
        ])
    }
    defer { running.withLock { $0 -= 1 } }
    let wish = Wish()
    return try await withTaskCancellationHandler {
      try await thread.run { () throws(any Error) in
        guard !wish.isCancelled else { throw CancellationError() }
        return try body { wish.isCancelled }
      }
    } onCancel: {
      wish.cancel()
    }
  }

  /// Whether the caller still wants the result.
  private final class Wish: Sendable {
    private let cancelled = Atomic(false)

    var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

    func cancel() { cancelled.store(true, ordering: .relaxed) }
  }

  /// One generation with its receipt, computed now.
  func generate(
    _ request: GenerationRequest, _ loaded: LanguageModels.Loaded, nonce: [UInt8],
    isCancelled: () -> Bool, onToken: (GeneratedToken) -> Void
  ) throws -> (result: GenerationResult, receipt: SignedReceipt?) {
    var options = request.options
    options.reportsCommitments = true
    var commitment = GenerationCommitment(request, of: loaded.model, loaded.identity)
    let result = try Generator(loaded.model).generate(
      request.prompt, options, isCancelled: isCancelled
    ) { token in
      commitment.append(token)
      onToken(token)
    }
    let receipt = commitment.receipt(
      result, nonce: nonce, prover: prover.key.publicKey, threadCount: options.threadCount,
      timeMicroseconds: UInt64(clamping: UnixTime.now().milliseconds) * 1000,
      engineVersion: version)
    return (result, try receipt.map { try SignedReceipt(signing: $0, with: prover.key) })
  }

  /// Keeps a receipt and what it needs to be computed anew.
  func keep(_ signed: SignedReceipt, of request: GenerationRequest, owner: [UInt8]) throws {
    try store.put(request.promptBytes, kind: .other, name: "prompt", owner: owner)
    try store.put(request.parameterBytes, kind: .other, name: "parameters", owner: owner)
    try receipts.add(signed, owner: owner)
  }
}
