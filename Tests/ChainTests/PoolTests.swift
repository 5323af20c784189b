import Chain
import EVM
import Primitives
import Testing

@Suite
struct PoolTests {
  private func node(_ change: (inout PoolLimits) -> Void = { _ in }) throws -> Node {
    var configuration = try Configuration.test(sealing: .manual, accounts: 40)
    change(&configuration.pool)
    return try Node(configuration)
  }

  private let target = Address(number: 0x7777)

  @Test
  func `what comes before its turn waits for the nonce that is missing`() throws {
    let node = try node()
    let key = try TestKey(1)
    try node.submit(key.transfer(to: target, nonce: 2))
    try node.submit(key.transfer(to: target, nonce: 1))
    #expect(node.poolStatus.pending == 0)
    #expect(node.poolStatus.queued == 2)

    try node.submit(key.transfer(to: target, nonce: 0))

    #expect(node.poolStatus.pending == 3)
    #expect(try node.nextNonce(of: key.address) == 3)
    #expect(node.pendingHashes(from: 0).hashes.count == 3)
    #expect(try node.seal().transactions.map(\.transaction.nonce) == [0, 1, 2])
  }

  @Test
  func `a replacement pays a tenth more in both fee and tip`() throws {
    let node = try node()
    let key = try TestKey(1)
    try node.submit(key.transfer(to: target, nonce: 0, tip: 100, fee: 10_000_000_000))
    for (tip, fee) in [(109, 11_000_000_000), (110, 10_999_999_999)] as [(U256, U256)] {
      #expect(
        throws: PoolRejection.replacementUnderpriced(leastFee: 11_000_000_000, leastTip: 110)
      ) { try node.submit(key.transfer(to: target, value: 2, nonce: 0, tip: tip, fee: fee)) }
    }

    let better = try node.submit(
      key.transfer(to: target, value: 3, nonce: 0, tip: 110, fee: 11_000_000_000))

