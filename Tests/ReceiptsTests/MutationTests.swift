import Primitives
import Receipts
import Sodium
import Testing

/// A thousand receipts, outputs and models that were changed: none is accepted, and what is wrong is named.
@Suite
struct MutationTests {
  private let signed: SignedReceipt
  private let outputs: [(name: String, elements: [UInt8])]
  private let model: [UInt8]

  init() throws {
    outputs = [("scores", Self.bytes(1, 400)), ("state", Self.bytes(2, 64))]
    model = Self.bytes(3, 5000)
    var receipt = Receipt.example(.run)
    receipt.traceLevel = .nodes
    receipt.outputRoot = NamedCommitment.root(of: outputs.map(Self.commitment))
    receipt.model.hash = BLAKE3.hash(model)
    signed = try SignedReceipt(signing: receipt, with: Ed25519.SecretKey())
  }

  private static func bytes(_ seed: UInt8, _ count: Int) -> [UInt8] {
    BLAKE3.hash([seed]).array + (32..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
  }

  private static func commitment(_ name: String, _ elements: [UInt8]) -> NamedCommitment {
    NamedCommitment(
      name: name,
      tensor: TensorCommitment(
        dataType: 1, dimensions: [UInt64(elements.count / 4)], content: BLAKE3.hash(elements)
      ).digest)
  }

  @Test(arguments: 0..<400)
  func `a changed byte of a receipt is refused`(number: Int) {
    var bytes = signed.bytes
    let place = number * 7919 % bytes.count
    bytes[place] = bytes[place] &+ UInt8(1 + number % 255)

    let fault = #expect(throws: ReceiptFault.self) { try SignedReceipt(bytes: bytes) }

    #expect(fault?.message.isEmpty == false)
  }

  /// Each field that a computation decides, changed and signed anew by whoever changed it.
  private static let changes: [(ReceiptField, @Sendable (inout Receipt, UInt8) -> Void)] = [
    (.semanticsRoot, { $0.semanticsRoot = $0.semanticsRoot.changed($1) }),
    (.modelHash, { $0.model.hash = $0.model.hash.changed($1) }),
    (.modelRoot, { $0.model.root = $0.model.root.changed($1) }),
    (.tokenizerHash, { $0.model.tokenizerHash = $0.model.tokenizerHash?.changed($1) }),
    (.inputRoot, { $0.inputRoot = $0.inputRoot.changed($1) }),
    (.parametersHash, { $0.parametersHash = $0.parametersHash.changed($1) }),
    (.outputRoot, { $0.outputRoot = $0.outputRoot.changed($1) }),
    (.traceRoot, { $0.traceRoot = $0.traceRoot?.changed($1) }),
    (.workMultiplyAdds, { $0.workMultiplyAdds ^= UInt64($1) + 1 }),
  ]

  @Test(arguments: 0..<400)
  func `a changed field that is signed anew is named`(number: Int) throws {
    let (field, change) = Self.changes[number % Self.changes.count]
    var receipt = signed.receipt
    change(&receipt, UInt8(truncatingIfNeeded: number))
    let forged = try SignedReceipt(signing: receipt, with: Ed25519.SecretKey())

    let faults = forged.contradictions(with: signed.receipt)

    #expect(faults.map(\.field) == [field])
  }

  @Test(arguments: 0..<100)
  func `a changed byte of an output is named`(number: Int) {
    var changed = outputs
    let output = number % 2
    let place = number * 4093 % changed[output].elements.count
    changed[output].elements[place] ^= UInt8(1 + number % 255)

    let faults = signed.faults(outputs: changed.map(Self.commitment))

    #expect(faults.map(\.field) == [.outputRoot])
    #expect(signed.faults(outputs: outputs.map(Self.commitment)).isEmpty)
  }

  @Test(arguments: 0..<100)
  func `a changed byte of a model is named`(number: Int) {
    var changed = model
    changed[number * 997 % changed.count] ^= UInt8(1 + number % 255)

    let faults = signed.faults(modelHash: BLAKE3.hash(changed))

    #expect(faults.map(\.field) == [.modelHash])
    #expect(signed.faults(modelHash: BLAKE3.hash(model)).isEmpty)
  }
}

extension Digest {
  fileprivate func changed(_ number: UInt8) -> Digest {
    (try? Digest(array.enumerated().map { $0 == Int(number % 32) ? $1 ^ (number | 1) : $1 }))
      ?? self
  }
}
