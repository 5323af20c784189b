internal import COpenSSL

/// An `SSL_CTX` and the settings that are made on it.
@safe
struct ContextHandle: ~Copyable {
  let handle: OpaquePointer

  init(
    _ role: Context.Role, from minimum: Version, to maximum: Version
  ) throws(ContextError) {
    let method = unsafe role == .server ? TLS_server_method() : TLS_client_method()
    guard let handle = unsafe SSL_CTX_new(method) else { fatalError("out of memory") }
    unsafe self.handle = handle
    unsafe copenssl_harden(handle)
    try check(unsafe copenssl_set_minimum_version(handle, minimum.number))
    try check(unsafe copenssl_set_maximum_version(handle, maximum.number))
    // Only what HTTP/2 allows with TLS 1.2: forward secret and authenticated (RFC 9113 section 9.2.2).
    let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"
    try check(unsafe Int(SSL_CTX_set_cipher_list(handle, ciphers)))
    try check(unsafe copenssl_set_groups(handle, "X25519:P-256:P-384"))
  }

  deinit {
    unsafe SSL_CTX_free(handle)
  }
}

// MARK: - Certificates

extension ContextHandle {
  /// Takes a certificate and its key; returns when the certificate is valid.
  func show(_ identity: Identity) throws(ContextError) -> (from: Int64, until: Int64) {
    let chain = identity.certificateChain
    let key = try PrivateKey(identity.privateKey)
    var validity: (from: Int64, until: Int64)?
    try Certificate.forEach(in: chain) { (certificate) throws(ContextError) in
      guard validity == nil else {
        let status = unsafe copenssl_add_chain_certificate(handle, certificate.handle)
        guard status == 1 else { throw .badCertificate(chain, .takingQueue()) }
        return
      }
      guard unsafe X509_check_private_key(certificate.handle, key.handle) == 1 else {
        ERR_clear_error()
        throw .keyMismatch(certificate: chain, key: identity.privateKey)
      }
      guard unsafe SSL_CTX_use_certificate(handle, certificate.handle) == 1 else {
        throw .badCertificate(chain, .takingQueue())
      }
      validity = certificate.validity
    }
    guard unsafe SSL_CTX_use_PrivateKey(handle, key.handle) == 1 else {
      throw .badKey(identity.privateKey, .takingQueue())
    }
    guard let validity else { throw .noCertificates(chain) }
    return validity
  }

  /// Asks clients for a certificate that leads to one of `authorities`.
  func demandCertificate(from authorities: PEM, _ mode: Int32) throws(ContextError) {
    try trust(authorities) { certificate in
      unsafe SSL_CTX_add_client_CA(handle, certificate.handle) == 1
    }
    unsafe SSL_CTX_set_verify(handle, mode, nil)
  }

  func believe(_ trusted: ClientConfiguration.Trust) throws(ContextError) {
    switch trusted {
    case .insecureAnyone:
      unsafe SSL_CTX_set_verify(handle, SSL_VERIFY_NONE, nil)
      return
    case .system:
      try check(unsafe Int(SSL_CTX_set_default_verify_paths(handle)))
    case .roots(let roots):
      try trust(roots) { _ in true }
    }
    unsafe SSL_CTX_set_verify(handle, SSL_VERIFY_PEER, nil)
  }

  private func trust(
    _ roots: PEM, _ announce: (borrowing Certificate) -> Bool
  ) throws(ContextError) {
    let store = unsafe SSL_CTX_get_cert_store(handle)
    try Certificate.forEach(in: roots) { (certificate) throws(ContextError) in
      let status = unsafe X509_STORE_add_cert(store, certificate.handle)
      guard status == 1, announce(certificate) else {
        throw .badCertificate(roots, .takingQueue())
      }
    }
  }
}

// MARK: - Protocols and resumption

extension ContextHandle {
  /// Names the protocols of a client.
  func offer(_ protocols: ProtocolList) {
    guard protocols.count > 0 else { return }
    let status = unsafe SSL_CTX_set_alpn_protos(handle, protocols.start, UInt32(protocols.count))
    guard status == 0 else { fatalError("out of memory") }
  }

  /// Lets a server choose among `protocols`, which must outlive the context.
  func select(from protocols: ProtocolList) {
    guard protocols.count > 0 else { return }
    let context = unsafe Unmanaged.passUnretained(protocols).toOpaque()
    unsafe SSL_CTX_set_alpn_select_cb(
      handle,
      { _, chosen, chosenCount, offered, offeredCount, context in
        let protocols = unsafe ProtocolList.at(context)
        // Wants a pointer that may be written through, and writes only the pointer.
        var start: UnsafeMutablePointer<UInt8>?
        let status = unsafe SSL_select_next_proto(
          &start, chosenCount, protocols.start, UInt32(protocols.count), offered, offeredCount)
        guard status == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        unsafe chosen?.pointee = UnsafePointer(start)
        return SSL_TLSEXT_ERR_OK
      }, context)
  }

  /// Server: gives tickets, and remembers sessions of TLS 1.2 clients that have no use for them.
  func resumeSessions(max: Int, for lifetime: Duration) {
    let name: StaticString = "gensyn"
    unsafe SSL_CTX_set_session_id_context(handle, name.utf8Start, UInt32(name.utf8CodeUnitCount))
    unsafe copenssl_set_session_cache(handle, Int(SSL_SESS_CACHE_SERVER), max)
    unsafe SSL_CTX_set_timeout(handle, Int(clamping: lifetime.components.seconds))
    // A client that resumes gets a new ticket each time: one is enough.
    unsafe SSL_CTX_set_num_tickets(handle, 1)
  }

  /// Client: hands each session that may be resumed to its wire.
  func keepSessions() {
    unsafe copenssl_set_session_cache(
      handle, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL), 0)
    unsafe SSL_CTX_sess_set_new_cb(handle) { ssl, session in
      guard let session = unsafe session else { return 0 }
      unsafe Wire.at(SSL_get_ex_data(ssl, 0)).keep(ResumableSession(owning: session))
      return 1
    }
  }
}

extension Version {
  fileprivate var number: Int32 {
    switch self {
    case .tls12: TLS1_2_VERSION
    case .tls13: TLS1_3_VERSION
    }
  }
}

private func check(_ status: Int) throws(ContextError) {
  guard status == 1 else { throw .refused(.takingQueue()) }
}
