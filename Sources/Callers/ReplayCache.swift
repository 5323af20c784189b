internal import Primitives

/// Remembers the nonces of recent calls for as long as their signatures could be used again.
///
/// Pure state. It keeps two generations, each as long as a signature may live, so that forgetting
/// costs nothing per call.
struct ReplayCache: Sendable {
  private let window: Duration
  private let limits: VerifyingInterceptor.Limits
  private var current = Generation()
  private var previous = Generation()
  private var began: UnixTime?

  private struct Generation: Sendable {
    var nonces: [[UInt8]: Set<Nonce>] = [:]
    var count = 0
  }

  init(window: Duration, limits: VerifyingInterceptor.Limits) {
    self.window = window
    self.limits = limits
  }

  var count: Int { current.count + previous.count }

  mutating func insert(_ nonce: Nonce, of key: [UInt8], now: UnixTime) throws(Refusal) {
    turn(now)
    let old = previous.nonces[key]
    guard old?.contains(nonce) != true, current.nonces[key]?.contains(nonce) != true else {
      throw .replayed
    }
    let ofKey = (old?.count ?? 0) + (current.nonces[key]?.count ?? 0)
    guard ofKey < limits.noncesPerKeyMax, count < limits.noncesMax else { throw .tooManyCalls }
    current.nonces[key, default: []].insert(nonce)
    current.count += 1
  }

  private mutating func turn(_ now: UnixTime) {
    guard let began, now >= began else {
      // The first call, or a clock that was set back: what is remembered stays.
      self.began = now
      return
    }
    let age = now.elapsed(since: began)
    guard age >= window else { return }
    previous = age < window + window ? current : Generation()
    current = Generation()
    self.began = now
  }
}
