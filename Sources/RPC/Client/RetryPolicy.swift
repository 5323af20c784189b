/// Whether and how a call that failed is sent again (gRFC A6).
public enum RetryPolicy: Hashable, Sendable {
  case never
  case retry(Retry)
  case hedge(Hedge)

  /// One attempt after the other, with exponential backoff.
  public struct Retry: Hashable, Sendable {
    /// Attempts in all, the first one included; more than ``attemptsLimit`` count as that.
    public var attemptsMax: Int
    public var initialBackoff: Duration
    public var backoffMax: Duration
    public var backoffMultiplier: Double
    /// The codes after which another attempt makes sense.
    public var codes: Set<Status.Code>

    public init(
      attemptsMax: Int = 4, initialBackoff: Duration = .milliseconds(100),
      backoffMax: Duration = .seconds(5), backoffMultiplier: Double = 2,
      codes: Set<Status.Code> = [.unavailable]
    ) {
      self.attemptsMax = attemptsMax
      self.initialBackoff = initialBackoff
      self.backoffMax = backoffMax
      self.backoffMultiplier = backoffMultiplier
      self.codes = codes
    }
  }

  /// Several attempts at once, started one after the other; the first answer wins.
  public struct Hedge: Hashable, Sendable {
    public var attemptsMax: Int
    /// The time between the starts of two attempts.
    public var delay: Duration
    /// The codes that do not end the call while other attempts run.
    public var nonFatalCodes: Set<Status.Code>

    public init(
      attemptsMax: Int = 3, delay: Duration, nonFatalCodes: Set<Status.Code> = [.unavailable]
    ) {
      self.attemptsMax = attemptsMax
      self.delay = delay
      self.nonFatalCodes = nonFatalCodes
    }
  }

  /// A6 caps what a configuration may ask for.
  public static let attemptsLimit = 5
}

extension RetryPolicy.Retry {
  /// How long to wait before attempt number `attempt` (2 is the first retry), jitter included.
  func backoff(before attempt: Int, random: Double) -> Duration {
    var seconds = initialBackoff / .seconds(1)
    for _ in 2..<max(2, attempt) { seconds *= backoffMultiplier }
    seconds = min(seconds, backoffMax / .seconds(1))
    return .seconds(seconds * (0.8 + 0.4 * random))
  }
}
