/// Counts what a peer sends besides requests, and says when it is too much.
///
/// The library answers some floods by itself; these are the ones that it lets through: frames that
/// cost us work and their sender nothing.
struct FloodGuard {
  /// Why the connection is ended.
  enum Verdict: String {
    case controlFrames = "too many control frames"
    case pings = "too_many_pings"
    case priorities = "too many PRIORITY frames"
    case windowUpdates = "too many WINDOW_UPDATE frames"
    case emptyData = "too many empty DATA frames"
    case continuations = "too many CONTINUATION frames"
    case resets = "too many streams were reset"
    case provokedResets = "too many stream errors"
    case headerList = "header list far too large"
    case unreadFrames = "too many frames wait to be read"
  }

  // Not the whole of the limits, which every idle connection would hold once more.
  private let continuationsMax: Int
  private let emptyDataFramesMax: Int
  private let pingInterval: Duration
  private let pingStrikesMax: Int
  private var control: TokenBucket
  private var resets: TokenBucket
  private var provoked: TokenBucket
  private var streamsOpened = 0
  private var dataFramesSent = 0
  private var priorities = 0
  private var windowUpdates = 0
  private var emptyData = 0
  private var continuations = 0
  private var pingStrikes = 0
  private var lastPing: ContinuousClock.Instant?

  init(limits: Limits, now: ContinuousClock.Instant) {
    continuationsMax = limits.continuationsMax
    emptyDataFramesMax = limits.emptyDataFramesMax
    pingInterval = limits.pingInterval
    pingStrikesMax = limits.pingStrikesMax
    control = TokenBucket(
      burst: limits.controlFrameBurst, perSecond: limits.controlFramesPerSecond, now: now)
    resets = TokenBucket(
      burst: Int(clamping: limits.resetBurst), perSecond: Int(clamping: limits.resetsPerSecond),
      now: now)
    provoked = TokenBucket(
      burst: limits.provokedResetBurst, perSecond: limits.provokedResetsPerSecond, now: now)
  }

  mutating func streamOpened() {
    streamsOpened += 1
  }

  mutating func headerBlockBegan() {
    continuations = 0
  }

  mutating func sentData() {
    dataFramesSent += 1
    pingStrikes = 0
    lastPing = nil
  }

  mutating func sentHeaders() {
    pingStrikes = 0
    lastPing = nil
  }

  mutating func receivedContinuation() -> Verdict? {
    continuations += 1
    return continuations > continuationsMax ? .continuations : nil
  }

  mutating func receivedControlFrame(at now: ContinuousClock.Instant) -> Verdict? {
    control.take(at: now) ? nil : .controlFrames
  }

  mutating func receivedPing(at now: ContinuousClock.Instant) -> Verdict? {
    if let last = lastPing, last.duration(to: now) < pingInterval { pingStrikes += 1 }
    lastPing = now
    if pingStrikes > pingStrikesMax { return .pings }
    return control.take(at: now) ? nil : .pings
  }

  /// RFC 9113 keeps the frame only for old peers; Envoy allows as many per stream.
  mutating func receivedPriority() -> Verdict? {
    priorities += 1
    return priorities > 100 * (1 + streamsOpened) ? .priorities : nil
  }

  /// Envoy's rule: what a well-behaved peer needs for the streams it opened and the data it got.
  mutating func receivedWindowUpdate() -> Verdict? {
    windowUpdates += 1
    return windowUpdates > 5 + 2 * (streamsOpened + 10 * dataFramesSent) ? .windowUpdates : nil
  }

  mutating func receivedData(isEmpty: Bool, isLast: Bool) -> Verdict? {
    guard isEmpty, !isLast else {
      emptyData = 0
      return nil
    }
    emptyData += 1
    return emptyData > emptyDataFramesMax ? .emptyData : nil
  }

  /// The library's own limit counts too, but lets everything that it has read begin first.
  mutating func receivedReset(at now: ContinuousClock.Instant) -> Verdict? {
    resets.take(at: now) ? nil : .resets
  }

  /// Notes that a stream was reset because the peer broke its rules ("MadeYouReset").
  mutating func sentProvokedReset(at now: ContinuousClock.Instant) -> Verdict? {
    provoked.take(at: now) ? nil : .provokedResets
  }
}

/// Lets `burst` events through at once and `perSecond` in the long run.
struct TokenBucket {
  private let burst: Double
  private let perSecond: Double
  private var tokens: Double
  private var filled: ContinuousClock.Instant

  init(burst: Int, perSecond: Int, now: ContinuousClock.Instant) {
    self.burst = Double(burst)
    self.perSecond = Double(perSecond)
    tokens = Double(burst)
    filled = now
  }

  mutating func take(at now: ContinuousClock.Instant) -> Bool {
    tokens = min(burst, tokens + filled.duration(to: now) / .seconds(1) * perSecond)
    filled = now
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }
}
