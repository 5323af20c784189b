internal import RPC

/// When a broken transfer is taken up again.
struct TransferPolicy {
  /// Attempts in a row that bring nothing forward.
  var fruitlessAttemptsMax = 5
  private var fruitlessAttempts = 0

  init() {}

  /// Notes a failure, and says how long to wait before the next attempt; nil if there is none.
  mutating func delay(after error: RPCError, madeProgress: Bool) -> Duration? {
    switch error.code {
    // The server may not have noticed yet that the stream before this one broke.
    case .unavailable, .aborted: break
    default: return nil
    }
    fruitlessAttempts = madeProgress ? 1 : fruitlessAttempts + 1
    guard fruitlessAttempts < fruitlessAttemptsMax else { return nil }
    return .milliseconds(100 << fruitlessAttempts)
  }
}
