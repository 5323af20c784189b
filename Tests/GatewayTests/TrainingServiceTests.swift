import Archive
import Foundation
import GatewayServices
import Primitives
import REE
import RPC
import Receipts
import Schema
import Sodium
import SwiftProtobuf
import Testing

/// Training through the services, with a model that takes milliseconds for each step.
@Suite
struct TrainingServiceTests {
  private let directory: TemporaryDirectory
  private let artifacts: ArtifactStore
  private let executions: Gensyn_Ree_V1.ExecutionClient
  private let receipts: Gensyn_Ree_V1.ReceiptClient

  init() throws {
    directory = try TemporaryDirectory()
    artifacts = try ArtifactStore(directory: directory.path + "/artifacts")
    let archive = try ReceiptStore(directory: directory.path + "/receipts")
    let engine = ExecutionEngine(
      store: artifacts, receipts: archive, prover: try .open(directory.path + "/key"),
      version: "test")
    let router = Router(services: [
      ExecutionService(engine: engine, disk: ArtifactFixture.disk),
      ReceiptService(
        receipts: archive, artifacts: artifacts, engine: engine, disk: ArtifactFixture.disk),
    ])
    let client = Client(
      transport: InProcessTransport(router), defaults: CallOptions(timeout: .seconds(60)))
    executions = Gensyn_Ree_V1.ExecutionClient(client)
    receipts = Gensyn_Ree_V1.ReceiptClient(client)
  }

  private func request(
    steps: UInt64 = 6, _ change: (inout Gensyn_Ree_V1.TrainRequest) -> Void = { _ in }
  ) throws -> Gensyn_Ree_V1.TrainRequest {
    let text = Array(
      String(repeating: "to be or not to be, that is the question\n", count: 20).utf8)
    let hash = try artifacts.put(text, kind: .dataset, name: "text", owner: [])
    var request = Gensyn_Ree_V1.TrainRequest()
    request.gpt = .with {
      $0.layerCount = 1
      $0.width = 8
      $0.headCount = 2
      $0.hiddenWidth = 8
      $0.contextLength = 8
    }
    request.configuration = .with {
      $0.datasetHash = Data(hash.array)
      $0.validationDatasetHash = Data(hash.array)
      $0.microBatchSize = 2
      $0.adamW = .init()
      $0.learningRate.peak = 0.01
      $0.checkpointInterval = 2
      $0.validationInterval = 3
    }
    request.stepCount = steps
    request.options.requesterNonce = Data([9])
    change(&request)
    return request
  }

  private struct Outcome {
    var plan: Gensyn_Ree_V1.ExecutionPlan?
    var steps: [Gensyn_Ree_V1.TrainingStep] = []
    var checkpoints: [Gensyn_Ree_V1.TrainingCheckpoint] = []
    var result: Gensyn_Ree_V1.ExecutionResult?
  }

  private func train(_ request: Gensyn_Ree_V1.TrainRequest) async throws -> Outcome {
    var outcome = Outcome()
    for try await response in executions.train(request) {
      switch response.event.event {
      case .plan(let plan)?: outcome.plan = plan
      case .trainingStep(let step)?: outcome.steps.append(step)
      case .checkpoint(let checkpoint)?: outcome.checkpoints.append(checkpoint)
      case .result(let result)?: outcome.result = result
      default: Issue.record("another event")
      }
    }
    return outcome
  }

  private func verify(
    _ bytes: Data, steps: Range<UInt64>? = nil, checkpoint: Data = Data()
  ) async throws -> Gensyn_Ree_V1.VerificationVerdict? {
    var request = Gensyn_Ree_V1.VerifyReceiptRequest()
    request.receipt.signedBytes = bytes
    if let steps {
      request.steps.firstStep = steps.lowerBound
      request.steps.endStep = steps.upperBound
      request.steps.checkpointHash = checkpoint
    }
    var verdict: Gensyn_Ree_V1.VerificationVerdict?
    for try await response in receipts.verifyReceipt(request) {
      if case .verdict(let last)? = response.message { verdict = last }
    }
    return verdict
  }

