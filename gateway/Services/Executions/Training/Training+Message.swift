internal import Foundation
internal import REE
internal import RPC
internal import Receipts
internal import Schema
internal import SwiftProtobuf
internal import Training

extension Gensyn_Ree_V1.ExecutionPlan {
  init(_ job: TrainingJob, upTo stepCount: UInt64) {
    self.init()
    nodeCount = UInt64(job.plan.operationCount)
    self.stepCount = stepCount - (job.checkpoint?.stepCount ?? 0)
    peakMemorySizeBytes = job.plan.memorySizeBytes
    weightsSizeBytes = job.plan.stateSizeBytes
    stepMultiplyAdds = job.plan.stepMultiplyAdds
    instructionSet = Trainer.instructionSet
    threadCount = UInt32(clamping: job.threadCount)
    semanticsRoot = Semantics.root.data
  }
}

extension Gensyn_Ree_V1.ExecutionEvent.OneOf_Event {
  init(_ event: TrainingEvent, _ configuration: TrainingConfiguration) {
    switch event {
    case .step(let step):
      self = .trainingStep(
        .with {
          $0.step = step.index
          $0.loss = step.loss
          if let loss = step.validationLoss { $0.validationLoss = loss }
          $0.gradientNorm = step.gradientNorm
          $0.learningRate = step.learningRate
          $0.tokenCount = (step.index + 1) &* UInt64(configuration.tokensPerStep)
          $0.stateHash = step.root.data
        })
    case .checkpoint(let checkpoint):
      self = .checkpoint(
        .with {
          $0.step = checkpoint.stepCount
          $0.artifactHash = checkpoint.digest.data
          $0.sizeBytes = checkpoint.sizeBytes
          $0.stateHash = checkpoint.lastRoot?.data ?? Data()
        })
    }
  }
}

extension Gensyn_Ree_V1.ExecutionResult {
  init(training signed: SignedReceipt, elapsed: Duration) {
    self.init()
    state = .succeeded
    receipt = Gensyn_Ree_V1.Receipt(signed)
    finishReason = .complete
    self.elapsed = Google_Protobuf_Duration(elapsed)
  }
}

extension RPCError {
  init(training refusal: TrainingRefusal) {
    let text = "\(refusal)"
    switch refusal {
    case .value(let name, let reason): self.init(badField: name, reason)
    case .memory(let needed, let allowed):
      self.init(
        .resourceExhausted, text,
        details: [
          .reason(
            "MEMORY", domain: Self.reeDomain,
            metadata: ["needed_size_bytes": "\(needed)", "limit_size_bytes": "\(allowed)"])
        ])
    case .shortData, .token, .otherData: self.init(badField: "configuration.dataset_hash", text)
    case .checkpoint: self.init(badField: "checkpoint_hash", text)
    }
  }

  init(_ stop: TrainingStop) {
    self.init(
      .resourceExhausted,
      "the time for this run is over; it can go on from checkpoint \(stop.checkpoint.digest)",
      details: [
        .reason(
          "RUN_TIME", domain: Self.reeDomain,
          metadata: [
            "checkpoint_hash": "\(stop.checkpoint.digest)", "step": "\(stop.checkpoint.stepCount)",
          ])
      ])
  }
}
