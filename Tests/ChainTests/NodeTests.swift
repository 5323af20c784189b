import Chain
import EVM
import Primitives
import Testing

@Suite
struct NodeTests {
  /// Stores 7 at slot 0 and logs with topic 1; as initcode it returns one byte of code.
  static let storing: [UInt8] = [
    0x60, 0x07, 0x60, 0x00, 0x55, 0x60, 0x01, 0x60, 0x00, 0x60, 0x00, 0xA1,
    0x60, 0x00, 0x60, 0x00, 0x53, 0x60, 0x01, 0x60, 0x00, 0xF3,
  ]

  @Test
  func `seals a transfer at once and answers for it`() throws {
    let node = try Node(.test())
    let sender = try TestKey(1)
    let to = Address(number: 0xBEEF)

    let hash = try node.submit(sender.transfer(to: to, value: ether, nonce: 0))

    let found = try #require(try node.transaction(hash))
    #expect(node.head.number == 1)
    #expect(found.blockHash == node.head.hash)
    #expect(found.sender == sender.address)
    #expect(found.receipt.result == .success)
    #expect(found.gasUsed == 21_000)
    #expect(try node.state(at: .latest).account(to)?.balance == ether)
    #expect(try node.state(at: .number(0)).account(to) == nil)
    #expect(node.poolStatus.pending == 0)
    #expect(try node.nextNonce(of: sender.address) == 1)
  }

  @Test
  func `a second node that imports the blocks reaches the same roots`() throws {
    let first = try Node(.test(accounts: 40))
    let second = try Node(.test(sealing: .manual, accounts: 40))
    first.development?.setSealing(.manual)
    for number in 1...40 as ClosedRange<UInt64> {
      let key = try TestKey(number)
      try first.submit(key.transfer(to: nil, nonce: 0, gasLimit: 200_000, data: Self.storing))
      try first.submit(key.transfer(to: Address(number: number), nonce: 1))
    }

    let sealed = try first.seal()
    let imported = try second.importBlock(sealed.encoded)

    #expect(sealed.transactions.count == 80)
    #expect(imported.hash == sealed.hash)
    #expect(imported.transactions.map(\.sender) == sealed.transactions.map(\.sender))
  }

  @Test
  func `a node that follows another's stream from genesis ends at the same root`() async throws {
    let leader = try Node(.test(sealing: .manual))
    let follower = try Node(.test(sealing: .manual))
    let key = try TestKey(1)
    var nonce: UInt64 = 0
    for _ in 0..<12 {
      try leader.submit(
        key.transfer(to: nil, nonce: nonce, gasLimit: 200_000, data: Self.storing))
      try leader.submit(key.transfer(to: Address(number: 0x5000 + nonce), nonce: nonce + 1))
      nonce += 2
      try leader.seal()
    }
    try leader.close()

    for try await event in leader.watchBlocks(from: 1) {
      guard case .sealed(let block) = event else { continue }
      try follower.importBlock(block.encoded)
    }

    #expect(follower.head.number == 12)
    #expect(follower.head.header.stateRoot == leader.head.header.stateRoot)
    #expect(try follower.verify().computed == leader.head.header.stateRoot)
  }

