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

@Suite
struct ReceiptServiceTests {
  private let directory: TemporaryDirectory
  private let artifacts: ArtifactStore
  private let client: Gensyn_Ree_V1.ReceiptClient

  init() throws {
    directory = try TemporaryDirectory()
    artifacts = try ArtifactStore(directory: directory.path + "/artifacts")
    let receipts = try ReceiptStore(directory: directory.path + "/receipts")
    let service = ReceiptService(
      receipts: receipts, artifacts: artifacts,
      engine: ExecutionEngine(
        store: artifacts, receipts: receipts, prover: try .open(directory.path + "/key"),
        version: "test"),
      disk: ArtifactFixture.disk)
    client = Gensyn_Ree_V1.ReceiptClient(
      Client(
        transport: InProcessTransport(Router(services: [service])),
        defaults: CallOptions(timeout: .seconds(20))))
  }

  private func signed(_ time: UInt64, outputs: [NamedCommitment] = []) throws -> SignedReceipt {
    let digest = BLAKE3.hash([1])
    return try SignedReceipt(
      signing: Receipt(
        kind: .run, semanticsRoot: digest, engineName: "gensyn", engineVersion: "0.1.0",
        model: Receipt.Model(format: .onnx, hash: digest, root: digest), inputRoot: digest,
        parametersHash: digest, outputRoot: NamedCommitment.root(of: outputs),
        finishReason: .complete, stepCount: 1, traceLevel: .ends, traceRoot: nil,
        requesterNonce: [], proverKey: Ed25519.SecretKey().publicKey, timeMicroseconds: time,
        device: Receipt.Device(instructionSet: "avx2", threadCount: 1), workMultiplyAdds: 1),
      with: Ed25519.SecretKey())
  }

  @Test
  func `an imported receipt comes back`() async throws {
    let signed = try signed(1_795_000_000_123_456)

    let imported = try await client.importReceipt(signedBytes: Data(signed.bytes)).receipt
    let loaded = try await client.getReceipt(hash: imported.hash).receipt

    #expect(loaded == imported)
    #expect([UInt8](loaded.signedBytes) == signed.bytes)
    #expect(loaded.proverKey == Data(signed.receipt.proverKey.bytes))
    #expect(loaded.time.nanos == 123_456_000)
    #expect(loaded.kind == .run)
  }

  @Test
  func `what is no receipt is not taken`() async throws {
    var bytes = try signed(1).bytes
    bytes[bytes.count - 3] ^= 1
    let damaged = Data(bytes)

    let error = await failure { _ = try await client.importReceipt(signedBytes: damaged) }
    let unknown = await failure {
      _ = try await client.getReceipt(hash: Data(repeating: 1, count: 32))
    }

    #expect(error?.code == .invalidArgument)
    #expect(error?.fields == ["signed_bytes"])
    #expect(unknown?.code == .notFound)
  }

  @Test
  func `pages hold every receipt once, newest first`() async throws {
    for time in 1...5 as ClosedRange<UInt64> {
      _ = try await client.importReceipt(signedBytes: Data(signed(time).bytes))
    }

    var times: [Int32] = []
    var token = ""
    repeat {
      let page = try await client.listReceipts(pageSize: 2, pageToken: token)
      times += page.receipts.map(\.time.nanos)
      token = page.nextPageToken
    } while !token.isEmpty && times.count < 10

    #expect(times == [5000, 4000, 3000, 2000, 1000])
    let foreign = await failure {
      let page = try await client.listReceipts(pageSize: 2)
      _ = try await client.listReceipts(pageToken: page.nextPageToken, kind: .train)
    }
    #expect(foreign?.fields == ["page_token"])
  }

  @Test
  func `outputs and a text are checked against the receipt`() async throws {
    let tokens = Gensyn_Ree_V1.Tensor.with {
      $0.name = "tokens"
      $0.dataType = .uint32
      $0.dimensions = [1]
      $0.data = Data([7, 0, 0, 0])
    }
    let text = [UInt8]("hi".utf8)
    let outputs = [
      ("tokens", 11, [1], [7, 0, 0, 0]), ("text", 14, [], [2, 0, 0, 0] + text),
    ].map { (name: String, type: UInt8, dimensions: [UInt64], content: [UInt8]) in
      NamedCommitment(
        name: name,
        tensor: TensorCommitment(
          dataType: type, dimensions: dimensions, content: BLAKE3.hash(content)
        ).digest)
    }
    var request = Gensyn_Ree_V1.ValidateReceiptRequest()
    request.receipt.signedBytes = Data(try signed(1, outputs: outputs).bytes)
    request.outputs = [tokens]
    request.outputText = "hi"

    let right = try await client.validateReceipt(request)
    request.outputText = "ho"
    let wrong = try await client.validateReceipt(request)
    request.receipt.signedBytes.append(0)
    let malformed = try await client.validateReceipt(request)

    #expect(right.valid && right.faults.isEmpty)
    #expect(!wrong.valid && wrong.faults.map(\.field) == ["output_root"])
    #expect(!malformed.valid && !malformed.hasReceipt && malformed.faults.count == 1)
  }

  @Test
  func `a model that is not in the store is an error, not a fault`() async throws {
    var request = Gensyn_Ree_V1.ValidateReceiptRequest()
    request.receipt.signedBytes = Data(try signed(1).bytes)
    request.checkModel = true
    let asked = request

    let error = await failure { _ = try await client.validateReceipt(asked) }

    #expect(error?.code == .notFound)
  }
}
