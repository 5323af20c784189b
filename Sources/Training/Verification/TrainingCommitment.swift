internal import CKernels
public import Primitives
internal import REE
public import Receipts
public import Sodium

/// What can be stated of a run's steps from one checkpoint to another.
public struct TrainingCommitment: Sendable {
  private let configuration: TrainingConfiguration
  private let firstStep: UInt64
  private let startCheckpoint: Digest
  private let startState: Digest

  /// - Parameters:
  ///   - trainer: Before its first step that the receipt is about.
  ///   - checkpoint: BLAKE3 of the trainer's checkpoint.
  public init(_ trainer: Trainer, from checkpoint: Digest) {
    configuration = trainer.plan.configuration
    firstStep = trainer.stepCount
    startCheckpoint = checkpoint
    startState = trainer.state
  }

  /// The receipt of the steps so far, unsigned.
  ///
  /// - Parameter checkpoint: BLAKE3 of the trainer's checkpoint as it is now.
  public func receipt(
    _ trainer: Trainer, to checkpoint: Digest, nonce: [UInt8], prover: Ed25519.PublicKey,
    timeMicroseconds: UInt64, engineVersion: String
  ) -> Receipt {
    let steps = trainer.stepCount - firstStep
    return Receipt(
      kind: .train, semanticsRoot: Semantics.root, engineName: "gensyn",
      engineVersion: engineVersion,
      model: Receipt.Model(
        format: .gptConfiguration, hash: BLAKE3.hash(configuration.gpt.fileBytes),
        root: startState, tokenizerHash: configuration.tokenizer),
      inputRoot: datasetRoot, parametersHash: configuration.digest,
      outputRoot: NamedCommitment.root(
        of: TrainingTensors.parameters(trainer.plan).map { $0.commitment(in: trainer.memory) }),
      finishReason: .complete, stepCount: steps, traceLevel: .steps,
      traceRoot: trainer.history.traceRoot(from: firstStep),
      training: Receipt.Training(
        datasetRoot: datasetRoot, startCheckpoint: startCheckpoint, endCheckpoint: checkpoint,
        firstStep: firstStep),
      requesterNonce: nonce, proverKey: prover, timeMicroseconds: timeMicroseconds,
      device: Receipt.Device(
        instructionSet: Trainer.instructionSet, threadCount: UInt64(trainer.threadCount)),
      workMultiplyAdds: trainer.plan.stepMultiplyAdds.multipliedReportingOverflow(by: steps)
        .partialValue)
  }

  /// The root over the texts: the training data, then the validation data where there are any.
  private var datasetRoot: Digest {
    let texts =
      [("train", configuration.data)]
      + (configuration.validationData.map { [("validation", $0)] } ?? [])
    return NamedCommitment.root(
      of: texts.map { name, data in
        NamedCommitment(
          name: name,
          tensor: TensorCommitment(
            dataType: TrainingTensors.uint8, dimensions: [data.byteCount], content: data.digest
          ).digest)
      })
  }
}