    #expect(node.poolStatus.pending == 1)
    #expect(try node.seal().transactions.map(\.hash) == [better])
  }

  @Test
  func `a block takes the best tips first and each account in order`() throws {
    let node = try node()
    let (first, second) = try (TestKey(1), TestKey(2))
    try node.submit(first.transfer(to: target, nonce: 0, tip: 5))
    try node.submit(first.transfer(to: target, nonce: 1, tip: 50))
    try node.submit(second.transfer(to: target, nonce: 0, tip: 10))
    try node.submit(second.transfer(to: target, nonce: 1, tip: 1))

    let block = try node.seal()

    #expect(block.transactions.map(\.transaction.maxPriorityFeePerGas) == [10, 5, 50, 1])
  }

  @Test
  func `a full pool gives up its cheapest for one that pays more`() throws {
    let node = try node {
      $0.globalSlots = 3
      $0.globalQueue = 1
      $0.accountSlots = 1
    }
    for number in 1...4 as ClosedRange<UInt64> {
      try node.submit(TestKey(number).transfer(to: target, nonce: 0, tip: U256(10 * number)))
    }

    #expect(throws: PoolRejection.full) {
      try node.submit(TestKey(5).transfer(to: target, nonce: 0, tip: 10))
    }
    try node.submit(TestKey(6).transfer(to: target, nonce: 0, tip: 15))

    #expect(node.poolContent(from: try TestKey(1).address).pending.isEmpty)
    #expect(node.poolStatus.pending == 4)
  }

  @Test
  func `one account's many transactions make room for the others'`() throws {
    let node = try node {
      $0.globalSlots = 10
      $0.globalQueue = 10
      $0.accountSlots = 2
    }
    let key = try TestKey(1)
    for nonce in 0..<10 as Range<UInt64> {
      try node.submit(key.transfer(to: target, nonce: nonce))
    }
    for number in 2...4 as ClosedRange<UInt64> {
      try node.submit(TestKey(number).transfer(to: target, nonce: 0))
    }

    #expect(node.poolStatus.pending == 10)
    #expect(node.poolContent(from: key.address).pending[key.address]?.count == 7)
  }

  @Test
  func `bounds what waits for one account and for how long`() throws {
    let time = Time()
    var configuration = try Configuration.test(sealing: .manual)
    configuration.pool.accountQueue = 3
    configuration.clock = { time.now }
    let node = try Node(configuration)
    let key = try TestKey(1)
    for nonce in 1...3 as ClosedRange<UInt64> {
      try node.submit(key.transfer(to: target, nonce: nonce))
    }
    #expect(throws: PoolRejection.tooManyQueued(most: 3)) {
      try node.submit(key.transfer(to: target, nonce: 4))
    }

    time.advance(by: .seconds(3 * 3600 + 1))
    node.expirePool()

    #expect(node.poolStatus.queued == 0)
  }

  /// A clock that tests move.
  final class Time: Sendable {
    private let moment = Locked(UnixTime(milliseconds: 1_700_000_000_000))
    var now: UnixTime { moment.value }
    func advance(by duration: Duration) { moment.value = now.advanced(by: duration) }
  }

  @Test
  func `refuses what no block can have, each for its reason`() throws {
    let node = try node()
    let key = try TestKey(1)
    let poor = try TestKey(99)
    try node.submit(key.transfer(to: target, nonce: 0))
    try node.seal()

    func refusal(_ bytes: [UInt8]) throws -> PoolRejection? {
      do throws(PoolRejection) {
        try node.submit(bytes)
        return nil
      } catch {
        return error
      }
    }
    #expect(
      try refusal(key.transfer(to: target, nonce: 0)) == .invalid(.nonceTooLow(expected: 1)))
    #expect(
      try refusal(poor.transfer(to: target, nonce: 0))
        == .invalid(.insufficientFunds(balance: 0)))
    #expect(
      try refusal(key.transfer(to: target, nonce: 1, tip: 0)) == .tipTooLow(least: 1))
    #expect(
      try refusal(key.transfer(to: target, nonce: 1, gasLimit: 20_999))
        == .invalid(.intrinsicGasTooLow(needed: 21_000)))
    #expect(
      try refusal(key.transfer(to: target, nonce: 1, gasLimit: 1 << 25))
        == .invalid(.gasLimitExceedsMaximum))
    #expect(
      try refusal(key.transfer(to: target, nonce: 1, chainID: 1)) == .invalid(.wrongChain(1)))
    let large = try key.transfer(
      to: target, nonce: 1, gasLimit: 5_000_000, data: .init(repeating: 0, count: 140_000))
    #expect(try refusal(large) == .tooLarge(bytes: large.count, most: 131_072))
    #expect(try refusal([]) == .malformed(.empty))
    #expect(try refusal([3, 0xC0]) == .blobsNotAccepted)
    let good = try key.transfer(to: target, nonce: 1)
    #expect(try refusal(good) == nil)
    #expect(try refusal(good) == .alreadyKnown)
  }

  @Test
  func `costs of all an account has in the pool are covered by its balance`() throws {
    let node = try node()
    let key = try TestKey(1)
    try node.submit(key.transfer(to: target, value: 600 &* ether, nonce: 0))

    let failure = #expect(throws: PoolRejection.self) {
      try node.submit(key.transfer(to: target, value: 600 &* ether, nonce: 1))
    }

    guard case .overdraft = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }

  @Test
  func `own users' transactions are there again after a restart`() throws {
    let scratch = StoreTests.Scratch()
    defer { scratch.remove() }
    let node = try Node(StoreTests.configuration(scratch))
    let (first, second) = try (TestKey(1), TestKey(2))
    let own = try node.submit(first.transfer(to: target, nonce: 0), isLocal: true)
    try node.seal()
    let waiting = try node.submit(first.transfer(to: target, nonce: 1), isLocal: true)
    try node.submit(second.transfer(to: target, nonce: 0))

    let restarted = try Node(StoreTests.configuration(scratch.copy()))

    #expect(restarted.pooledTransaction(waiting)?.isLocal == true)
    #expect(restarted.pooledTransaction(own) == nil)
    #expect(restarted.poolStatus.pending == 1)
  }
}