  @Test
  func `refuses a block with a wrong bit and says why`() throws {
    let first = try Node(.test(sealing: .manual))
    let key = try TestKey(1)
    try first.submit(key.transfer(to: Address(number: 9), nonce: 0))
    let block = try first.seal().block

    for (reason, change) in Self.forgeries {
      let second = try Node(.test(sealing: .manual))
      var forged = block
      change(&forged.header)
      #expect(throws: NodeFailure.invalidBlock(.header(reason))) {
        try second.importBlock(forged.encoded)
      }
      #expect(second.head.number == 0)
    }
  }

  static let forgeries: [(InvalidBlock.HeaderField, @Sendable (inout Header) -> Void)] = [
    (.stateRoot, { $0.stateRoot = Digest($0.stateRoot.word ^ .one) }),
    (.receiptsRoot, { $0.receiptsRoot = Digest($0.receiptsRoot.word ^ .one) }),
    (.transactionsRoot, { $0.transactionsRoot = Digest($0.transactionsRoot.word ^ .one) }),
    (.gasUsed, { $0.gasUsed ^= 1 }),
    (.bloom, { $0.bloom.insert([1]) }),
    (.baseFee, { $0.baseFee = ($0.baseFee ?? .zero) &+ .one }),
    (.requestsHash, { $0.requestsHash = Digest(.one) }),
    (.timestamp, { $0.timestamp = 0 }),
    (.number, { $0.number += 1 }),
  ]

  @Test
  func `proves accounts and slots under the header's root`() throws {
    let node = try Node(.test())
    let key = try TestKey(1)
    let hash = try node.submit(
      key.transfer(to: nil, nonce: 0, gasLimit: 200_000, data: Self.storing))
    let contract = try #require(try node.transaction(hash)?.createdAddress)

    let proof = try node.state(at: .latest).proof(of: contract, slots: [0, 1])

    let account = try TrieProof.value(
      of: Keccak256.hash(contract.bytes).array, under: node.head.header.stateRoot,
      proof: proof.nodes)
    #expect(account == proof.account.encoded(storageRoot: proof.storageRoot))
    #expect(proof.slots.map(\.value) == [7, 0])
    for slot in proof.slots {
      let value = try TrieProof.value(
        of: Keccak256.hash(slot.slot.bytes).array, under: proof.storageRoot, proof: slot.nodes)
      #expect(value == (slot.value.isZero ? nil : slot.value.minimalBytes))
    }
  }

  @Test
  func `finds logs by address and topic`() throws {
    let node = try Node(.test())
    let key = try TestKey(1)
    let hash = try node.submit(
      key.transfer(to: nil, nonce: 0, gasLimit: 200_000, data: Self.storing))
    try node.submit(key.transfer(to: Address(number: 1), nonce: 1))
    let contract = try #require(try node.transaction(hash)?.createdAddress)

    let mine = LogFilter(addresses: [contract], topics: [[Digest(.one)]])
    let found = try node.logs(mine, from: 0, to: 100)

    #expect(found.map(\.transactionHash) == [hash])
    #expect(try node.logs(LogFilter(topics: [[Digest(2)]]), from: 0, to: 2).isEmpty)
    #expect(throws: NodeFailure.self) {
      try node.logs(LogFilter(topics: Array(repeating: [], count: 5)), from: 0, to: 2)
    }
  }

  @Test
  func `estimates the gas that suffices and no less`() throws {
    let node = try Node(.test())
    let key = try TestKey(1)
    var request = CallRequest()
    request.from = key.address
    request.data = Self.storing

    let gas = try node.estimateGas(request)
    let hash = try node.submit(
      key.transfer(to: nil, value: 0, nonce: 0, gasLimit: gas, data: Self.storing))

    let sealed = try #require(try node.transaction(hash))
    #expect(sealed.receipt.result == .success)
    #expect(gas < sealed.gasUsed + sealed.gasUsed / 20)
  }

  @Test
  func `goes back to a snapshot with state and nonces`() throws {
    let node = try Node(.test())
    let development = try #require(node.development)
    let key = try TestKey(1)
    try node.submit(key.transfer(to: Address(number: 0x5000), nonce: 0))
    try development.setBalance(Address(number: 77), 5)

    let snapshot = try development.snapshot()
    try node.submit(key.transfer(to: Address(number: 0x5000), nonce: 1))
    try development.setBalance(Address(number: 77), 6)
    let reverted = try development.revert(to: snapshot)

    #expect(reverted)
    #expect(node.head.number == 1)
    #expect(try node.state(at: .latest).account(Address(number: 77))?.balance == 5)
    try node.submit(key.transfer(to: Address(number: 0x6000), nonce: 1))
    #expect(try node.state(at: .latest).account(Address(number: 0x6000))?.balance == 1)
    #expect(try development.revert(to: snapshot) == false)
  }

  @Test
  func `streams past and new blocks and says when the chain went back`() async throws {
    let node = try Node(.test())
    let development = try #require(node.development)
    try development.mine(2)
    var events = node.watchBlocks(from: 1).makeAsyncIterator()

    var seen: [String] = []
    for _ in 0..<2 { seen.append(Self.name(try await events.next())) }
    try development.rollback(1)
    development.setBeneficiary(Address(number: 3))
    try development.mine(2)
    for _ in 0..<3 { seen.append(Self.name(try await events.next())) }
    try node.close()
    seen.append(Self.name(try await events.next()))

    #expect(seen == ["1", "2", "back to 1", "2", "3", "end"])
  }

  private static func name(_ event: BlockEvent?) -> String {
    switch event {
    case .sealed(let block): "\(block.number)"
    case .reverted(let number): "back to \(number)"
    case nil: "end"
    }
  }

  @Test
  func `plays accounts that nobody has the key of`() throws {
    let node = try Node(.test())
    let development = try #require(node.development)
    let someone = Address(number: 0xABCD)
    try development.setBalance(someone, ether)

    let hash = try development.submit(
      unsigned: Transaction(
        kind: .dynamicFee, chainID: 31337, maxFeePerGas: 2_000_000_000, gasLimit: 21_000,
        to: Address(number: 1), value: 3), from: someone)

    #expect(try node.transaction(hash)?.sender == someone)
  }

  @Test
  func `simulates blocks with overrides and leaves the chain alone`() throws {
    let node = try Node(.test())
    var request = SimulationRequest()
    var call = CallRequest()
    call.from = Address(number: 1000)
    call.to = Address(number: 1001)
    call.value = 7
    var override = AccountOverride()
    override.balance = 10
    var block = SimulationRequest.Block()
    block.state = [call.from: override]
    block.calls = [call]
    var second = SimulationRequest.Block()
    call.value = 4
    second.calls = [call]
    request.blocks = [block]

    let simulated = try node.simulate(request)
    request.blocks = [block, second]

    #expect(simulated.map(\.header.number) == [1])
    #expect(simulated[0].calls[0].result.status == .success)
    let failure = #expect(throws: NodeFailure.self) { try node.simulate(request) }
    guard case .rejectedCall(.insufficientFunds(balance: 3), _, sender: call.from) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(node.head.number == 0)
  }
}
