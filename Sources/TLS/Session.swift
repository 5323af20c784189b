public import Buffers
internal import COpenSSL
internal import Glibc

/// The TLS state of one connection.
///
/// A session does no I/O: bytes go in, bytes come out. Whatever a call appends to `ciphertext` is
/// for the peer, also when the call throws: the alert that says why is there. It has one owner and
/// is not shared between threads.
@safe
public struct Session: ~Copyable {
  private let handle: OpaquePointer
  // The callbacks' user data. The struct may move, so they get an object that does not.
  private let wire: Wire
  // Keeps what the library context's callbacks point at.
  private let context: Context
  private var failure: TLSError?
  private var firstByte: UInt8?
  public private(set) var progress = Progress.handshaking

  /// How far a session has come.
  public enum Progress: Hashable, Sendable {
    case handshaking
    case established
    /// The peer has said that it sends nothing more.
    case peerClosed
  }

  public init(server context: Context) {
    precondition(context.role == .server)
    self.init(context, serverName: "")
    unsafe SSL_set_accept_state(handle)
  }

  /// A session with the server called `serverName`: a host name or an IP address, which the server's
  /// certificate must be for.
  public init(client context: Context, serverName: String) throws(TLSError) {
    precondition(context.role == .client)
    self.init(context, serverName: serverName)
    unsafe SSL_set_connect_state(handle)
    try expect(serverName)
    guard let earlier = wire.takeResumable() else { return }
    unsafe SSL_set_session(handle, earlier.handle)
  }

  private init(_ context: Context, serverName: String) {
    guard let handle = unsafe SSL_new(context.library.handle) else { fatalError("out of memory") }
    unsafe self.handle = handle
    self.context = context
    wire = Wire(resumable: context.resumable, serverName: serverName)
    unsafe wire.attach(to: handle)
  }

  deinit {
    // OpenSSL takes a connection that just ends for an attack on its session, and would not resume it.
    if failure == nil, progress != .handshaking {
      unsafe SSL_set_shutdown(handle, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
    }
    unsafe SSL_free(handle)
  }
}

// MARK: - Bytes

extension Session {
  /// Lets a client speak first. Servers need not call it.
  public mutating func start(ciphertext: inout ByteQueue) throws(TLSError) {
    var nothing = ByteQueue()
    _ = try receive(RawSpan(), plaintext: &nothing, ciphertext: &ciphertext)
  }

  /// Takes bytes from the peer; what they decrypt to is appended to `plaintext`.
  ///
  /// After ``Progress/peerClosed`` whatever comes is ignored.
  public mutating func receive(
    _ bytes: RawSpan, plaintext: inout ByteQueue, ciphertext: inout ByteQueue
  ) throws(TLSError) -> Progress {
    if let failure { throw failure }
    if firstByte == nil, bytes.byteCount > 0 {
      firstByte = unsafe bytes.unsafeLoad(fromByteOffset: 0, as: UInt8.self)
    }
    let (ssl, wire) = unsafe (handle, wire)
    let wasHandshaking = progress == .handshaking
    ERR_clear_error()
    let outcome = wire.connected(bytes, &ciphertext) {
      if wasHandshaking {
        let status = unsafe SSL_do_handshake(ssl)
        guard status == 1 else { return unsafe Outcome(ssl, status) }
      }
      return unsafe Self.read(ssl, wire, &plaintext)
    }
    return try settle(outcome)
  }

  /// Says that the connection has ended; throws ``TLSError/truncated`` unless the peer had said
  /// close_notify before.
  public mutating func receiveEnd() throws(TLSError) {
    if let failure { throw failure }
    guard progress != .peerClosed else { return }
    // What was received is incomplete, but the session itself is sound and may be resumed.
    throw .truncated
  }

  /// Encrypts `plaintext`, all of it.
  public mutating func send(
    _ plaintext: RawSpan, ciphertext: inout ByteQueue
  ) throws(TLSError) {
    if let failure { throw failure }
    guard progress != .handshaking, !isClosed else { throw .notOpen }
    guard plaintext.byteCount > 0 else { return }
    let ssl = unsafe handle
    ERR_clear_error()
    let outcome = wire.connected(RawSpan(), &ciphertext) {
      unsafe plaintext.withUnsafeBytes { buffer in
        var written = 0
        let status = unsafe SSL_write_ex(ssl, buffer.baseAddress, buffer.count, &written)
        return unsafe status == 1 ? .done : Outcome(ssl, status)
      }
    }
    _ = try settle(outcome)
  }

  /// Encrypts what waits in `plaintext`; before the handshake is over it stays there.
  public mutating func send(
    _ plaintext: inout ByteQueue, ciphertext: inout ByteQueue
  ) throws(TLSError) {
    guard progress != .handshaking else { return }
    do throws(TLSError) {
      try plaintext.withBytes { (bytes) throws(TLSError) in
        try send(bytes, ciphertext: &ciphertext)
      }
    } catch {
      throw error
    }
    plaintext.drop(plaintext.count)
  }

  /// Says close_notify: nothing more will be sent. Receiving goes on.
  public mutating func close(ciphertext: inout ByteQueue) {
    guard failure == nil, progress != .handshaking, !isClosed else { return }
    let ssl = unsafe handle
    ERR_clear_error()
    // Its result says whether the peer has closed as well, which `receive` learns anyway.
    _ = wire.connected(RawSpan(), &ciphertext) { unsafe SSL_shutdown(ssl) }
    ERR_clear_error()
  }

