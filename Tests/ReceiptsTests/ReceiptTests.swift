import Primitives
import Receipts
import Sodium
import Testing

@Suite
struct ReceiptTests {
  private static let signed = try? SignedReceipt(signing: .example(), with: key())

  private static func key(_ byte: UInt8 = 7) -> Ed25519.SecretKey {
    Ed25519.SecretKey(seed: [UInt8](repeating: byte, count: 32).span) ?? Ed25519.SecretKey()
  }

  @Test(arguments: Receipt.Kind.allCases)
  func `reads what it wrote`(kind: Receipt.Kind) throws {
    let signed = try SignedReceipt(signing: .example(kind), with: Self.key())

    let read = try SignedReceipt(bytes: signed.bytes)

    #expect(read == signed)
    #expect(read.receipt.kind == kind)
    #expect(read.hash == BLAKE3.hash(signed.bytes))
  }

  @Test
  func `every byte matters`() throws {
    let signed = try #require(Self.signed)

    for index in signed.bytes.indices {
      for bit in 0..<8 {
        var bytes = signed.bytes
        bytes[index] ^= 1 << bit
        #expect(throws: ReceiptFault.self) { try SignedReceipt(bytes: bytes) }
      }
    }
  }

  @Test
  func `bytes cannot be added or taken away`() throws {
    let signed = try #require(Self.signed)

    for count in signed.bytes.indices {
      #expect(throws: ReceiptFault.self) { try SignedReceipt(bytes: Array(signed.bytes[..<count])) }
    }
    #expect(throws: ReceiptFault.self) { try SignedReceipt(bytes: signed.bytes + [0]) }
  }

  @Test
  func `another key's signature is named`() throws {
    let signed = try #require(Self.signed)
    let other = try SignedReceipt(signing: .example(), with: Self.key(8))
    var bytes = signed.bytes
    let place = try #require(bytes.firstRange(of: signed.signature.bytes))
    bytes.replaceSubrange(place, with: other.signature.bytes)

    let fault = #expect(throws: ReceiptFault.self) { try SignedReceipt(bytes: bytes) }

    #expect(fault?.field == .signature)
  }

  @Test
  func `a number in a longer form is refused`() throws {
    let signed = try #require(Self.signed)
    // The map's head, the key of the version, and its value in two bytes.
    let bytes = [signed.bytes[0], signed.bytes[1], 0x18, signed.bytes[2]]

    let fault = #expect(throws: ReceiptFault.self) {
      try SignedReceipt(bytes: bytes + signed.bytes[3...])
    }

    #expect(fault?.field == .formatVersion)
  }

  @Test
  func `a receipt that contradicts itself is not signed`() {
    var endless = Receipt.example(.train)
    endless.training?.firstStep = .max
    var untraced = Receipt.example()
    untraced.traceRoot = nil
    var chatty = Receipt.example()
    chatty.requesterNonce = [UInt8](repeating: 0, count: 33)

    for (receipt, field) in [
      (endless, ReceiptField.stepCount), (untraced, .traceRoot), (chatty, .requesterNonce),
    ] {
      let fault = #expect(throws: ReceiptFault.self) {
        try SignedReceipt(signing: receipt, with: Self.key())
      }
      #expect(fault?.field == field)
    }
  }

  @Test
  func `names each field that another computation contradicts`() throws {
    let signed = try SignedReceipt(signing: .example(.train), with: Self.key())
    var other = signed.receipt
    other.outputRoot = BLAKE3.hash([1])
    other.training?.endCheckpoint = BLAKE3.hash([2])
    other.device.instructionSet = "neon"
    other.timeMicroseconds += 1

    let fields = signed.contradictions(with: other).map(\.field)

    #expect(fields == [.endCheckpointHash, .outputRoot])
    #expect(signed.contradictions(with: signed.receipt).isEmpty)
  }

  @Test
  func `names outputs that are not its own`() throws {
    let outputs = [NamedCommitment(name: "y", tensor: BLAKE3.hash([3]))]
    var receipt = Receipt.example()
    receipt.outputRoot = NamedCommitment.root(of: outputs)
    let signed = try SignedReceipt(signing: receipt, with: Self.key())
    let renamed = [NamedCommitment(name: "z", tensor: outputs[0].tensor)]

    #expect(signed.faults(outputs: outputs).isEmpty)
    #expect(signed.faults(outputs: renamed).map(\.field) == [.outputRoot])
    #expect(signed.faults(modelHash: BLAKE3.hash([9])).map(\.field) == [.modelHash])
  }

  @Test
  func `fields are called as in the schema`() {
    #expect(ReceiptField.startCheckpointHash.name == "start_checkpoint_hash")
    #expect(ReceiptField.kind.name == "kind")
  }
}

extension Receipt {
  /// A receipt with something in every field that its kind has.
  static func example(_ kind: Kind = .generate) -> Receipt {
    let digest = { (byte: UInt8) in BLAKE3.hash([byte]) }
    return Receipt(
      kind: kind, semanticsRoot: digest(1), engineName: "gensyn", engineVersion: "0.1.0",
      model: Model(
        format: .gguf, hash: digest(2), root: digest(3), tokenizerHash: digest(4)),
      inputRoot: digest(5), parametersHash: digest(6), outputRoot: digest(7),
      finishReason: kind == .run ? .complete : .length, stepCount: kind == .run ? 1 : 300,
      traceLevel: .steps, traceRoot: digest(8),
      training: kind == .train
        ? Training(
          datasetRoot: digest(9), startCheckpoint: digest(10), endCheckpoint: digest(11),
          firstStep: 70_000)
        : nil,
      requesterNonce: [1, 2, 3],
      proverKey: Ed25519.SecretKey().publicKey,
      timeMicroseconds: 1_795_000_000_000_000,
      device: Device(instructionSet: "avx2", threadCount: 2), workMultiplyAdds: 1 << 40)
  }
}
