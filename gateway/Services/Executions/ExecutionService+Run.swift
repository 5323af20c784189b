internal import Foundation
internal import GraphRuns
internal import Primitives
internal import REE
public import RPC
internal import Receipts
public import Schema
internal import SwiftProtobuf

extension ExecutionService {
  /// How often progress is sent where the caller does not say.
  private static let progressInterval = Duration.milliseconds(100)

  public func run(
    _ request: Gensyn_Ree_V1.RunRequest,
    to responses: ResponseWriter<Gensyn_Ree_V1.RunResponse>, in call: ServerCall
  ) async throws {
    do {
      try Self.check(request.options)
      let memory = engine.memorySizeBytes(asked: request.options.memorySizeBytesMax)
      let (run, loaded) = try await prepare(request, memorySizeBytes: memory)
      var numbering = EventNumbering()
      let plan = loaded.executor.plan(run.inputs)
      let first = numbering.event(
        .plan(.init(plan, run, loaded, memorySizeBytes: memory)))
      try await responses.write(.with { $0.event = first })
      if request.options.planOnly { return }
      let needed = ExecutionEngine.fixedSizeBytes(plan, run) + (plan.peakBytes ?? 0)
      guard needed <= memory else {
        throw ExecutionError.memory(planned: needed, limit: memory)
      }
      try await compute(run, loaded, request.options, call.owner, memory, &numbering, responses)
    } catch {
      throw RPCError(execution: error)
    }
  }

  private func compute(
    _ run: GraphRun, _ loaded: GraphModels.Loaded, _ asked: Gensyn_Ree_V1.ExecutionOptions,
    _ owner: [UInt8], _ memory: Int, _ numbering: inout EventNumbering,
    _ responses: ResponseWriter<Gensyn_Ree_V1.RunResponse>
  ) async throws {
    let interval =
      asked.hasProgressInterval ? Duration(asked.progressInterval) : Self.progressInterval
    let start = ContinuousClock.now
    let deadline = asked.hasRunTimeMax ? start + Duration(asked.runTimeMax) : nil
    // Whoever reads slowly misses progress, and nothing else.
    let (news, feed) = AsyncStream.makeStream(
      of: Executor.Progress.self, bufferingPolicy: .bufferingNewest(16))
    let engine = engine
    async let outcome = Self.ending(feed) {
      try await engine.compute { isCancelled in
        let wish = Cancellation(isCancelled, deadline)
        let pace = Pace(interval)
        do {
          let (outcome, signed) = try engine.run(
            run, loaded, memorySizeBytesMax: memory, nonce: [UInt8](asked.requesterNonce),
            isCancelled: { wish.shouldEnd }, progress: { if pace.isDue() { feed.yield($0) } })
          let outputs = try run.outputs(outcome)
          try engine.keep(signed, of: run, outputs, owner: owner)
          return (outputs, signed)
        } catch ExecutionError.cancelled where wish.isLate {
          throw RPCError(
            .resourceExhausted, "the run took longer than the request allows",
            details: [.reason("RUN_TIME", domain: RPCError.reeDomain)])
        }
      }
    }
    for await progress in news {
      let next = numbering.event(
        .progress(.init(progress, elapsed: start.duration(to: .now))))
      try await responses.write(.with { $0.event = next })
    }
    let (outputs, signed) = try await outcome
    for (name, tensor) in outputs {
      let next = numbering.event(.output(.init(name, tensor)))
      try await responses.write(.with { $0.event = next })
    }
    let last = numbering.event(
      .result(
        .with {
          $0.state = .succeeded
          $0.finishReason = .complete
          $0.receipt = Gensyn_Ree_V1.Receipt(signed)
          $0.elapsed = Google_Protobuf_Duration(start.duration(to: .now))
        }))
    try await responses.write(.with { $0.event = last })
  }

  private func prepare(
    _ request: Gensyn_Ree_V1.RunRequest, memorySizeBytes: Int
  ) async throws -> (GraphRun, GraphModels.Loaded) {
    let hash = try Digest(field: "model.model_hash", request.model.modelHash)
    var parameters = RunParameters()
    parameters.files = try [RunParameters.File](request.model)
    parameters.outputNames = request.outputNames
    if !request.model.tokenizerHash.isEmpty {
      parameters.tokenizer = try Digest(
        field: "model.tokenizer_hash", request.model.tokenizerHash)
    }
    let loaded = try await engine.graphs.model(hash, files: parameters.files)
    let model = loaded.executor.model
    var inputs: [String: Value] = [:]
    if request.texts.isEmpty {
      for (index, message) in request.inputs.enumerated() {
        let tensor = try await disk.run { () throws(any Error) in
          try message.tensor(
            field: "inputs[\(index)]", engine.store, sizeMax: memorySizeBytes)
        }
        guard inputs.updateValue(.tensor(tensor), forKey: message.name) == nil else {
          throw RunRefusal.duplicateInput(message.name)
        }
        parameters.inputs.append(try RunParameters.Input(message.name, tensor))
      }
    } else {
      guard request.inputs.isEmpty else {
        throw RPCError(badField: "texts", "stand instead of inputs, not beside them")
      }
      parameters.texts = request.texts
      inputs = try await engine.graphs.inputs(of: parameters, for: model)
    }
    try loaded.executor.check(inputs)
    return (try GraphRun(parameters, inputs: inputs, of: model), loaded)
  }

  private static func check(_ options: Gensyn_Ree_V1.ExecutionOptions) throws(RPCError) {
    guard options.traceLevel == .unspecified || options.traceLevel == .ends else {
      throw RPCError(.unimplemented, "this node commits to a run's ends: ENDS")
    }
    try checkShared(options)
  }
}

extension GraphModels {
  /// The inputs that texts become.
  func inputs(of parameters: RunParameters, for model: Model) async throws -> [String: Value] {
    guard let hash = parameters.tokenizer else {
      throw RPCError(badField: "model.tokenizer_hash", "is missing: texts need a tokenizer")
    }
    return try TextBatch.inputs(of: parameters.texts, try await tokenizer(hash), for: model)
  }
}

/// Why a run should end before its time.
private struct Cancellation: Sendable {
  private let isCancelled: @Sendable () -> Bool
  private let deadline: ContinuousClock.Instant?

  init(_ isCancelled: @escaping @Sendable () -> Bool, _ deadline: ContinuousClock.Instant?) {
    self.isCancelled = isCancelled
    self.deadline = deadline
  }

  var isLate: Bool { deadline.map { .now > $0 } ?? false }
  var shouldEnd: Bool { isCancelled() || isLate }
}
