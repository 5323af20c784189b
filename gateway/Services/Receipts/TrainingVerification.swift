internal import Foundation
internal import Primitives
internal import REE
internal import RPC
internal import Receipts
internal import Schema
internal import SwiftProtobuf
internal import Training

/// Checks a receipt of a training run, in whole or in part, by taking its steps again.
struct TrainingVerification: Sendable {
  private let engine: ExecutionEngine
  private let signed: SignedReceipt
  private let receipt: Receipt
  private let training: Receipt.Training
  private let configuration: TrainingConfiguration
  private let memorySizeBytesMax: UInt64

  /// The largest spelling of a configuration.
  private static let parameterBytesMax = 64 << 10

  /// Finds what the run was in the store. Waits for the disk.
  init(
    _ signed: SignedReceipt, _ options: Gensyn_Ree_V1.ExecutionOptions, _ engine: ExecutionEngine
  ) throws {
    guard let training = signed.receipt.training else {
      throw RPCError(badField: "receipt", "is not of a training run")
    }
    // Bounded before anybody computes: the consistency of a receipt says that this does not overflow.
    guard training.firstStep + signed.receipt.stepCount <= Checkpoint.stepCountMax else {
      throw RPCError(
        badField: "receipt", "has more than the \(Checkpoint.stepCountMax) steps of a run")
    }
    self.engine = engine
    self.signed = signed
    self.training = training
    receipt = signed.receipt
    memorySizeBytesMax = engine.memoryLimit(options)
    configuration = try TrainingConfiguration(
      canonicalBytes: engine.store.contents(
        receipt.parametersHash, sizeMax: Self.parameterBytesMax))
  }

  private var endStep: UInt64 { training.firstStep &+ receipt.stepCount }

  // MARK: - In whole

  /// Takes every step of the receipt and compares what comes out with all that it says.
  func whole(
    isCancelled: () -> Bool, progress: (UInt64) -> Void
  ) throws -> Gensyn_Ree_V1.VerificationVerdict {
    // A run's beginning follows from its configuration; a later start must be in the store.
    let start = training.firstStep == 0 ? nil : try engine.checkpoint(training.startCheckpoint)
    if let start, start.stepCount != training.firstStep {
      return verdict([fault(.firstStep, "its start checkpoint is of step \(start.stepCount)")])
    }
    if let start, start.configuration != configuration {
      return verdict([fault(.startCheckpointHash, "its start checkpoint is of another run")])
    }
    let trainer = try job(from: start).trainer()
    let commitment = TrainingCommitment(trainer, from: BLAKE3.hash(trainer.checkpoint()))
    while trainer.stepCount < endStep {
      guard !isCancelled() else { throw CancellationError() }
      _ = trainer.step()
      progress(trainer.stepCount - training.firstStep)
    }
    let own = try engine.sign(
      commitment, trainer, end: BLAKE3.hash(trainer.checkpoint()), nonce: receipt.requesterNonce)
    var verdict = verdict(signed.contradictions(with: own.receipt))
    verdict.stepsChecked = receipt.stepCount
    verdict.detectionProbability = 1
    verdict.ownReceipt = Gensyn_Ree_V1.Receipt(own)
    return verdict
  }

  // MARK: - In part

  /// Takes steps again, from a checkpoint before them, and compares each with the receipt's trace.
  ///
  /// - Parameter steps: Counted from the receipt's first.
  func steps(
    _ steps: Range<UInt64>, from checkpoint: Digest?, isCancelled: () -> Bool,
    progress: (UInt64) -> Void
  ) throws -> Gensyn_Ree_V1.VerificationVerdict {
    guard steps.upperBound <= receipt.stepCount, !steps.isEmpty else {
      throw RPCError(
        badField: "steps", "must be some of the receipt's \(receipt.stepCount) steps")
    }
    // The run's last checkpoint carries the leaves of the trace; the receipt's root vouches for them.
    let claimed = try engine.checkpoint(training.endCheckpoint).history
    guard UInt64(claimed.roots.count) == endStep,
      claimed.traceRoot(from: training.firstStep) == receipt.traceRoot
    else {
      return verdict([fault(.traceRoot, "it is not that of the end checkpoint's steps")])
    }
    let first = training.firstStep + steps.lowerBound
    let start = try start(at: first, named: checkpoint)
    let trainer = try job(from: start).trainer()
    let skipped = trainer.stepCount
    let check = StepCheck(
      trainer, upTo: training.firstStep + steps.upperBound, claimed: claimed.roots,
      isCancelled: isCancelled, progress: progress)
    guard !check.isCancelled else { throw CancellationError() }
    var verdict = verdict([])
    verdict.stepsChecked = check.stepsChecked
    verdict.detectionProbability =
      1 - pow(0.9, Double(min(check.stepsChecked, receipt.stepCount)))
    if let wrong = check.firstWrongStep {
      verdict = self.verdict([
        ReceiptFault(
          .traceRoot, "step \(wrong) has another root, computed from step \(skipped)",
          claimed: check.claimed?.array ?? [], found: check.found?.array ?? [])
      ])
      verdict.stepsChecked = check.stepsChecked
      verdict.firstWrongStep = wrong - min(training.firstStep, wrong)
    }
    return verdict
  }

  /// The checkpoint that is named, or the newest one at or before a step; nil: the run's beginning.
  private func start(at step: UInt64, named checkpoint: Digest?) throws -> Checkpoint? {
    if let checkpoint {
      let found = try engine.checkpoint(checkpoint)
      guard found.configuration == configuration, found.stepCount <= step else {
        throw RPCError(
          badField: "steps.checkpoint_hash", "is not of this run, or behind the first step")
      }
      return found
    }
    var newest: (step: UInt64, digest: Digest)?
    var cursor: ArtifactStore.Cursor?
    let filter = ArtifactStore.Filter(
      kind: .checkpoint, namePrefix: StoredCheckpoint.namePrefix(configuration))
    repeat {
      let page = engine.store.list(after: cursor, limit: 1000, matching: filter)
      for artifact in page.artifacts {
        let count = StoredCheckpoint.stepCount(name: artifact.name, of: configuration)
        guard let count, count <= step, count >= newest?.step ?? 0 else { continue }
        newest = (count, artifact.digest)
      }
      cursor = page.next
    } while cursor != nil
    guard let newest, newest.step > 0 else { return nil }
    // Whoever stores a file may name it: what is in it counts.
    guard let found = try? engine.checkpoint(newest.digest), found.configuration == configuration,
      found.stepCount <= step
    else { return nil }
    return found
  }

  private func job(from checkpoint: Checkpoint?) throws -> TrainingJob {
    try engine.trainingJob(
      configuration, from: checkpoint, memorySizeBytesMax: memorySizeBytesMax,
      threadCount: engine.limits.threadCountMax)
  }

  private func fault(_ field: ReceiptField, _ message: String) -> ReceiptFault {
    ReceiptFault(field, message)
  }

  private func verdict(_ faults: [ReceiptFault]) -> Gensyn_Ree_V1.VerificationVerdict {
    .with {
      $0.agrees = faults.isEmpty
      $0.faults = faults.map { Gensyn_Ree_V1.ReceiptFault($0) }
    }
  }
}
