internal import Foundation
internal import Primitives
public import RPC
public import Schema
internal import SwiftProtobuf
internal import Training

extension ExecutionService {
  public func train(
    _ request: Gensyn_Ree_V1.TrainRequest,
    to responses: ResponseWriter<Gensyn_Ree_V1.TrainResponse>, in call: ServerCall
  ) async throws {
    try Self.check(request.options)
    do {
      let job = try await disk.run { () throws(any Error) in try engine.trainingJob(request) }
      let first = job.checkpoint?.stepCount ?? 0
      guard request.stepCount > first, request.stepCount <= Checkpoint.stepCountMax else {
        throw RPCError(
          badField: "step_count",
          "must be above the \(first) steps done and at most \(Checkpoint.stepCountMax)")
      }
      var numbering = TrainingEvents()
      try await responses.write(
        numbering.event(.plan(.init(job, upTo: request.stepCount))))
      guard !request.options.planOnly else { return }
      let order = try ExecutionEngine.TrainingOrder(request, owner: call.owner)
      try await train(job, order, numbering, to: responses)
    } catch let stop as TrainingStop {
      throw RPCError(stop)
    } catch {
      throw RPCError(execution: error)
    }
  }

  private func train(
    _ job: TrainingJob, _ order: ExecutionEngine.TrainingOrder, _ numbering: TrainingEvents,
    to responses: ResponseWriter<Gensyn_Ree_V1.TrainResponse>
  ) async throws {
    var numbering = numbering
    let start = ContinuousClock.now
    let (events, feed) = AsyncStream.makeStream(
      of: TrainingEvent.self, bufferingPolicy: .bufferingOldest(Self.trainingEventsMax))
    let engine = engine
    async let outcome = Self.ending(feed) {
      try await engine.compute { isCancelled in
        try engine.train(job, order, isCancelled: isCancelled) { event in
          // A reader that is behind holds the run up.
          while case .dropped = feed.yield(event), !isCancelled() {
            Thread.sleep(forTimeInterval: 0.005)
          }
        }
      }
    }
    for await event in events {
      try await responses.write(numbering.event(.init(event, job.configuration)))
    }
    let signed = try await outcome
    try await responses.write(
      numbering.event(.result(.init(training: signed, elapsed: start.duration(to: .now)))))
  }

  /// Events that wait for a slow reader.
  private static let trainingEventsMax = 1024

  private static func check(_ options: Gensyn_Ree_V1.ExecutionOptions) throws(RPCError) {
    try checkShared(options)
    guard options.traceLevel == .unspecified || options.traceLevel == .steps else {
      throw RPCError(.unimplemented, "a training run's trace has one record for each step: STEPS")
    }
  }
}

extension ExecutionEngine.TrainingOrder {
  init(_ request: Gensyn_Ree_V1.TrainRequest, owner: [UInt8]) throws(RPCError) {
    var end: ContinuousClock.Instant?
    if request.options.hasRunTimeMax {
      let time = request.options.runTimeMax
      guard 0...Self.runSecondsMax ~= time.seconds, 0..<1_000_000_000 ~= time.nanos else {
        throw RPCError(
          badField: "options.run_time_max", "must be 0 to \(Self.runSecondsMax) seconds")
      }
      end = .now + .seconds(time.seconds) + .nanoseconds(Int64(time.nanos))
    }
    self.init(
      stepCount: request.stepCount,
      checkpointInterval: request.configuration.checkpointInterval,
      nonce: [UInt8](request.options.requesterNonce), owner: owner, end: end)
  }

  /// A year.
  private static let runSecondsMax: Int64 = 31_536_000
}

/// Numbers a training run's events.
private struct TrainingEvents: Sendable {
  private let id = Data((0..<16).map { _ in UInt8.random(in: .min ... .max) })
  private var sequence: UInt64 = 0

  mutating func event(
    _ event: Gensyn_Ree_V1.ExecutionEvent.OneOf_Event
  ) -> Gensyn_Ree_V1.TrainResponse {
    sequence += 1
    return .with {
      $0.event.executionID = id
      $0.event.sequence = sequence
      $0.event.event = event
    }
  }
}
