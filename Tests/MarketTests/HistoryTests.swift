import MarketHistories
import Testing

@Suite
struct HistoryTests {
  /// `make conformance-market-histories` runs ten thousand.
  @Test
  func `tokens are conserved and every job ends, whatever happens`() throws {
    let world = try World()
    var total = History.Summary()

    for seed in 0..<12 as Range<UInt64> {
      var history = try History(seed: seed, in: world)
      total += try history.run()
    }

    #expect(total.jobs > 50)
    #expect(total.settled > 0 && total.slashed > 0 && total.refunded > 0 && total.cancelled > 0)
  }
}
