import EVM
import Primitives
import Testing

@Suite
struct TransactionTests {
  /// The example of EIP-155.
  static let example =
    "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080"
    + "25a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
    + "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"

  @Test
  func `reads the example of EIP-155`() throws {
    let bytes = try Hex.decode(Self.example)
    let transaction = try Transaction(decoding: bytes, fork: .osaka)

    #expect(transaction.chainID == 1)
    #expect(transaction.nonce == 9)
    #expect(transaction.gasLimit == 21_000)
    #expect(transaction.value == U256(1_000_000_000_000_000_000))
    #expect(!transaction.signature.isOdd)
    #expect(transaction.encoded == bytes)
    #expect(
      transaction.signingHash.description
        == "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53")
  }

  @Test
  func `refuses replay protection before it was a rule`() throws {
    let bytes = try Hex.decode(Self.example)

    #expect(throws: Transaction.Malformed.signatureValue) {
      try Transaction(decoding: bytes, fork: .homestead)
    }
  }

  static let signature = Transaction.Signature(isOdd: true, r: 5, s: 7)

  static let typed: [Transaction] = [
    Transaction(
      kind: .accessList, chainID: 1, nonce: 1, maxFeePerGas: 3, gasLimit: 30_000, to: nil,
      data: [1, 2], accessList: [.init(address: Address(number: 9), slots: [1, .max])],
      signature: signature),
    Transaction(
      kind: .dynamicFee, chainID: 5, nonce: 1 << 40, maxPriorityFeePerGas: 1, maxFeePerGas: .max,
      gasLimit: 1, to: Address(number: 7), value: .max, signature: signature),
    Transaction(
      kind: .blob, chainID: 1, maxFeePerGas: 9, gasLimit: 21_000, to: Address(number: 7),
      maxFeePerBlobGas: 4, blobHashes: [Keccak256.hash([1])], signature: signature),
    Transaction(
      kind: .setCode, chainID: 1, maxFeePerGas: 9, gasLimit: 50_000, to: Address(number: 7),
      authorizations: [
        Authorization(
          chainID: .zero, address: Address(number: 3), nonce: 0, parity: 1, r: 2, s: 3)
      ], signature: signature),
  ]

  @Test(arguments: typed)
  func `comes back from its encoding`(transaction: Transaction) throws {
    let bytes = transaction.encoded

    #expect(bytes.first == transaction.kind.rawValue)
    #expect(try Transaction(decoding: bytes, fork: .osaka) == transaction)
    #expect(throws: Transaction.Malformed.typeNotSupported(transaction.kind.rawValue)) {
      try Transaction(decoding: bytes, fork: .istanbul)
    }
    for count in 1..<bytes.count {
      let prefix = Array(bytes.prefix(count))
      #expect(throws: Transaction.Malformed.self) {
        try Transaction(decoding: prefix, fork: .osaka)
      }
    }
  }

  @Test
  func `refuses blobs inside the transaction`() throws {
    var wrapper = RLP.Encoder()
    wrapper.list { list in
      list.appendEncoded(Array(Self.typed[2].encoded.dropFirst()))
      for _ in 0..<3 { list.list { _ in } }
    }
    let bytes = [3] + wrapper.bytes

    #expect(throws: Transaction.Malformed.carriesBlobs) {
      try Transaction(decoding: bytes, fork: .osaka)
    }
  }

  @Test
  func `refuses signatures out of range`() {
    var high = Self.typed[0]
    high.signature.s = Transaction.curveOrderHalf &+ 1
    var zero = Self.typed[0]
    zero.signature.r = .zero
    let (first, second) = (high.encoded, zero.encoded)

    #expect(throws: Transaction.Malformed.signatureRange) {
      try Transaction(decoding: first, fork: .osaka)
    }
    #expect(throws: Transaction.Malformed.signatureRange) {
      try Transaction(decoding: second, fork: .osaka)
    }
  }
}

@Suite
struct ValidityTests {
  static func refusal(
    _ transaction: Transaction, fork: Fork = .osaka, baseFee: U256 = .zero
  ) throws -> InvalidTransaction? {
    let machine = try Machine(fork: fork)
    var block = machine.block
    block.baseFee = baseFee
    let state = WorldState(machine.database)
    let executor = Executor(state: state, block: block)
    do {
      _ = try executor.execute(transaction, from: Machine.sender)
      return nil
    } catch ExecutionFailure.invalid(let reason) {
      #expect(state.changes().accounts.isEmpty)
      return reason
    }
  }

  static let base = Transaction(gasLimit: 100_000, to: Machine.contract)

  static func with(_ change: (inout Transaction) -> Void) -> Transaction {
    var transaction = base
    change(&transaction)
    return transaction
  }

  @Test(arguments: [
    (with { $0.nonce = 1 }, InvalidTransaction.nonceTooHigh(expected: 0)),
    (with { $0.nonce = .max }, .nonceAtMaximum),
    (with { $0.gasLimit = 20_999 }, .intrinsicGasTooLow(needed: 21_000)),
    (with { $0.gasLimit = 1 << 24 + 1 }, .gasLimitExceedsMaximum),
    (with { $0.value = .max }, .insufficientFunds(balance: U256(1 << 60))),
    (with { $0.maxFeePerGas = .max }, .feeOverflow),
    (with { $0.chainID = 2 }, .wrongChain(2)),
    (
      with {
        $0.kind = .dynamicFee
        $0.maxPriorityFeePerGas = 2
        $0.maxFeePerGas = 1
      }, .priorityFeeAboveFee
    ),
    (with { $0.data = .init(repeating: 1, count: 2000) }, .gasBelowFloor(needed: 101_000)),
    (
      with {
        $0.to = nil
        $0.gasLimit = 2_000_000
        $0.data = .init(repeating: 0, count: 49_153)
      }, .initcodeTooLarge
    ),
    (with { $0.kind = .blob }, .noBlobs),
    (with { $0.kind = .setCode }, .noAuthorizations),
    (
      with {
        $0.kind = .blob
        $0.blobHashes = [Digest(.zero)]
      }, .blobHashVersion(0)
    ),
  ])
  func `says why a transaction cannot run`(
    transaction: Transaction, reason: InvalidTransaction
  ) throws {
    let found = try Self.refusal(transaction)

    #expect(found == reason)
  }

  @Test
  func `refuses a fee below the block's`() throws {
    let found = try Self.refusal(Self.base, baseFee: 7)

    #expect(found == .feeBelowBaseFee(baseFee: 7))
  }

  @Test
  func `runs what is valid`() throws {
    let found = try Self.refusal(Self.base)

    #expect(found == nil)
  }
}
