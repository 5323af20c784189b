@testable import Callers
import Primitives
import Testing

@Suite
struct ReplayCacheTests {
  private let start = UnixTime(milliseconds: 1_000_000)

  private func cache(perKey: Int = 100, total: Int = 100) -> ReplayCache {
    var limits = VerifyingInterceptor.Limits()
    limits.noncesPerKeyMax = perKey
    limits.noncesMax = total
    return ReplayCache(window: .seconds(100), limits: limits)
  }

  private func nonce(_ number: Int) -> Nonce {
    Nonce([UInt8](repeating: UInt8(number), count: 16))
  }

  @Test(arguments: [0, 1, 49, 50, 99, 100])
  func `remembers a nonce for the whole window`(seconds: Int) throws {
    var cache = cache()
    try cache.insert(nonce(0), of: [9], now: start)
    let first = start.advanced(by: .seconds(50))
    try cache.insert(nonce(1), of: [1], now: first)

    #expect(throws: Refusal.replayed) {
      try cache.insert(nonce(1), of: [1], now: first.advanced(by: .seconds(seconds)))
    }
  }

  @Test
  func `forgets in the end`() throws {
    var cache = cache()
    try cache.insert(nonce(1), of: [1], now: start)

    try cache.insert(nonce(1), of: [1], now: start.advanced(by: .seconds(201)))

    #expect(cache.count == 1)
  }

  @Test
  func `a nonce belongs to its key`() throws {
    var cache = cache()
    try cache.insert(nonce(1), of: [1], now: start)

    try cache.insert(nonce(1), of: [2], now: start)
  }

  @Test
  func `holds no more than it may`() throws {
    var cache = cache(total: 2)
    try cache.insert(nonce(1), of: [1], now: start)
    try cache.insert(nonce(2), of: [2], now: start.advanced(by: .seconds(100)))

    #expect(throws: Refusal.tooManyCalls) {
      try cache.insert(nonce(3), of: [3], now: start.advanced(by: .seconds(150)))
    }
    try cache.insert(nonce(3), of: [3], now: start.advanced(by: .seconds(200)))
  }

  @Test
  func `a clock that is set back forgets nothing`() throws {
    var cache = cache()
    try cache.insert(nonce(1), of: [1], now: start)

    #expect(throws: Refusal.replayed) {
      try cache.insert(nonce(1), of: [1], now: UnixTime(milliseconds: 0))
    }
  }
}
