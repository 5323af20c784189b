internal import Foundation
internal import Primitives
internal import REE
internal import RPC
internal import Receipts
internal import Schema
internal import SwiftProtobuf
internal import Training

extension ReceiptService {
  /// Checks a receipt of a training run: all of it, or some of its steps.
  func verifyTraining(
    _ signed: SignedReceipt, _ request: Gensyn_Ree_V1.VerifyReceiptRequest,
    to responses: ResponseWriter<Gensyn_Ree_V1.VerifyReceiptResponse>
  ) async throws {
    guard signed.receipt.semanticsRoot == Semantics.root else {
      throw RPCError(.unimplemented, "this node's semantics have the root \(Semantics.root)")
    }
    let part = try Part(request.scope)
    do {
      let engine = engine
      let verification = try await disk.run { () throws(any Error) in
        try TrainingVerification(signed, request.options, engine)
      }
      // A reader that is behind misses numbers that are out of date anyway.
      let (numbers, feed) = AsyncStream.makeStream(
        of: UInt64.self, bufferingPolicy: .bufferingNewest(1))
      async let verdict = Self.ending(feed) {
        try await engine.compute { isCancelled in
          switch part {
          case .whole:
            try verification.whole(isCancelled: isCancelled, progress: { feed.yield($0) })
          case .steps(let steps, let checkpoint):
            try verification.steps(
              steps, from: checkpoint, isCancelled: isCancelled, progress: { feed.yield($0) })
          }
        }
      }
      for await number in numbers {
        try await responses.write(
          .with {
            $0.progress.phase = .computing
            $0.progress.stepsDone = number
          })
      }
      let found = try await verdict
      try await responses.write(.with { $0.verdict = found })
    } catch {
      throw RPCError(execution: error)
    }
  }

  private static func ending<Result>(
    _ feed: AsyncStream<UInt64>.Continuation, _ body: () async throws -> Result
  ) async throws -> Result {
    defer { feed.finish() }
    return try await body()
  }

  private enum Part: Sendable {
    case whole
    case steps(Range<UInt64>, from: Digest?)

    init(_ scope: Gensyn_Ree_V1.VerifyReceiptRequest.OneOf_Scope?) throws(RPCError) {
      switch scope {
      case .whole?, nil: self = .whole
      case .steps(let steps)?:
        guard steps.firstStep < steps.endStep else {
          throw RPCError(badField: "steps.end_step", "must be behind the first step")
        }
        self = .steps(
          steps.firstStep..<steps.endStep,
          from: steps.checkpointHash.isEmpty
            ? nil : try Digest(field: "steps.checkpoint_hash", steps.checkpointHash))
      case .sampled?:
        throw RPCError(.unimplemented, "a training run is verified whole or by consecutive steps")
      }
    }
  }
}
