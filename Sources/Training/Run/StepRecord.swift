internal import Primitives
internal import Receipts

/// What one step is pinned down by: the state before, the tokens, the state after and the losses.
///
/// Since the state before is that of the step before, roots of steps form a chain, and one step can be
/// checked alone.
struct StepRecord {
  let root: Digest

  init(
    configuration: TrainingConfiguration, before: StateRoot, batches: [Batch], after: StateRoot,
    loss: Float, validationLoss: Float?
  ) {
    let losses = [loss] + (validationLoss.map { [$0] } ?? [])
    let record = TraceRecord(
      node: 0, nodeHash: configuration.digest, operatorName: "training.step",
      semanticsVersion: "1.0.0", inputs: [before.digest, Self.digest(batches)],
      outputs: [after.digest] + losses.map(Self.digest))
    var trace = TraceBuilder()
    trace.append(record)
    root = trace.endStep()
  }

  private static func digest(_ batches: [Batch]) -> Digest {
    let tokens = batches.flatMap(\.tokens)
    let length = (batches.first?.length ?? 0) + 1
    let bytes = tokens.flatMap { token in
      (0..<4).map { UInt8(truncatingIfNeeded: token >> UInt32($0 * 8)) }
    }
    return TensorCommitment(
      dataType: TrainingTensors.uint32,
      dimensions: [UInt64(tokens.count / length), UInt64(length)], content: BLAKE3.hash(bytes)
    ).digest
  }

  private static func digest(_ loss: Float) -> Digest {
    let bits = loss.isNaN ? 0x7FC0_0000 : loss.bitPattern
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32($0 * 8)) }
    return TensorCommitment(
      dataType: TrainingTensors.float32, dimensions: [], content: BLAKE3.hash(bytes)
    ).digest
  }
}
