/// Who is at the other end of the connection, as far as the transport knows.
public struct Peer: Hashable, Sendable {
  /// Where the connection comes from or leads to, such as `127.0.0.1:51234`, `unix:` or `in-process`.
  public var address: String
  /// What the peer's TLS certificate says, when it was asked for one and it was verified.
  public var certificate: Certificate?
  /// The process at the other end of a unix socket.
  public var process: Process?

  public init(address: String, certificate: Certificate? = nil, process: Process? = nil) {
    self.address = address
    self.certificate = certificate
    self.process = process
  }

  public struct Certificate: Hashable, Sendable {
    /// The subject in RFC 2253 form, such as `CN=provider-7,O=Example`.
    public var subject: String
    /// DNS names and URIs of the subject alternative name extension.
    public var names: [String]
    /// SHA-256 of the DER encoding, 32 bytes.
    public var fingerprint: [UInt8]

    public init(subject: String, names: [String], fingerprint: [UInt8]) {
      self.subject = subject
      self.names = names
      self.fingerprint = fingerprint
    }
  }

  public struct Process: Hashable, Sendable {
    public var processID: Int32
    public var userID: UInt32
    public var groupID: UInt32

    public init(processID: Int32, userID: UInt32, groupID: UInt32) {
      self.processID = processID
      self.userID = userID
      self.groupID = groupID
    }
  }
}

/// Who makes a call, proven by a signature or a certificate and never by a field of a message.
public enum Caller: Hashable, Sendable {
  /// An Ed25519 public key, 32 bytes, whose owner signed the call.
  case ed25519([UInt8])
  /// The SHA-256 fingerprint of a verified TLS client certificate, 32 bytes.
  case certificate([UInt8])

  /// The key or fingerprint: what owns things and pays for them.
  public var bytes: [UInt8] {
    switch self {
    case .ed25519(let bytes), .certificate(let bytes): bytes
    }
  }
}
