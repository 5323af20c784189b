import Chain
import EVM
import Files
import Foundation
import Primitives
import Testing

@Suite
struct StoreTests {
  /// A folder, and copies of it at some moments.
  final class Scratch {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "chain-\(UUID().uuidString)").path
    private var copies: [Scratch] = []

    func copy() throws -> Scratch {
      let copy = Scratch()
      try FileManager.default.copyItem(atPath: path, toPath: copy.path)
      copies.append(copy)
      return copy
    }

    func remove() {
      for copy in copies { copy.remove() }
      // Nothing depends on it: the system clears its temporary folder.
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  static func configuration(_ scratch: Scratch) throws -> Configuration {
    var configuration = try Configuration.test(sealing: .manual, accounts: 10)
    configuration.folder = scratch.path
    return configuration
  }

  /// Blocks of transfers to new accounts and of contracts.
  @discardableResult
  static func load(_ node: Node, blocks: Int, from first: UInt64 = 0) throws -> [Digest] {
    var hashes: [Digest] = []
    for block in 0..<blocks {
      for number in 1...10 as ClosedRange<UInt64> {
        let key = try TestKey(number)
        let nonce = try node.nextNonce(of: key.address)
        hashes.append(
          try node.submit(
            key.transfer(
              to: Address(number: 1_000_000 + first + UInt64(block) * 100 + number), nonce: nonce)))
        hashes.append(
          try node.submit(
            key.transfer(
              to: nil, nonce: nonce + 1, gasLimit: 200_000, data: NodeTests.storing)))
      }
      try node.seal()
    }
    return hashes
  }

  @Test
  func `a chain that was closed goes on where it was`() throws {
    let scratch = Scratch()
    defer { scratch.remove() }
    let first = try Node(Self.configuration(scratch))
    let hashes = try Self.load(first, blocks: 40)
    let head = first.head.hash
    try first.close()

    let second = try Node(Self.configuration(scratch.copy()))

    #expect(second.head.hash == head)
    for hash in hashes {
      let found = try #require(try second.transaction(hash))
      #expect(found.receipt.result == .success)
    }
    let verification = try second.verify()
    #expect(verification.computed == second.head.header.stateRoot)
    // One of each contract; a parent hash and a time of each block.
    #expect(verification.slots == 400 + 2 * 40)
    try Self.load(second, blocks: 2, from: 50_000)
    #expect(second.head.number == 42)
  }

  @Test
  func `what a kill leaves behind has every block that was announced`() throws {
    let scratch = Scratch()
    defer { scratch.remove() }
    let node = try Node(Self.configuration(scratch))
    try Self.load(node, blocks: 7)

    // Files as they are in the middle of work, some of it in the log alone.
    let copy = try scratch.copy()
    let restarted = try Node(Self.configuration(copy))

    #expect(restarted.head.hash == node.head.hash)
    #expect(try restarted.verify().computed == node.head.header.stateRoot)
  }

  @Test
  func `cuts off what is half written at the end, and names what is damaged before it`() throws {
    let scratch = Scratch()
    defer { scratch.remove() }
    let node = try Node(Self.configuration(scratch))
    try Self.load(node, blocks: 3)
    let path = "/blocks-00000001"
    let whole = try Data(contentsOf: URL(filePath: scratch.path + path))

    let torn = try scratch.copy()
    try whole.dropLast(5).write(to: URL(filePath: torn.path + path))
    let restarted = try Node(Self.configuration(torn))
    #expect(restarted.head.number == 2)
    #expect(restarted.head.hash == (try node.block(.number(2))?.hash))

    let damaged = try scratch.copy()
    var bytes = whole
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(filePath: damaged.path + path))
    let failure = #expect(throws: NodeFailure.self) { try Node(Self.configuration(damaged)) }
    guard case .store(.damaged(let file, _, _)) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(file == damaged.path + path)
  }

  @Test
  func `refuses another genesis, a later format and a folder in use`() throws {
    let scratch = Scratch()
    defer { scratch.remove() }
    let node = try Node(Self.configuration(scratch))
    #expect(throws: NodeFailure.store(.inUse(folder: scratch.path))) {
      try Node(Self.configuration(scratch))
    }

    let other = try scratch.copy()
    var configuration = try Self.configuration(other)
    configuration.genesis.gasLimit += 1
    #expect(throws: NodeFailure.self) { try Node(configuration) }

    let later = try scratch.copy()
    let path = later.path + "/blocks-00000001"
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[15] = 9
    try bytes.write(to: URL(filePath: path))
    #expect(
      throws: NodeFailure.store(.newerFormat(file: path, found: 9, supported: 1))
    ) { try Node(Self.configuration(later)) }
    try node.close()
  }

  @Test
  func `answers for the state after every block that it keeps`() throws {
    let scratch = Scratch()
    defer { scratch.remove() }
    let node = try Node(Self.configuration(scratch))
    let key = try TestKey(1)
    try Self.load(node, blocks: 5)
    _ = try node.verify()
    try Self.load(node, blocks: 2, from: 10_000)

    for number in 0...7 as ClosedRange<UInt64> {
      let view = try node.state(at: .number(number))
      #expect(try view.account(key.address)?.nonce == number * 2)
      let proof = try view.proof(of: key.address, slots: [])
      let value = try TrieProof.value(
        of: Keccak256.hash(key.address.bytes).array, under: view.header.stateRoot,
        proof: proof.nodes)
      #expect(value == proof.account.encoded(storageRoot: proof.storageRoot))
    }
  }

  @Test
  func `forgets what is older than it should keep, and nothing else`() throws {
    let scratch = Scratch()
    defer { scratch.remove() }
    var configuration = try Self.configuration(scratch)
    configuration.history = .blocks(256)
    let node = try Node(configuration)
    let key = try TestKey(1)
    var hashes: [Digest] = []
    for nonce in 0..<600 as Range<UInt64> {
      hashes.append(
        try node.submit(key.transfer(to: Address(number: 0x9000 + nonce % 7), nonce: nonce)))
      try node.seal()
    }

    let verification = try node.verify()

    #expect(verification.computed == node.head.header.stateRoot)
    #expect(node.oldestBlock == 344)
    #expect(try node.transaction(hashes[0]) == nil)
    #expect(try node.transaction(hashes[400])?.blockNumber == 401)
    #expect(try node.state(at: .number(344)).account(key.address)?.nonce == 344)
    #expect(throws: NodeFailure.pruned(.number(100), oldest: 344)) {
      try node.state(at: .number(100))
    }
  }

  @Test
  func `patches and reverts survive a restart`() throws {
    let scratch = Scratch()
    defer { scratch.remove() }
    let node = try Node(Self.configuration(scratch))
    let development = try #require(node.development)
    try Self.load(node, blocks: 2)
    try development.setBalance(Address(number: 77), 5)
    let snapshot = try development.snapshot()
    try development.setStorage(Address(number: 77), 1, 2)
    try Self.load(node, blocks: 2, from: 20_000)
    #expect(try development.revert(to: snapshot))
    try Self.load(node, blocks: 1, from: 30_000)
    try development.setCode(Address(number: 78), [1, 2, 3])

    let copy = try scratch.copy()
    let restarted = try Node(Self.configuration(copy))
    let view = try restarted.state(at: .latest)

    #expect(restarted.head.hash == node.head.hash)
    #expect(try view.account(Address(number: 77))?.balance == 5)
    #expect(try view.storage(Address(number: 77), at: 1).isZero)
    #expect(try view.code(Address(number: 78)) == [1, 2, 3])
    let verification = try restarted.verify()
    #expect(verification.computed == verification.expected)
  }
}
