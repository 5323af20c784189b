internal import Synchronization

/// Keeps a failing server from being buried under retries: a bucket of tokens per client
/// (gRFC A6, "Throttling Retry Attempts and Hedged RPCs").
public final class RetryThrottle: Sendable {
  private let tokensMax: Double
  private let tokenRatio: Double
  private let tokens: Mutex<Double>

  public init(tokensMax: Double = 10, tokenRatio: Double = 0.1) {
    self.tokensMax = tokensMax
    self.tokenRatio = tokenRatio
    tokens = Mutex(tokensMax)
  }

  func succeeded() {
    tokens.withLock { $0 = min(tokensMax, $0 + tokenRatio) }
  }

  /// Whether another attempt may be made.
  var allowsAttempts: Bool {
    tokens.withLock { $0 > tokensMax / 2 }
  }

  /// Notes a failure and says whether another attempt may be made.
  func failed() -> Bool {
    tokens.withLock { tokens in
      tokens = max(0, tokens - 1)
      return tokens > tokensMax / 2
    }
  }
}
