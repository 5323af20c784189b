import Archive
import Foundation
import Primitives
import Receipts
import Sodium
import Testing

@Suite
final class ReceiptStoreTests {
  private let directory = FileManager.default.temporaryDirectory.path + "/archive-\(UUID())"

  deinit {
    try? FileManager.default.removeItem(atPath: directory)
  }

  private func signed(
    _ number: UInt64, kind: Receipt.Kind = .generate, model: UInt8 = 1, prover: UInt8 = 1
  ) throws -> SignedReceipt {
    let digest = BLAKE3.hash([model])
    let receipt = Receipt(
      kind: kind, semanticsRoot: digest, engineName: "gensyn", engineVersion: "0.1.0",
      model: Receipt.Model(format: .onnx, hash: digest, root: digest), inputRoot: digest,
      parametersHash: digest, outputRoot: digest, finishReason: .complete, stepCount: 1,
      traceLevel: .ends, traceRoot: nil, requesterNonce: [],
      proverKey: Ed25519.SecretKey().publicKey, timeMicroseconds: number,
      device: Receipt.Device(instructionSet: "avx2", threadCount: 1), workMultiplyAdds: 1)
    let seed = [UInt8](repeating: prover, count: 32)
    return try SignedReceipt(
      signing: receipt, with: Ed25519.SecretKey(seed: seed.span) ?? Ed25519.SecretKey())
  }

  @Test
  func `what was added comes back, also after a restart`() throws {
    let signed = try signed(5)
    try ReceiptStore(directory: directory).add(signed, owner: [1])

    let store = try ReceiptStore(directory: directory)

    #expect(try store.receipt(signed.hash) == signed)
    #expect(try store.receipt(BLAKE3.hash([9])) == nil)
  }

  @Test
  func `lists from the newest on, page by page`() throws {
    let store = try ReceiptStore(directory: directory)
    // Two of the same time: their hashes decide.
    let all = try [1, 2, 3, 3, 4].enumerated().map { try signed($1, model: UInt8($0)) }
    for receipt in all { try store.add(receipt, owner: [1]) }

    var listed: [SignedReceipt] = []
    while listed.count < 10 {
      let cursor = listed.last.map {
        ReceiptStore.Cursor(timeMicroseconds: $0.receipt.timeMicroseconds, hash: $0.hash)
      }
      let page = try store.list(after: cursor, limit: 2)
      if page.isEmpty { break }
      listed += page
    }

    #expect(listed.map(\.receipt.timeMicroseconds) == [4, 3, 3, 2, 1])
    #expect(Set(listed) == Set(all))
  }

  @Test
  func `a filter takes what it names`() throws {
    let store = try ReceiptStore(directory: directory)
    let first = try signed(1, kind: .run, model: 1, prover: 1)
    let second = try signed(2, kind: .generate, model: 2, prover: 2)
    for receipt in [first, second] { try store.add(receipt, owner: [1]) }

    let lists = try [
      store.list(.init(kind: .run), limit: 9),
      store.list(.init(model: first.receipt.model.hash), limit: 9),
      store.list(.init(prover: first.receipt.proverKey), limit: 9),
    ]

    for list in lists { #expect(list == [first]) }
    #expect(try store.list(.init(timeMin: 2), limit: 9) == [second])
    #expect(try store.list(.init(kind: .train), limit: 9).isEmpty)
    #expect(try store.list(limit: 0).isEmpty)
  }

  @Test
  func `an owner may not bring more than the limit`() throws {
    var limits = ReceiptStore.Limits()
    limits.receiptsPerOwnerMax = 1
    let store = try ReceiptStore(directory: directory, limits: limits)
    let first = try signed(1)
    let second = try signed(2)
    try store.add(first, owner: [1])

    #expect(throws: ReceiptStore.Failure.self) { try store.add(second, owner: [1]) }
    try store.add(first, owner: [1])
    try store.add(second, owner: [2])

    #expect(try store.list(limit: 9).count == 2)
  }
}
