import Files
import Foundation
import Market
import Primitives
import Sodium
import Testing

@Suite struct JournalTests {
  private static let configuration = Exchange.Configuration(
    mode: .continuous, orderCapacity: 24, accountCount: 4)
  private let path = FileManager.default.temporaryDirectory
    .appending(path: "journal-\(UUID().uuidString)").path

  /// Writes frames of random commands and returns the state that they lead to.
  private func write(_ frames: [Int], seed: UInt64 = 1, sign: Journal.Sign? = nil) throws -> Digest
  {
    var exchange = Exchange(Self.configuration)
    var source = RandomCommands(seed: seed, accountCount: 4)
    var journal = try Journal.open(path: path, for: Self.configuration, sign: sign) {
      _ = exchange.apply($0)
    }
    for count in frames {
      for _ in 0..<count {
        let command = source.next()
        try journal.append(command)
        if let order = exchange.apply(command).order { source.orders.append(order) }
      }
      try journal.flush()
    }
    return exchange.stateHash()
  }

  private func replay(verify: Journal.Verify? = nil) throws -> (hash: Digest, size: UInt64) {
    var exchange = Exchange(Self.configuration)
    let journal = try Journal.open(path: path, for: Self.configuration, verify: verify) {
      _ = exchange.apply($0)
    }
    return (exchange.stateHash(), journal.sizeBytes)
  }

  private func bytes() throws -> Data { try Data(contentsOf: URL(filePath: path)) }

  private func put(_ bytes: Data) throws { try bytes.write(to: URL(filePath: path)) }

  @Test func `a replayed journal leads to the same state`() throws {
    let hash = try write([1, 300, 7])

    #expect(try replay().hash == hash)
    let more = try write([50], seed: 2)
    #expect(try replay().hash == more)
  }

  @Test func `a frame that is full is flushed by itself`() throws {
    let hash = try write([10_000])

    #expect(try replay().hash == hash)
  }

  @Test func `an empty journal is a journal`() throws {
    let hash = try write([])

    #expect(try replay().hash == hash)
    #expect(try replay().size == 32)
  }

  @Test func `whatever a crash cuts off, the frames before it stay`() throws {
    let first = try write([20])
    let kept = try bytes()
    _ = try write([3], seed: 9)
    let whole = try bytes()

    for size in kept.count..<whole.count {
      try put(whole.prefix(size))
      let result = try replay()
      #expect(result.hash == first)
      #expect(result.size == UInt64(kept.count))
      #expect(try bytes() == kept)
    }
    for size in 0..<32 {
      try put(whole.prefix(size))
      #expect(try replay().size == 32)
    }
  }

  @Test func `a last frame of which parts were not written is a crash's`() throws {
    let first = try write([20])
    let kept = try bytes()
    _ = try write([3], seed: 9)
    let whole = try bytes()

    for offset in stride(from: kept.count, to: whole.count - 64, by: 5) {
      var torn = whole
      torn.replaceSubrange(offset..<whole.count, with: Data(count: whole.count - offset))
      if torn == whole { continue }
      try put(torn)
      #expect(try replay().hash == first)
    }
  }

  @Test func `a changed frame with others behind it is refused`() throws {
    _ = try write([5])
    let offset = try bytes().count
    _ = try write([5, 5], seed: 3)
    let whole = try bytes()

    for place in [offset, offset + 8, offset + 16, offset + 40] {
      var changed = whole
      changed[place] ^= 0x40
      try put(changed)
      #expect(throws: JournalError.corrupt(offset: UInt64(offset))) { try replay() }
      #expect(try bytes() == changed)
    }
  }

  @Test func `what is no journal of this exchange is left alone`() throws {
    _ = try write([5])
    let other = Exchange.Configuration(mode: .auction, orderCapacity: 24, accountCount: 4)
    #expect(throws: JournalError.otherConfiguration) {
      _ = try Journal.open(path: path, for: other) { _ in }
    }

    var newer = try bytes()
    newer[7] = 2
    try put(newer)
    #expect(throws: JournalError.unknownFormat) { try replay() }
    try put(Data("Dear diary, today the market was open all day.".utf8))
    #expect(throws: JournalError.unknownFormat) { try replay() }
  }

  @Test func `one process has it at a time`() throws {
    let journal = try Journal.open(path: path, for: Self.configuration) { _ in }

    #expect(throws: JournalError.inUse) { try replay() }
    #expect(journal.sizeBytes == 32)
  }

  @Test func `frames are signed by whoever keeps the book`() throws {
    let keeper = Keeper()
    let publicKey = keeper.key.publicKey
    let hash = try write([20, 20]) { keeper.sign($0) }
    let verify: Journal.Verify = { digest, bytes in
      Ed25519.Signature(bytes).map { publicKey.verifies($0, of: digest.bytes.span) } ?? false
    }

    #expect(try replay(verify: verify).hash == hash)
    var forged = try bytes()
    forged[forged.count - 1] ^= 1
    try put(forged)
    #expect(throws: JournalError.self) { try replay(verify: verify) }
  }
}

/// Whoever keeps the book.
private final class Keeper: Sendable {
  let key = Ed25519.SecretKey()

  func sign(_ digest: Digest) -> [UInt8] { key.sign(digest.bytes.span).bytes }
}
