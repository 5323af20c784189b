/// Whom a client believes and what it shows to servers.
public struct ClientConfiguration: Hashable, Sendable {
  public var trust: Trust
  /// Shown to servers that ask for a certificate.
  public var identity: Identity?
  /// Protocols to offer through ALPN, the preferred one first; none offers nothing.
  public var protocols: [String]
  public var minimumVersion: Version
  public var maximumVersion: Version
  /// For how many server names a session is kept for resumption.
  public var sessionsMax: Int

  public init(
    trust: Trust = .system, identity: Identity? = nil, protocols: [String] = ["h2"],
    minimumVersion: Version = .tls12, maximumVersion: Version = .tls13, sessionsMax: Int = 256
  ) {
    self.trust = trust
    self.identity = identity
    self.protocols = protocols
    self.minimumVersion = minimumVersion
    self.maximumVersion = maximumVersion
    self.sessionsMax = sessionsMax
  }

  /// What makes a server's certificate believable.
  public enum Trust: Hashable, Sendable {
    /// The roots that the system has installed.
    case system
    case roots(PEM)
    /// Any certificate for any name. Whoever is on the path can read and change everything.
    case insecureAnyone
  }
}
