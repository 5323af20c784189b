/// How far a job is.
public enum JobState: UInt8, Hashable, Sendable, Codable, CaseIterable {
  /// Accepted, not paid in.
  case draft = 1
  /// The escrow holds its money.
  case funded = 2
  /// Looking for a provider.
  case open = 3
  /// A provider was asked or has been named.
  case matched = 4
  /// The provider fetches model and data.
  case provisioning = 5
  case running = 6
  case checkpointing = 7
  /// The notice of a higher bid runs.
  case preempting = 8
  /// The provider's heartbeats stopped.
  case providerLost = 9
  /// The escrow is dry.
  case outOfFunds = 10
  /// Two results contradict each other.
  case disputed = 11
  /// Looking for another provider.
  case relisted = 12
  /// The result is there.
  case completed = 13
  /// It can be challenged.
  case challengeWindow = 14
  case settled = 15
  /// The provider was convicted.
  case slashed = 16
  case refunded = 17
  case cancelled = 18

  /// Whether nothing can follow.
  public var isEnd: Bool {
    switch self {
    case .settled, .slashed, .refunded, .cancelled: true
    default: false
    }
  }
}

/// Why a lease ended.
public enum LeaseEndReason: UInt8, Hashable, Sendable, Codable {
  case completed = 1
  case cancelled = 2
  /// The provider gave up or shut down.
  case released = 3
  case providerLost = 4
  case preempted = 5
  case outOfFunds = 6
  case deadline = 7
  /// The work itself fails.
  case workFailed = 8
  case submitterUnreachable = 9
  case convicted = 10
}
