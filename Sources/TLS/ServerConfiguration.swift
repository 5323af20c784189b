/// What a server shows to its clients and what it wants to see of them.
public struct ServerConfiguration: Hashable, Sendable {
  public var identity: Identity
  public var clients: ClientAuthentication
  /// Protocols for ALPN, the preferred one first. A client that offers none of them is refused;
  /// one that offers nothing is not.
  public var protocols: [String]
  public var minimumVersion: Version
  public var maximumVersion: Version
  /// How many TLS 1.2 sessions of clients without tickets are kept for resumption.
  public var sessionsMax: Int
  /// How long a session may be resumed. A client's certificate is not looked at again meanwhile.
  public var sessionLifetime: Duration

  public init(
    identity: Identity, clients: ClientAuthentication = .none,
    protocols: [String] = ["h2", "http/1.1"],
    minimumVersion: Version = .tls12, maximumVersion: Version = .tls13,
    sessionsMax: Int = 4096, sessionLifetime: Duration = .seconds(3600)
  ) {
    self.identity = identity
    self.clients = clients
    self.protocols = protocols
    self.minimumVersion = minimumVersion
    self.maximumVersion = maximumVersion
    self.sessionsMax = sessionsMax
    self.sessionLifetime = sessionLifetime
  }

  /// Whether clients must show a certificate, and who may have issued it.
  public enum ClientAuthentication: Hashable, Sendable {
    case none
    /// A client may come without a certificate, but not with one that does not verify.
    case optional(authorities: PEM)
    case required(authorities: PEM)
  }
}

/// A certificate with its private key.
public struct Identity: Hashable, Sendable {
  /// The certificate itself, then the intermediates that lead to a root.
  public var certificateChain: PEM
  public var privateKey: PEM

  public init(certificateChain: PEM, privateKey: PEM) {
    self.certificateChain = certificateChain
    self.privateKey = privateKey
  }
}

/// The versions of TLS that are spoken here.
public enum Version: String, Hashable, Comparable, Sendable {
  case tls12 = "TLSv1.2"
  case tls13 = "TLSv1.3"

  public static func < (left: Version, right: Version) -> Bool { left.rawValue < right.rawValue }
}
