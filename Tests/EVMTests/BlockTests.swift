import EVM
import Primitives
import Testing

@Suite
struct BlockTests {
  static let rules = ChainRules(chainID: 1, always: .shanghai)

  static func genesis(_ state: InMemoryState) -> Header {
    var header = Header()
    header.stateRoot = state.root()
    header.gasLimit = 30_000_000
    header.baseFee = FeeMarket.initialBaseFee
    header.withdrawalsRoot = Trie.emptyRoot
    return header
  }

  /// A block on top of another that pays one withdrawal.
  static func next(after parent: Header, _ state: InMemoryState, gwei: UInt64) -> Block {
    let withdrawal = Withdrawal(
      index: 0, validatorIndex: 1, address: Address(number: 77), amount: gwei)
    let after = state.copy()
    after.set(Address(number: 77), nonce: 0, balance: U256(gwei * 1_000_000_000))
    var header = Header()
    header.parentHash = parent.hash
    header.number = parent.number + 1
    header.timestamp = parent.timestamp + 12
    header.gasLimit = parent.gasLimit
    header.baseFee = FeeMarket.baseFee(after: parent)
    header.withdrawalsRoot = Trie.root(ofList: [withdrawal.encoded])
    header.stateRoot = after.root()
    return Block(header: header, withdrawals: [withdrawal])
  }

  static func chain() throws -> (InMemoryChain, Header, InMemoryState) {
    let state = InMemoryState()
    state.set(Address(number: 1), nonce: 1, balance: 1)
    let genesis = genesis(state)
    return (try InMemoryChain(genesis: genesis, state: state, rules: rules), genesis, state)
  }

  @Test
  func `takes a block that says what happens`() throws {
    let (chain, genesis, state) = try Self.chain()
    let block = Self.next(after: genesis, state, gwei: 5)

    try chain.append(block.encoded)

    #expect(chain.head == block.header)
    #expect(
      chain.state(after: block.header.hash)?.account(at: Address(number: 77))?.balance
        == U256(5_000_000_000))
    #expect(try Block(decoding: block.encoded, rules: Self.rules) == block)
  }

  typealias Change = @Sendable (inout Block) -> Void

  static let wrong: [(InvalidBlock, Change)] = [
    (.header(.number), { $0.header.number = 2 }),
    (.header(.timestamp), { $0.header.timestamp = 0 }),
    (.header(.gasLimit), { $0.header.gasLimit = 4999 }),
    (.header(.gasLimit), { $0.header.gasLimit *= 2 }),
    (.header(.gasUsed), { $0.header.gasUsed = 1 }),
    (.header(.extraData), { $0.header.extraData = [UInt8](repeating: 0, count: 33) }),
    (.header(.baseFee), { $0.header.baseFee = 1 }),
    (.header(.difficulty), { $0.header.difficulty = 1 }),
    (.header(.stateRoot), { $0.header.stateRoot = Trie.emptyRoot }),
    (.header(.receiptsRoot), { $0.header.receiptsRoot = Digest(.one) }),
    (.header(.transactionsRoot), { $0.header.transactionsRoot = Digest(.one) }),
    (.header(.withdrawalsRoot), { $0.withdrawals = [] }),
    (.header(.ommersHash), { $0.header.ommersHash = Digest(.one) }),
    (.header(.ommersHash), { $0.ommers = [Header()] }),
    (.header(.blobGasUsed), { $0.header = $0.header.withPragueFields() }),
  ]

  @Test(arguments: wrong.indices)
  func `refuses a block that says something else`(index: Int) throws {
    let (chain, genesis, state) = try Self.chain()
    let (reason, change) = Self.wrong[index]
    var block = Self.next(after: genesis, state, gwei: 5)
    change(&block)
    let bytes = block.encoded

    #expect(throws: reason) { try chain.append(bytes) }
    #expect(chain.head == genesis)
  }

  @Test
  func `refuses a block whose parent it does not know`() throws {
    let (chain, genesis, state) = try Self.chain()
    var block = Self.next(after: genesis, state, gwei: 5)
    block.header.parentHash = Digest(.one)
    let bytes = block.encoded

    #expect(throws: InvalidBlock.unknownParent(Digest(.one))) { try chain.append(bytes) }
  }

  @Test
  func `refuses every beginning of a block`() throws {
    let (_, genesis, state) = try Self.chain()
    let bytes = Self.next(after: genesis, state, gwei: 5).encoded

    var taken = 0
    for count in 0..<bytes.count
    where (try? Block(decoding: Array(bytes.prefix(count)), rules: Self.rules)) != nil {
      taken += 1
    }

    #expect(taken == 0)
  }

  /// Of EIP-1559: an eighth up when full, an eighth down when empty.
  @Test(arguments: [(30_000_000, 1_125_000_000), (0, 875_000_000), (15_000_000, 1_000_000_000)])
  func `moves the base fee`(gasUsed: UInt64, expected: UInt64) {
    var parent = Header()
    parent.gasLimit = 30_000_000
    parent.gasUsed = gasUsed
    parent.baseFee = U256(1_000_000_000)

    #expect(FeeMarket.baseFee(after: parent) == U256(expected))
  }

  /// Of EIP-4844's `fake_exponential`: 1 without excess; beyond all numbers with too much.
  @Test
  func `moves the blob fee`() {
    let parameters = BlobParameters(.cancun)

    #expect(parameters.baseFee(excessBlobGas: 0) == 1)
    #expect(parameters.baseFee(excessBlobGas: 2_314_057) == 1)
    #expect(parameters.baseFee(excessBlobGas: 2_314_058) == 2)
    #expect(parameters.baseFee(excessBlobGas: 10 << 20) == 23)
    #expect(parameters.baseFee(excessBlobGas: .max) == .max)
  }

  @Test
  func `proves an account and its storage`() throws {
    let state = InMemoryState()
    for number in 1...50 as ClosedRange<UInt64> {
      state.set(
        Address(number: number), nonce: 1, balance: U256(number), storage: [7: U256(number)])
    }
    let address = Address(number: 33)

    let account = try TrieProof.value(
      of: Keccak256.hash(address.bytes).array, under: state.root(), proof: state.proof(of: address))
    let slot = try TrieProof.value(
      of: Keccak256.hash(U256(7).bytes).array, under: state.storageRoot(of: address),
      proof: state.proof(of: address, slot: 7))

    let expected = try #require(state.account(at: address))
    #expect(account == expected.encoded(storageRoot: state.storageRoot(of: address)))
    #expect(slot == [33])
  }
}

extension Header {
  fileprivate func withPragueFields() -> Header {
    var header = self
    header.blobGasUsed = 0
    header.excessBlobGas = 0
    header.parentBeaconBlockRoot = Digest(.zero)
    header.requestsHash = Digest(.zero)
    return header
  }
}
