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

/// `ExecutionService.Run` and what verifies it, over a real store.
@Suite
struct RunTests {
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

  private func store(_ bytes: [UInt8]) throws -> Data {
    let hash = try artifacts.put(bytes, kind: .model, name: "model", owner: [])
    return Data(hash.array)
  }

  /// y = relu(x w), z = -y for x of two columns.
  private static let network = ONNX.model(
    ONNX.graph(
      [
        ONNX.node("MatMul", ["x", "w"], ["h"]), ONNX.node("Relu", ["h"], ["y"]),
        ONNX.node("Neg", ["y"], ["z"]),
      ], inputs: [ONNX.value("x")], outputs: [ONNX.value("y"), ONNX.value("z")],
      initializers: [ONNX.floats("w", [2, 3], [1, -2, 3, 4, 5, -6])]))

  private static func input(
    _ values: [Float], _ shape: [UInt64], _ name: String = "x"
  ) -> Gensyn_Ree_V1.Tensor {
    .with {
      $0.name = name
      $0.dataType = .float32
      $0.dimensions = shape
      $0.data = Data(values.flatMap { ONNX.littleEndian($0.bitPattern) })
    }
  }

  private func request(
    _ model: [UInt8] = network, _ change: (inout Gensyn_Ree_V1.RunRequest) -> Void = { _ in }
  ) throws -> Gensyn_Ree_V1.RunRequest {
    var request = Gensyn_Ree_V1.RunRequest()
    request.model.modelHash = try store(model)
    request.inputs = [Self.input([1, 1, 0.5, -1], [2, 2])]
    request.options.requesterNonce = Data([7])
    change(&request)
    return request
  }

  private struct Outcome {
    var plan: Gensyn_Ree_V1.ExecutionPlan?
    var progress: [UInt64] = []
    var outputs: [Gensyn_Ree_V1.ExecutionOutput] = []
    var result: Gensyn_Ree_V1.ExecutionResult?
  }

  private func run(_ request: Gensyn_Ree_V1.RunRequest) async throws -> Outcome {
    var outcome = Outcome()
    var sequence: UInt64 = 0
    for try await response in executions.run(request) {
      sequence += 1
      #expect(response.event.sequence == sequence)
      switch response.event.event {
      case .plan(let plan)?: outcome.plan = plan
      case .progress(let progress)?: outcome.progress.append(progress.nodesDone)
      case .output(let output)?: outcome.outputs.append(output)
      case .result(let result)?: outcome.result = result
      default: Issue.record("another event")
      }
    }
    return outcome
  }

  private func failure(_ body: () async throws -> Void) async -> RPCError? {
    do {
      try await body()
      return nil
    } catch {
      return error as? RPCError
    }
  }

  @Test
  func `a run is planned, computed and signed`() async throws {
    let outcome = try await run(try request())

    #expect(outcome.plan?.nodeCount == 3)
    #expect(outcome.plan?.stepMultiplyAdds == 12 + 6 + 6)
    #expect(outcome.outputs.map(\.tensor.name) == ["y", "z"])
    let y: [Float] = [5, 3, 0, 0, 0, 7.5]
    #expect(outcome.outputs.first?.tensor == Self.input(y, [2, 3], "y"))
    let receipt = try #require(outcome.result).receipt
    let signed = try SignedReceipt(bytes: [UInt8](receipt.signedBytes))
    #expect(signed.receipt.kind == .run && signed.receipt.traceLevel == .ends)
    #expect(signed.receipt.requesterNonce == [7])
    #expect(signed.receipt.workMultiplyAdds == 24)
    let stored = try await receipts.getReceipt(hash: receipt.hash)
    #expect(stored.receipt.signedBytes == receipt.signedBytes)
  }

  @Test
  func `progress comes for every node when it is wanted`() async throws {
    let outcome = try await run(try request { $0.options.progressInterval = .init() })

    #expect(outcome.progress == [0, 1, 2])
  }

  @Test
  func `only the outputs that are asked for come and are signed`() async throws {
    let outcome = try await run(try request { $0.outputNames = ["z"] })

    #expect(outcome.outputs.map(\.tensor.name) == ["z"])
    let validation = try await receipts.validateReceipt(
      .with {
        $0.receipt.hash = outcome.result?.receipt.hash ?? Data()
        $0.outputs = outcome.outputs.map(\.tensor)
        $0.inputs = [Self.input([1, 1, 0.5, -1], [2, 2])]
        $0.checkModel = true
      })
    #expect(validation.valid)
  }

  @Test
  func `inputs may be files and artifacts, and give the same receipt`() async throws {
    let elements = Self.input([1, 1, 0.5, -1], [2, 2]).data
    let npy = try #require(
      NPY.write(try Tensor(floats: [1, 1, 0.5, -1], shape: [2, 2])))
    let (raw, file) = (try store([UInt8](elements)), try store(npy))
    let asArtifact = try request { $0.inputs[0].artifactHash = raw }
    let asFile = try request {
      $0.inputs = [.with { $0.name = "x" }]
      $0.inputs[0].npyArtifactHash = file
    }

    let outcomes = [
      try await run(try request()), try await run(asArtifact), try await run(asFile),
    ]

