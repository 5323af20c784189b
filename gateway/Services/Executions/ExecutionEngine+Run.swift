internal import Archive
internal import Sodium
internal import GraphRuns
internal import Primitives
internal import REE
internal import RPC
internal import Receipts

extension ExecutionEngine {
  /// What one run takes besides what its nodes make: the weights and the inputs.
  static func fixedSizeBytes(_ plan: MemoryPlan, _ run: GraphRun) -> Int {
    run.inputs.values.reduce(plan.weightsBytes) { $0 + $1.sizeBytes }
  }

  /// The memory that a request leaves its run, in bytes.
  func memorySizeBytes(asked: UInt64) -> Int {
    asked == 0 ? limits.memorySizeBytesMax : min(Int(clamping: asked), limits.memorySizeBytesMax)
  }

  /// Runs a graph and signs what came out. Ends early with ``ExecutionError/cancelled``.
  func run(
    _ run: GraphRun, _ loaded: GraphModels.Loaded, memorySizeBytesMax: Int, nonce: [UInt8],
    isCancelled: @escaping @Sendable () -> Bool,
    progress: (@Sendable (Executor.Progress) -> Void)? = nil
  ) throws -> (outcome: Executor.Outcome, receipt: SignedReceipt) {
    var options = Executor.Options()
    let fixed = Self.fixedSizeBytes(loaded.executor.plan(run.inputs), run)
    options.memoryMax = max(0, memorySizeBytesMax - fixed)
    options.isCancelled = isCancelled
    options.progress = progress
    let outcome = try loaded.executor.run(run.inputs, options)
    let receipt = try run.receipt(
      outcome, of: loaded.executor.model, loaded.identity, trace: nil, nonce: nonce,
      prover: prover.key.publicKey, instructionSet: loaded.executor.instructionSet,
      timeMicroseconds: UInt64(clamping: UnixTime.now().milliseconds) * 1000,
      engineVersion: version)
    return (outcome, try SignedReceipt(signing: receipt, with: prover.key))
  }

  /// Keeps a receipt, what it needs to be computed anew, and what came out.
  func keep(
    _ signed: SignedReceipt, of run: GraphRun, _ outputs: [(name: String, tensor: Tensor)],
    owner: [UInt8]
  ) throws {
    for input in run.parameters.inputs {
      guard let tensor = run.inputs[input.name]?.tensor else { continue }
      try put(tensor, kind: .dataset, name: input.name, owner: owner)
    }
    for output in outputs { try put(output.tensor, kind: .result, name: output.name, owner: owner) }
    try store.put(run.parameters.bytes, kind: .other, name: "parameters", owner: owner)
    try receipts.add(signed, owner: owner)
  }

  private func put(
    _ tensor: Tensor, kind: Artifact.Kind, name: String, owner: [UInt8]
  ) throws {
    // A name from a model may hold what a label may not.
    let label = name.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }.prefix(60)
    try store.put(
      tensor.bytes, kind: kind, name: String(String.UnicodeScalarView(label)), owner: owner)
  }
}