  @Test
  func `a run is planned, streamed, kept and signed`() async throws {
    let outcome = try await train(try request())

    let signed = try SignedReceipt(
      bytes: [UInt8](try #require(outcome.result).receipt.signedBytes))
    #expect(outcome.plan?.stepCount == 6)
    #expect(outcome.steps.map(\.step) == Array(0..<6))
    #expect(outcome.steps.map(\.hasValidationLoss) == [false, false, true, false, false, true])
    #expect(outcome.checkpoints.map(\.step) == [0, 2, 4, 6])
    #expect(signed.receipt.kind == .train && signed.receipt.stepCount == 6)
    #expect(
      signed.receipt.training?.endCheckpoint.array
        == outcome.checkpoints.last.map { [UInt8]($0.artifactHash) })
    for checkpoint in outcome.checkpoints {
      let stored = try artifacts.stat(Digest([UInt8](checkpoint.artifactHash)))
      #expect(stored.kind == .checkpoint && stored.sizeBytes == checkpoint.sizeBytes)
    }
  }

  @Test
  func `a run that goes on from a checkpoint ends in the same one`() async throws {
    let whole = try await train(try request())
    var more = try request()
    more.checkpointHash = whole.checkpoints[1].artifactHash

    let resumed = try await train(more)

    #expect(resumed.steps.map(\.stateHash) == whole.steps.dropFirst(2).map(\.stateHash))
    #expect(resumed.checkpoints.last == whole.checkpoints.last)
    let bytes = try #require(resumed.result).receipt.signedBytes
    let verdict = try await verify(bytes)
    #expect(verdict?.agrees == true && verdict?.stepsChecked == 4)
  }

  @Test
  func `a receipt is verified whole and by steps`() async throws {
    let outcome = try await train(try request())
    let bytes = try #require(outcome.result).receipt.signedBytes

    let whole = try await verify(bytes)
    let part = try await verify(bytes, steps: 4..<6)
    let named = try await verify(
      bytes, steps: 3..<5, checkpoint: outcome.checkpoints[0].artifactHash)

    #expect(whole?.agrees == true && whole?.stepsChecked == 6)
    #expect(part?.agrees == true && part?.stepsChecked == 2)
    #expect(named?.agrees == true && named?.stepsChecked == 5)
  }

  @Test
  func `a liar is found out, and where`() async throws {
    let outcome = try await train(try request())
    let receipt = try SignedReceipt(
      bytes: [UInt8](try #require(outcome.result).receipt.signedBytes)
    ).receipt
    var lies: [(field: String, Receipt)] = []
    var lie = receipt
    lie.outputRoot = BLAKE3.hash([1])
    lies.append(("output_root", lie))
    lie = receipt
    lie.traceRoot = BLAKE3.hash([1])
    lies.append(("trace_root", lie))
    lie = receipt
    lie.training?.startCheckpoint = BLAKE3.hash([1])
    lies.append(("start_checkpoint_hash", lie))

    for (field, lie) in lies {
      let signed = try SignedReceipt(signing: lie, with: Ed25519.SecretKey())
      let verdict = try await verify(Data(signed.bytes))
      #expect(verdict?.agrees == false)
      #expect(verdict?.faults.map(\.field) == [field])
    }
    let other = try SignedReceipt(signing: lies[1].1, with: Ed25519.SecretKey())
    let part = try await verify(Data(other.bytes), steps: 1..<2)
    #expect(part?.faults.map(\.field) == ["trace_root"])
  }

  @Test
  func `what cannot be trained is refused with its reason`() async throws {
    let rubbish = try artifacts.put([1, 2, 3], kind: .checkpoint, name: "rubbish", owner: [])
    let cases: [(Gensyn_Ree_V1.TrainRequest, Status.Code)] = [
      (try request { $0.start = nil }, .invalidArgument),
      (try request { $0.gpt.headCount = 3 }, .invalidArgument),
      (try request { $0.gpt.width = .max }, .invalidArgument),
      (try request { $0.configuration.optimizer = nil }, .invalidArgument),
      (try request { $0.configuration.datasetHash = Data() }, .invalidArgument),
      (try request { $0.configuration.datasetHash = Data(count: 32) }, .notFound),
      (try request { $0.configuration.datasetHash = Data(rubbish.array) }, .invalidArgument),
      (try request { $0.configuration.tokenizerHash = Data(rubbish.array) }, .invalidArgument),
      (try request { $0.configuration.learningRate.peak = .nan }, .invalidArgument),
      (try request { $0.checkpointHash = Data(rubbish.array) }, .invalidArgument),
      (try request(steps: 0), .invalidArgument),
      (try request(steps: .max), .invalidArgument),
      (try request { $0.options.memorySizeBytesMax = 1 }, .resourceExhausted),
      (try request { $0.options.mode = .fast }, .unimplemented),
      (try request { $0.options.traceLevel = .nodes }, .unimplemented),
      (try request { $0.options.runTimeMax.nanos = 1 }, .resourceExhausted),
    ]

    for (request, code) in cases {
      let error = await failure { _ = try await train(request) }
      #expect(error?.code == code, "\(error.map(String.init(describing:)) ?? "no error")")
    }
  }

  @Test
  func `a plan alone computes nothing`() async throws {
    let outcome = try await train(try request { $0.options.planOnly = true })

    #expect(outcome.plan != nil && outcome.steps.isEmpty && outcome.result == nil)
  }

  @Test
  func `a run that its caller leaves stops at a checkpoint`() async throws {
    let asked = try request(steps: 100_000) { $0.configuration.checkpointInterval = 0 }

    for try await response in executions.train(asked) {
      if case .trainingStep(let step)? = response.event.event, step.step == 3 { break }
    }

    var found: [Artifact] = []
    for _ in 0..<500 where found.count < 2 {
      try await Task.sleep(for: .milliseconds(20))
      found = artifacts.list(matching: .init(kind: .checkpoint)).artifacts
    }
    let last = try #require(found.last)
    #expect(found.count == 2)
    var more = asked
    more.checkpointHash = Data(last.digest.array)
    more.stepCount = (UInt64(last.name.split(separator: "-").last ?? "") ?? 0) + 2
    let resumed = try await train(more)
    #expect(resumed.steps.count == 2)
  }
}
