import Foundation
import Market
import Primitives
import Testing

@Suite
struct ComputeMarketTests {
  let path = FileManager.default.temporaryDirectory.path + "/market-\(UUID().uuidString).log"
  static let provider = Address(number: 1)
  static let client = Address(number: 2)
  static let rules = MarketParameters(matcher: Address(number: 9))

  static func offer(_ number: UInt8) -> Offer {
    Offer(
      id: Keccak256.hash([number]), provider: provider,
      instrument: Instrument(hardwareClass: "cpu"), unitPrice: U256(UInt64(number)),
      quantity: 1, expires: UnixTime(milliseconds: 1_000_000))
  }

  func open() throws -> ComputeMarket {
    try ComputeMarket(Self.rules, log: path, clock: { UnixTime(milliseconds: 1_000) })
  }

  @Test
  func `what was accepted is there after a restart, with the same hash`() throws {
    var market: ComputeMarket? = try open()
    try market?.submit(.postOffer(Self.offer(3)))
    try market?.submit(.postOffer(Self.offer(1)))
    try market?.submit(
      .submitJob(
        Keccak256.hash([9]), by: Self.client,
        terms: JobTerms(priceLimit: 1_000, deadline: UnixTime(milliseconds: 50_000)), intent: [1]))
    let before = market?.read { $0.hash }
    let head = market?.logHead.hash
    market = nil

    let again = try open()

    #expect(again.read { $0.book.map(\.unitPrice) } == [1, 3])
    #expect(again.read { $0.jobs.map(\.state) } == [.draft])
    #expect(again.read { $0.hash } == before)
    #expect(again.logHead.hash == head)
  }

  @Test
  func `a line that a crash cut off is cut away`() throws {
    var market: ComputeMarket? = try open()
    try market?.submit(.postOffer(Self.offer(1)))
    let whole = market?.logHead.hash
    try market?.submit(.postOffer(Self.offer(2)))
    market = nil
    let bytes = try Data(contentsOf: URL(filePath: path))
    try bytes.dropLast(7).write(to: URL(filePath: path))

    let again = try open()

    #expect(again.logHead.hash == whole)
    #expect(again.read { $0.book.count } == 1)
    try again.submit(.postOffer(Self.offer(3)))
    #expect(again.logHead.sequence == 2)
  }

  @Test
  func `a line that was changed within the log is not passed over`() throws {
    var market: ComputeMarket? = try open()
    for number in 1...3 as ClosedRange<UInt8> {
      try market?.submit(.postOffer(Self.offer(number)))
    }
    market = nil
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[200] ^= 1
    try bytes.write(to: URL(filePath: path))

    #expect(throws: MarketLog.Failure.self) { try open() }
  }

  @Test
  func `a refused input leaves no trace`() throws {
    let market = try open()
    let before = market.logHead.hash

    #expect(throws: ComputeMarket.Failure.self) {
      try market.submit(.cancelOffer(Keccak256.hash([7]), by: Self.client))
    }
    #expect(market.logHead.hash == before)
  }

  @Test
  func `only one process has a log`() throws {
    let market = try open()

    #expect(throws: MarketLog.Failure.self) { try open() }
    withExtendedLifetime(market) {}
  }
}
