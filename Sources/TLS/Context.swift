internal import COpenSSL
internal import Glibc

/// What many sessions share: certificates, trust, protocols and sessions to resume.
@safe
public final class Context: @unchecked Sendable {
  // Unchecked: OpenSSL's contexts may be used by many threads once they are set up.
  enum Role { case server, client }

  let role: Role
  let library: ContextHandle
  /// What a client may resume, by server name.
  let resumable: ResumableSessions?
  let verifiesPeer: Bool
  // OpenSSL's ALPN callback points at it.
  private let protocols: ProtocolList

  /// What an operator should know, though connections can be made.
  public let warnings: [Warning]
  /// When the own certificate ceases to be valid, in seconds since 1970.
  public let certificateExpiry: Int64?

  public enum Warning: Hashable, Sendable {
    /// The own certificate is out of date since then, in seconds since 1970: peers will refuse it.
    case certificateExpired(Int64)
    /// The own certificate is valid only from then on, in seconds since 1970.
    case certificateNotYetValid(Int64)
  }

  public init(server configuration: ServerConfiguration) throws(ContextError) {
    role = .server
    resumable = nil
    protocols = try ProtocolList(configuration.protocols)
    library = try ContextHandle(
      .server, from: configuration.minimumVersion, to: configuration.maximumVersion)
    let validity = try library.show(configuration.identity)
    certificateExpiry = validity.until
    warnings = Self.warnings(validity)
    switch configuration.clients {
    case .none:
      verifiesPeer = false
    case .optional(let authorities):
      verifiesPeer = true
      try library.demandCertificate(from: authorities, SSL_VERIFY_PEER)
    case .required(let authorities):
      verifiesPeer = true
      try library.demandCertificate(
        from: authorities, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT)
    }
    library.select(from: protocols)
    library.resumeSessions(max: configuration.sessionsMax, for: configuration.sessionLifetime)
  }

  public init(client configuration: ClientConfiguration) throws(ContextError) {
    role = .client
    resumable = ResumableSessions(namesMax: configuration.sessionsMax)
    protocols = try ProtocolList(configuration.protocols)
    library = try ContextHandle(
      .client, from: configuration.minimumVersion, to: configuration.maximumVersion)
    if let identity = configuration.identity {
      let validity = try library.show(identity)
      certificateExpiry = validity.until
      warnings = Self.warnings(validity)
    } else {
      certificateExpiry = nil
      warnings = []
    }
    verifiesPeer = configuration.trust != .insecureAnyone
    try library.believe(configuration.trust)
    library.offer(protocols)
    library.keepSessions()
  }

  private static func warnings(_ validity: (from: Int64, until: Int64)) -> [Warning] {
    let now = Int64(time(nil))
    if validity.until < now { return [.certificateExpired(validity.until)] }
    if validity.from > now { return [.certificateNotYetValid(validity.from)] }
    return []
  }
}
