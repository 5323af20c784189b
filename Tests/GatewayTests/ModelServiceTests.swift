import Archive
import Foundation
import GatewayServices
import ModelFixtures
import Primitives
import REE
import RPC
import Schema
import SwiftProtobuf
import Testing

@Suite
struct ModelServiceTests {
  private let directory: TemporaryDirectory
  private let artifacts: ArtifactStore
  private let models: Gensyn_Ree_V1.ModelClient

  init() throws {
    directory = try TemporaryDirectory()
    artifacts = try ArtifactStore(directory: directory.path + "/artifacts")
    let engine = ExecutionEngine(
      store: artifacts, receipts: try ReceiptStore(directory: directory.path + "/receipts"),
      prover: try .open(directory.path + "/key"), version: "test")
    let service = ModelService(store: artifacts, engine: engine, disk: ArtifactFixture.disk)
    models = Gensyn_Ree_V1.ModelClient(
      Client(
        transport: InProcessTransport(Router(services: [service])),
        defaults: CallOptions(timeout: .seconds(60))))
  }

  @discardableResult
  private func store(_ bytes: [UInt8], name: String = "model") throws -> Data {
    let hash = try artifacts.put(bytes, kind: .model, name: name, owner: [])
    return Data(hash.array)
  }

  private func inspect(_ bytes: [UInt8]) async throws -> Gensyn_Ree_V1.Model {
    let hash = try store(bytes)
    return try await models.inspectModel(model: .with { $0.modelHash = hash }).model
  }

  private static func network(_ operation: String = "Relu") -> [UInt8] {
    ONNX.model(
      ONNX.graph(
        [ONNX.node("MatMul", ["x", "w"], ["h"]), ONNX.node(operation, ["h"], ["y"])],
        inputs: [ONNX.value("x", 1, [4, 2])], outputs: [ONNX.value("y")],
        initializers: [ONNX.floats("w", [2, 3], [1, 2, 3, 4, 5, 6])]))
  }

  /// One tensor of two numbers.
  private static let weights: [UInt8] = {
    let header = #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    return ONNX.littleEndian(UInt64(header.utf8.count)) + Array(header.utf8)
      + [UInt8](repeating: 0, count: 8)
  }()

  @Test
  func `a graph is described without running`() async throws {
    let model = try await inspect(Self.network())

    #expect(model.format == .onnx && model.opset == 17 && model.nodeCount == 2)
    #expect(model.inputs.map(\.name) == ["x"] && model.outputs.map(\.name) == ["y"])
    #expect(model.inputs.first?.dimensions.map(\.fixed) == [4, 2])
    #expect(model.operators.map(\.name) == ["MatMul", "Relu"])
    #expect(model.parameterCount == 6 && model.weightsSizeBytes == 24)
    #expect(model.modelRoot.count == 32 && model.unsupportedOperators.isEmpty)
    #expect(model.name == "model")
  }

  @Test
  func `an operator that is missing is named with its reason`() async throws {
    let model = try await inspect(Self.network("RandomNormalLike"))

    #expect(model.unsupportedOperators == ["RandomNormalLike: the engine has no such operator"])
    #expect(model.modelRoot.isEmpty)
  }

  @Test
  func `language models and bare weights are described too`() async throws {
    let language = try await inspect(TinyDecoder().build().build())
    let bare = try await inspect(Self.weights)

    #expect(language.format == .gguf && language.architecture == "llama")
    #expect(language.parameterCount > 0 && language.modelRoot.count == 32)
    #expect(bare.format == .safetensors && bare.parameterCount == 2)
    #expect(bare.unsupportedOperators.count == 1)
  }

  @Test
  func `what is no model is refused`() async throws {
    let files: [[UInt8]] = [
      [], [1, 2, 3], Array(Self.network().dropLast()), Array("{}".utf8),
    ]
    for bytes in files {
      let code: Status.Code?
      do {
        _ = try await inspect(bytes)
        code = nil
      } catch {
        code = (error as? RPCError)?.code
      }
      #expect(code == .invalidArgument, "\(bytes.count) bytes")
    }
  }

  @Test
  func `models are listed in pages, and what is beside them is not`() async throws {
    for (index, operation) in ["Relu", "Neg", "Abs"].enumerated() {
      try store(Self.network(operation), name: "m\(index)")
    }
    try store(Array(#"{"model": {}}"#.utf8), name: "tokenizer.json")
    try store(Self.weights, name: "w")

    let first = try await models.listModels(pageSize: 2)
    let second = try await models.listModels(pageSize: 2, pageToken: first.nextPageToken)
    let graphs = try await models.listModels(format: .onnx)

    #expect(first.models.count == 2)
    #expect(Set((first.models + second.models).map(\.name)) == ["m0", "m1", "m2", "w"])
    #expect(graphs.models.count == 3 && graphs.nextPageToken.isEmpty)
  }

  @Test
  func `operators are listed under the root that receipts name`() async throws {
    var names: [String] = []
    var page = ""
    repeat {
      let response = try await models.listOperators(pageSize: 50, pageToken: page)
      #expect(response.semanticsRoot == Data(Semantics.root.array))
      names += response.operators.map(\.name)
      page = response.nextPageToken
    } while !page.isEmpty

    #expect(names.count == Semantics.entries.count)
    #expect(names.contains("MatMul"))
  }
}