  private var isClosed: Bool { unsafe SSL_get_shutdown(handle) & SSL_SENT_SHUTDOWN != 0 }

  @unsafe
  private static func read(
    _ ssl: OpaquePointer, _ wire: Wire, _ plaintext: inout ByteQueue
  ) -> Outcome {
    while true {
      // A whole record is opened at once; what does not fit into the first guess waits in OpenSSL.
      let pending = unsafe Int(SSL_pending(ssl))
      let limit = pending > 0 ? pending : min(16_384, max(256, wire.unreadCount))
      var status: Int32 = 0
      _ = unsafe plaintext.append(upTo: limit) { target in
        var count = 0
        status = unsafe SSL_read_ex(ssl, target.baseAddress, limit, &count)
        return status == 1 ? count : 0
      }
      guard status == 1 else { return unsafe Outcome(ssl, status) }
    }
  }
}

// MARK: - Outcomes

extension Session {
  /// What a call into OpenSSL came to.
  fileprivate enum Outcome {
    case done
    case needsMoreBytes
    case peerClosed
    case failed

    @unsafe
    init(_ ssl: OpaquePointer, _ status: Int32) {
      switch unsafe SSL_get_error(ssl, status) {
      case SSL_ERROR_NONE: self = .done
      case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: self = .needsMoreBytes
      case SSL_ERROR_ZERO_RETURN: self = .peerClosed
      default: self = .failed
      }
    }
  }

  private mutating func settle(_ outcome: Outcome) throws(TLSError) -> Progress {
    if progress == .handshaking, unsafe SSL_is_init_finished(handle) == 1 {
      progress = .established
    }
    switch outcome {
    case .done, .needsMoreBytes:
      break
    case .peerClosed:
      progress = .peerClosed
    case .failed:
      let error = takeFailure()
      failure = error
      wire.forgetResumable()
      throw error
    }
    return progress
  }

  private func takeFailure() -> TLSError {
    let error = LibraryError.takingQueue()
    if progress == .handshaking, let firstByte, firstByte != 0x16, firstByte != 0x15 {
      return .notTLS
    }
    guard error.isFromTLS else { return .violation(error) }
    switch error.reason {
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return unsafe .certificateRejected(
        CertificateProblem(rawValue: SSL_get_verify_result(handle)))
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return .noCertificate
    case SSL_R_NO_APPLICATION_PROTOCOL: return .noCommonProtocol
    case SSL_AD_REASON_OFFSET...(SSL_AD_REASON_OFFSET + 255):
      return .alert(Alert(rawValue: UInt8(error.reason - SSL_AD_REASON_OFFSET)))
    default: return .violation(error)
    }
  }
}

// MARK: - Who is there

extension Session {
  /// The protocol that ALPN settled on; nil when the client offered none.
  public var negotiatedProtocol: String? {
    var start: UnsafePointer<UInt8>?
    var count: UInt32 = 0
    unsafe SSL_get0_alpn_selected(handle, &start, &count)
    guard count > 0 else { return nil }
    return unsafe String(
      decoding: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
  }

  /// What the peer's certificate says, if it showed one and it was verified.
  public var peerCertificate: PeerCertificate? {
    guard progress != .handshaking, context.verifiesPeer,
      let certificate = unsafe SSL_get1_peer_certificate(handle)
    else { return nil }
    return PeerCertificate(unsafe Certificate(owning: certificate))
  }

  /// The version that was agreed on; nil during the handshake.
  public var version: Version? {
    guard progress != .handshaking else { return nil }
    return unsafe Version(rawValue: String(cString: SSL_get_version(handle)))
  }

  /// OpenSSL's name of the cipher, such as `TLS_AES_256_GCM_SHA384`.
  public var cipher: String? {
    guard progress != .handshaking,
      let name = unsafe SSL_CIPHER_get_name(SSL_get_current_cipher(handle))
    else { return nil }
    return unsafe String(cString: name)
  }

  /// Whether the handshake took up an earlier session.
  public var wasResumed: Bool { unsafe SSL_session_reused(handle) == 1 }

  /// Sets what the server is asked for and what its certificate is checked against.
  private func expect(_ serverName: String) throws(TLSError) {
    if serverName.isEmpty, !context.verifiesPeer { return }
    let isPlain = serverName.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    guard !serverName.isEmpty, isPlain else { throw .badServerName(serverName) }
    let parameters = unsafe SSL_get0_param(handle)
    ERR_clear_error()
    defer { ERR_clear_error() }
    if unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, serverName) == 1 { return }
    // The dot of an absolute name is no part of what certificates and SNI hold (RFC 6066 section 3).
    let name = serverName.hasSuffix(".") ? String(serverName.dropLast()) : serverName
    // Names stand in the subject alternative name extension; the common name is for people
    // (RFC 9525 section 2).
    unsafe SSL_set_hostflags(
      handle,
      UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
    guard unsafe SSL_set1_host(handle, name) == 1,
      unsafe copenssl_set_server_name(handle, name) == 1
    else { throw .badServerName(serverName) }
  }
}