    #expect(Set(outcomes.map { $0.result?.receipt.inputRoot }).count == 1)
    #expect(Set(outcomes.map { $0.result?.receipt.parametersHash }).count == 1)
    #expect(Set(outcomes.map { $0.result?.receipt.outputRoot }).count == 1)
  }

  private func verify(_ bytes: Data) async throws -> Gensyn_Ree_V1.VerificationVerdict? {
    var request = Gensyn_Ree_V1.VerifyReceiptRequest()
    request.receipt.signedBytes = bytes
    var verdict: Gensyn_Ree_V1.VerificationVerdict?
    for try await response in receipts.verifyReceipt(request) {
      if case .verdict(let last)? = response.message { verdict = last }
    }
    return verdict
  }

  @Test
  func `a verification agrees with an honest receipt`() async throws {
    let receipt = try #require(try await run(try request()).result).receipt

    let verdict = try await verify(receipt.signedBytes)

    #expect(verdict?.agrees == true && verdict?.stepsChecked == 1)
  }

  @Test
  func `a verification names what a liar signed`() async throws {
    let receipt = try #require(try await run(try request()).result).receipt
    let honest = try SignedReceipt(bytes: [UInt8](receipt.signedBytes)).receipt
    let lies: [(String, (inout Receipt) -> Void)] = [
      ("output_root", { $0.outputRoot = BLAKE3.hash([1]) }),
      ("input_root", { $0.inputRoot = BLAKE3.hash([1]) }),
      ("model_root", { $0.model.root = BLAKE3.hash([1]) }),
      ("tokenizer_hash", { $0.model.tokenizerHash = BLAKE3.hash([1]) }),
      ("work_multiply_adds", { $0.workMultiplyAdds += 1 }),
    ]

    for (field, change) in lies {
      var lie = honest
      change(&lie)
      let signed = try SignedReceipt(signing: lie, with: Ed25519.SecretKey())
      let verdict = try await verify(Data(signed.bytes))
      #expect(verdict?.agrees == false)
      #expect(verdict?.faults.map(\.field) == [field])
    }
  }

  @Test
  func `what cannot be run is refused with its reason`() async throws {
    let unknown = ONNX.model(
      ONNX.graph([ONNX.node("RandomUniform", [], ["y"])], outputs: [ONNX.value("y")]))
    let cases: [(Gensyn_Ree_V1.RunRequest, Status.Code)] = [
      (try request { $0.model.modelHash = Data(count: 32) }, .notFound),
      (try request { $0.model.modelHash = Data() }, .invalidArgument),
      (try request([1, 2, 3]), .invalidArgument),
      (try request([]), .invalidArgument),
      (try request(unknown) { $0.inputs = [] }, .unimplemented),
      (try request { $0.inputs = [] }, .invalidArgument),
      (try request { $0.inputs[0].name = "other" }, .invalidArgument),
      (try request { $0.inputs[0].dimensions = [3, 2] }, .invalidArgument),
      (try request { $0.inputs[0].dimensions = [1 << 63, 1 << 63] }, .invalidArgument),
      (try request { $0.inputs[0].dataType = .blockQuantized }, .invalidArgument),
      (try request { $0.inputs[0].data.removeLast() }, .invalidArgument),
      (try request { $0.inputs[0].content = nil }, .invalidArgument),
      (try request { $0.inputs.append($0.inputs[0]) }, .invalidArgument),
      (try request { $0.inputs[0].npyArtifactHash = $0.model.modelHash }, .invalidArgument),
      (try request { $0.outputNames = ["none"] }, .invalidArgument),
      (try request { $0.texts = ["text"] }, .invalidArgument),
      (try request { $0.options.memorySizeBytesMax = 8 }, .resourceExhausted),
      (try request { $0.options.mode = .fast }, .unimplemented),
      (try request { $0.options.traceLevel = .layers }, .unimplemented),
      (try request { $0.options.requesterNonce = Data(count: 33) }, .invalidArgument),
      (try request { $0.options.runTimeMax = .init(seconds: -1) }, .resourceExhausted),
    ]

    for (index, (request, code)) in cases.enumerated() {
      let error = await failure { _ = try await run(request) }
      #expect(error?.code == code, "case \(index): \(error.map { "\($0)" } ?? "no error")")
    }
  }

  @Test
  func `a plan alone computes nothing`() async throws {
    let outcome = try await run(try request { $0.options.planOnly = true })

    #expect(outcome.plan?.weightsSizeBytes == 24)
    #expect(outcome.outputs.isEmpty && outcome.result == nil)
  }

  @Test
  func `a large output is an artifact`() async throws {
    let wide = ONNX.model(
      ONNX.graph(
        [ONNX.node("Expand", ["x", "s"], ["y"])], inputs: [ONNX.value("x")],
        outputs: [ONNX.value("y")], initializers: [ONNX.int64s("s", [2], [1024, 512])]))
    let outcome = try await run(try request(wide) { $0.inputs = [Self.input([1], [1])] })

    let output = try #require(outcome.outputs.first).tensor
    let hash = try Digest([UInt8](output.artifactHash))
    #expect(output.dimensions == [1024, 512])
    #expect(try artifacts.stat(hash).sizeBytes == 2 << 20)
  }

  @Test
  func `a caller who goes away ends the run`() async throws {
    // Rounds without end, in a graph inside a node.
    let body = ONNX.graph(
      [
        ONNX.node("Identity", ["c"], ["c2"]), ONNX.node("Add", ["v", "v"], ["v2"]),
      ], inputs: [ONNX.value("i", 7, []), ONNX.value("c", 9, []), ONNX.value("v")],
      outputs: [ONNX.value("c2", 9), ONNX.value("v2")])
    let endless = ONNX.model(
      ONNX.graph(
        [ONNX.node("Loop", ["n", "", "x"], ["y"], [ONNX.graph("body", body)])],
        inputs: [ONNX.value("x")], outputs: [ONNX.value("y")],
        initializers: [ONNX.int64s("n", [], [Int64.max])]))
    let request = try request(endless)

    let error = await failure {
      for try await _ in executions.run(request, options: CallOptions(timeout: .seconds(1))) {}
    }
    let next = try await run(try self.request())

    #expect(error?.code == .deadlineExceeded)
    #expect(next.result?.state == .succeeded)
  }
}
