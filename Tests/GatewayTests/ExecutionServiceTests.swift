import Archive
import Foundation
import GatewayServices
import ModelFixtures
import Primitives
import REE
import RPC
import Receipts
import Schema
import Sodium
import SwiftProtobuf
import Testing

@Suite
struct ExecutionServiceTests {
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

  /// A request to continue a text with a small model of random weights, which is stored.
  private func request(
    tokens: UInt32 = 8, _ change: (inout Gensyn_Ree_V1.GenerateRequest) -> Void = { _ in }
  ) throws -> Gensyn_Ree_V1.GenerateRequest {
    let hash = try artifacts.put(
      TinyDecoder().build().build(), kind: .model, name: "tiny", owner: [])
    var request = Gensyn_Ree_V1.GenerateRequest()
    request.model.modelHash = Data((0..<32).map { hash.bytes[$0] })
    request.tokens.ids = [1, 2, 3]
    request.tokenCountMax = tokens
    request.options.requesterNonce = Data([9, 9])
    change(&request)
    return request
  }

  private func generate(
    _ request: Gensyn_Ree_V1.GenerateRequest
  ) async throws -> (
    plan: Gensyn_Ree_V1.ExecutionPlan?, ids: [UInt32], result: Gensyn_Ree_V1.ExecutionResult?
  ) {
    var plan: Gensyn_Ree_V1.ExecutionPlan?
    var ids: [UInt32] = []
    var result: Gensyn_Ree_V1.ExecutionResult?
    var sequence: UInt64 = 0
    for try await response in executions.generate(request) {
      sequence += 1
      #expect(response.event.sequence == sequence)
      switch response.event.event {
      case .plan(let first)?: plan = first
      case .tokens(let tokens)?: ids += tokens.tokenIds
      case .result(let last)?: result = last
      default: Issue.record("another event")
      }
    }
    return (plan, ids, result)
  }

  @Test
  func `a generation is planned, streamed and signed`() async throws {
    let (plan, ids, result) = try await generate(try request())

    let signed = try SignedReceipt(bytes: [UInt8](try #require(result).receipt.signedBytes))
    #expect(plan?.promptTokenCount == 3 && plan?.stepCount == 8)
    #expect(ids.count == Int(signed.receipt.stepCount))
    #expect(signed.receipt.requesterNonce == [9, 9])
    #expect(signed.receipt.kind == .generate)
    let stored = try await receipts.getReceipt(hash: try #require(result).receipt.hash)
    #expect([UInt8](stored.receipt.signedBytes) == signed.bytes)
  }

  @Test
  func `the same request gives the same tokens and roots`() async throws {
    let sampled = try request {
      $0.sampling.temperature = 1
      $0.sampling.seed = 5
    }

    let first = try await generate(sampled)
    let second = try await generate(sampled)

    #expect(first.ids == second.ids)
    #expect(first.result?.receipt.traceRoot == second.result?.receipt.traceRoot)
    #expect(first.result?.receipt.outputRoot == second.result?.receipt.outputRoot)
  }

  @Test
  func `a verification agrees with an honest receipt`() async throws {
    let receipt = try #require(try await generate(try request()).result).receipt

    let verdict = try await verify(receipt.signedBytes)

    #expect(verdict?.agrees == true)
    #expect(verdict?.stepsChecked == receipt.stepCount)
  }

  @Test
  func `a verification names what a liar signed`() async throws {
    let receipt = try #require(try await generate(try request()).result).receipt
    var lie = try SignedReceipt(bytes: [UInt8](receipt.signedBytes)).receipt
    lie.outputRoot = BLAKE3.hash([1])
    let signed = try SignedReceipt(signing: lie, with: Ed25519.SecretKey())

    let verdict = try await verify(Data(signed.bytes))

    #expect(verdict?.agrees == false)
    #expect(verdict?.faults.map(\.field) == ["output_root"])
  }

  private func verify(_ bytes: Data) async throws -> Gensyn_Ree_V1.VerificationVerdict? {
    var request = Gensyn_Ree_V1.VerifyReceiptRequest()
    request.receipt.signedBytes = bytes
    var verdict: Gensyn_Ree_V1.VerificationVerdict?
    for try await response in receipts.verifyReceipt(request) { verdict = response.verdict }
    return verdict
  }

  @Test
  func `what cannot be run is refused with its reason`() async throws {
    let cases: [(Gensyn_Ree_V1.GenerateRequest, Status.Code)] = [
      (try request { $0.model.modelHash = Data(count: 31) }, .invalidArgument),
      (try request { $0.model.modelHash = Data(count: 32) }, .notFound),
      (try request { $0.tokens.ids = [] }, .invalidArgument),
      (try request { $0.tokens.ids = [4_000_000] }, .invalidArgument),
      (try request { $0.prompt = nil }, .invalidArgument),
      (try request { $0.sampling.temperature = -1 }, .invalidArgument),
      (try request { $0.sampling.topP = .nan }, .invalidArgument),
      (try request { $0.stopTexts = [""] }, .invalidArgument),
      (try request { $0.options.memorySizeBytesMax = 1 }, .resourceExhausted),
      (try request { $0.options.mode = .fast }, .unimplemented),
      (try request { $0.options.detached = true }, .unimplemented),
      (try request { $0.options.requesterNonce = Data(count: 33) }, .invalidArgument),
    ]

    for (request, code) in cases {
      let error = await failure { _ = try await generate(request) }
      #expect(error?.code == code, "\(error.map(String.init(describing:)) ?? "no error")")
    }
  }

  @Test
  func `a file that is no model is refused`() async throws {
    let hash = try artifacts.put([1, 2, 3], kind: .model, name: "rubbish", owner: [])
    let asked = try request { $0.model.modelHash = Data((0..<32).map { hash.bytes[$0] }) }

    let error = await failure { _ = try await generate(asked) }

    #expect(error?.code == .invalidArgument)
    #expect(error?.reason == "INVALID_MODEL")
  }

  @Test
  func `a plan alone computes nothing`() async throws {
    let (plan, ids, result) = try await generate(try request { $0.options.planOnly = true })

    #expect(plan != nil && ids.isEmpty && result == nil)
  }
}
