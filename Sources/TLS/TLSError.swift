internal import COpenSSL

/// Why a session failed. A session that has failed stays failed.
public enum TLSError: Error, Hashable, Sendable {
  /// The connection ended without close_notify: the peer crashed, or somebody cut what it said.
  case truncated
  /// The first bytes are not TLS; plaintext HTTP, most likely.
  case notTLS
  /// The peer gave up and said why.
  case alert(Alert)
  /// The peer's certificate does not verify.
  case certificateRejected(CertificateProblem)
  /// The peer showed no certificate, and one is required.
  case noCertificate
  /// The client offers protocols through ALPN, but none that the server speaks.
  case noCommonProtocol
  /// What the peer sent breaks the protocol: garbage, a record that is too long, a wrong key.
  case violation(LibraryError)
  /// Data cannot be sent before the handshake is over or after the session was closed.
  case notOpen
  /// A name that no certificate can be checked against.
  case badServerName(String)
}

extension TLSError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated: "the connection ended without close_notify"
    case .notTLS: "the peer does not speak TLS"
    case .alert(let alert): "the peer sent the alert: \(alert)"
    case .certificateRejected(let problem): "the peer's certificate was rejected: \(problem)"
    case .noCertificate: "the peer showed no certificate"
    case .noCommonProtocol: "the peer offers no protocol that is spoken here"
    case .violation(let error): "the peer broke the protocol: \(error)"
    case .notOpen: "the session is not open for data"
    case .badServerName(let name): "not a host name or IP address: \(name)"
    }
  }
}

/// What a peer says when it gives up (RFC 8446 section 6.2).
public struct Alert: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  public static let handshakeFailure = Alert(rawValue: 40)
  public static let badCertificate = Alert(rawValue: 42)
  public static let certificateExpired = Alert(rawValue: 45)
  public static let unknownAuthority = Alert(rawValue: 48)
  public static let protocolVersion = Alert(rawValue: 70)
  public static let certificateRequired = Alert(rawValue: 116)
  public static let noApplicationProtocol = Alert(rawValue: 120)

  public var description: String {
    unsafe SSL_alert_desc_string_long(Int32(rawValue)).map { unsafe String(cString: $0) }
      ?? "alert \(rawValue)"
  }
}

/// What is wrong with a peer's certificate: OpenSSL's number, and its words.
public struct CertificateProblem: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: Int

  public init(rawValue: Int) {
    self.rawValue = rawValue
  }

  public static let unknownAuthority = CertificateProblem(
    rawValue: Int(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY))
  public static let selfSigned = CertificateProblem(
    rawValue: Int(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT))
  public static let expired = CertificateProblem(rawValue: Int(X509_V_ERR_CERT_HAS_EXPIRED))
  public static let wrongHost = CertificateProblem(rawValue: Int(X509_V_ERR_HOSTNAME_MISMATCH))
  public static let wrongAddress = CertificateProblem(
    rawValue: Int(X509_V_ERR_IP_ADDRESS_MISMATCH))
  public static let wrongPurpose = CertificateProblem(rawValue: Int(X509_V_ERR_INVALID_PURPOSE))

  public var description: String {
    unsafe X509_verify_cert_error_string(rawValue).map { unsafe String(cString: $0) }
      ?? "problem \(rawValue)"
  }
}
