import Market
import Testing

@Suite struct SnapshotTests {
  private func exchange(_ mode: Exchange.Mode, seed: UInt64, commands: Int) -> Exchange {
    var exchange = Exchange(.init(mode: mode, orderCapacity: 24, accountCount: 4))
    var source = RandomCommands(seed: seed, accountCount: 4)
    for account in UInt32(0)..<4 {
      _ = exchange.apply(.deposit(100_000, account: account))
      _ = exchange.apply(.limit(long: 100, short: 100, account: account))
    }
    for _ in 0..<commands {
      if let order = exchange.apply(source.next()).order { source.orders.append(order) }
    }
    return exchange
  }

  @Test(arguments: [Exchange.Mode.continuous, .auction], 0..<10)
  func `a restored exchange goes on alike`(mode: Exchange.Mode, seed: Int) throws {
    var exchange = exchange(mode, seed: UInt64(seed), commands: 300)
    var restored = try Exchange.restored(from: exchange.snapshot().span)
    #expect(restored.snapshot() == exchange.snapshot())

    var source = RandomCommands(seed: 77, accountCount: 4)
    for _ in 0..<200 {
      let command = source.next()
      let outcome = exchange.apply(command)
      if let order = outcome.order { source.orders.append(order) }
      #expect(restored.apply(command) == outcome)
    }
    #expect(restored.stateHash() == exchange.stateHash())
  }

  @Test func `a cut snapshot is refused`() {
    let bytes = exchange(.continuous, seed: 3, commands: 200).snapshot()

    for size in bytes.indices {
      #expect(throws: Exchange.InvalidSnapshot.self) {
        _ = try Exchange.restored(from: bytes.span.extracting(0..<size))
      }
    }
  }

  @Test func `a changed snapshot is refused or another valid state, and never traps`() {
    let bytes = exchange(.continuous, seed: 3, commands: 200).snapshot()
    var random = Seeded(state: 5)

    for _ in 0..<3_000 {
      var changed = bytes
      for _ in 0...Int.random(in: 0...2, using: &random) {
        changed[.random(in: 40..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      guard let state = try? Exchange.restored(from: changed.span) else { continue }
      #expect(state.snapshot() == changed)
    }
  }

  @Test func `a snapshot that promises more than it has costs no memory`() {
    var bytes = exchange(.continuous, seed: 3, commands: 10).snapshot()
    for (index, byte) in [UInt8(0), 0, 0, 1, 0, 0, 0, 0].enumerated() { bytes[24 + index] = byte }

    #expect(throws: Exchange.InvalidSnapshot.self) {
      _ = try Exchange.restored(from: bytes.span)
    }
  }
}
