internal import Archive
internal import Primitives
internal import REE
internal import Receipts
internal import Sodium
internal import Training

/// A training run that has been planned and has its data.
struct TrainingJob: Sendable {
  let plan: TrainingPlan
  let data: TrainingData
  /// Where to go on; nil: at the beginning.
  let checkpoint: Checkpoint?
  let threadCount: Int

  var configuration: TrainingConfiguration { plan.configuration }

  func trainer() throws(TrainingRefusal) -> Trainer {
    guard let checkpoint else { return Trainer(plan, data, threadCount: threadCount) }
    return try Trainer(plan, data, from: checkpoint, threadCount: threadCount)
  }
}

/// What a training run tells while it goes on.
enum TrainingEvent: Sendable {
  case step(Trainer.Step)
  case checkpoint(StoredCheckpoint)
}

/// A checkpoint in the artifact store.
struct StoredCheckpoint: Hashable, Sendable {
  let stepCount: UInt64
  let digest: Digest
  let sizeBytes: UInt64
  /// The root of the last step; nil before the first.
  let lastRoot: Digest?

  /// What checkpoints of a run are called in the store.
  static func namePrefix(_ configuration: TrainingConfiguration) -> String {
    "\("\(configuration.digest)".prefix(16))-step-"
  }

  /// The number of steps that a name tells.
  static func stepCount(name: String, of configuration: TrainingConfiguration) -> UInt64? {
    UInt64(name.dropFirst(namePrefix(configuration).count))
  }
}

extension ExecutionEngine {
  /// Where a run stops and what it keeps.
  struct TrainingOrder: Sendable {
    let stepCount: UInt64
    /// Store a checkpoint after so many steps; 0: only at the end.
    let checkpointInterval: UInt64
    let nonce: [UInt8]
    let owner: [UInt8]
    /// Stop at a checkpoint after this time.
    let end: ContinuousClock.Instant?
  }

  /// Trains now. A run that is cancelled leaves a checkpoint of where it was.
  func train(
    _ job: TrainingJob, _ order: TrainingOrder, isCancelled: () -> Bool,
    onEvent: (TrainingEvent) -> Void
  ) throws -> SignedReceipt {
    let trainer = try job.trainer()
    let start = try keepCheckpoint(of: trainer, owner: order.owner)
    onEvent(.checkpoint(start))
    let commitment = TrainingCommitment(trainer, from: start.digest)
    while trainer.stepCount < order.stepCount {
      guard !isCancelled() else {
        _ = try keepCheckpoint(of: trainer, owner: order.owner)
        throw CancellationError()
      }
      if let end = order.end, .now >= end {
        throw TrainingStop(checkpoint: try keepCheckpoint(of: trainer, owner: order.owner))
      }
      onEvent(.step(trainer.step()))
      let isDue =
        order.checkpointInterval > 0 && trainer.stepCount.isMultiple(of: order.checkpointInterval)
      if isDue, trainer.stepCount < order.stepCount {
        onEvent(.checkpoint(try keepCheckpoint(of: trainer, owner: order.owner)))
      }
    }
    let last = try keepCheckpoint(of: trainer, owner: order.owner)
    onEvent(.checkpoint(last))
    let signed = try sign(commitment, trainer, end: last.digest, nonce: order.nonce)
    let configuration = job.configuration
    try store.put(
      configuration.canonicalBytes, kind: .other, name: "parameters", owner: order.owner)
    try store.put(
      configuration.gpt.fileBytes, kind: .model, name: "gpt.json", owner: order.owner)
    try receipts.add(signed, owner: order.owner)
    return signed
  }

  func sign(
    _ commitment: TrainingCommitment, _ trainer: Trainer, end: Digest, nonce: [UInt8]
  ) throws -> SignedReceipt {
    let receipt = commitment.receipt(
      trainer, to: end, nonce: nonce, prover: prover.key.publicKey,
      timeMicroseconds: UInt64(clamping: UnixTime.now().milliseconds) * 1000,
      engineVersion: version)
    return try SignedReceipt(signing: receipt, with: prover.key)
  }

  private func keepCheckpoint(of trainer: Trainer, owner: [UInt8]) throws -> StoredCheckpoint {
    let bytes = trainer.checkpoint()
    let configuration = trainer.plan.configuration
    let digest = try store.put(
      bytes, kind: .checkpoint,
      name: StoredCheckpoint.namePrefix(configuration) + "\(trainer.stepCount)", owner: owner)
    return StoredCheckpoint(
      stepCount: trainer.stepCount, digest: digest, sizeBytes: UInt64(bytes.count),
      lastRoot: trainer.history.roots.last)
  }
}

/// The time for a run is over; it can go on from a checkpoint.
struct TrainingStop: Error {
  let checkpoint: StoredCheckpoint
}
