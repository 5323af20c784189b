internal import COpenSSL
internal import Glibc

/// A certificate in OpenSSL's form.
@safe
struct Certificate: ~Copyable {
  let handle: OpaquePointer

  @unsafe
  init(owning handle: OpaquePointer) {
    unsafe self.handle = handle
  }

  deinit {
    unsafe X509_free(handle)
  }

  /// Calls `body` with each certificate of a bundle, which must hold one at least.
  static func forEach(
    in source: PEM, _ body: (borrowing Certificate) throws(ContextError) -> Void
  ) throws(ContextError) {
    try source.withText { (text) throws(ContextError) in
      try MemoryBIO.reading(text) { (memory) throws(ContextError) in
        ERR_clear_error()
        var count = 0
        while let handle = unsafe PEM_read_bio_X509(memory.handle, nil, refuseToAsk, nil) {
          try body(unsafe Certificate(owning: handle))
          count += 1
        }
        // The end of the text is reported as a missing start line.
        let error = LibraryError.takingQueue()
        guard error.reason == PEM_R_NO_START_LINE else { throw .badCertificate(source, error) }
        guard count > 0 else { throw .noCertificates(source) }
      }
    }
  }

  /// When the certificate begins and ceases to be valid, in seconds since 1970.
  var validity: (from: Int64, until: Int64) {
    unsafe (
      Self.seconds(X509_get0_notBefore(handle)), Self.seconds(X509_get0_notAfter(handle))
    )
  }

  @unsafe
  private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
    var parts = unsafe tm()
    guard unsafe ASN1_TIME_to_tm(time, &parts) == 1 else { return 0 }
    return unsafe Int64(timegm(&parts))
  }
}

/// A private key in OpenSSL's form, which wipes it when it is freed.
@safe
struct PrivateKey: ~Copyable {
  let handle: OpaquePointer

  init(_ source: PEM) throws(ContextError) {
    unsafe handle = try unsafe source.withText { (text) throws(ContextError) -> OpaquePointer in
      try unsafe MemoryBIO.reading(text) { (memory) throws(ContextError) -> OpaquePointer in
        ERR_clear_error()
        var wasAsked = false
        if let key = unsafe PEM_read_bio_PrivateKey(memory.handle, nil, refuseToAsk, &wasAsked) {
          return unsafe key
        }
        let error = LibraryError.takingQueue()
        throw wasAsked ? .encryptedKey(source) : .badKey(source, error)
      }
    }
  }

  deinit {
    unsafe EVP_PKEY_free(handle)
  }
}

/// Answers OpenSSL's wish for a passphrase, and notes it: otherwise OpenSSL would ask on the terminal.
private func refuseToAsk(
  _: UnsafeMutablePointer<CChar>?, _: Int32, _: Int32, wasAsked: UnsafeMutableRawPointer?
) -> Int32 {
  unsafe wasAsked?.storeBytes(of: true, as: Bool.self)
  return -1
}

/// OpenSSL's way to read from and write to memory.
@safe
struct MemoryBIO: ~Copyable {
  let handle: OpaquePointer

  @unsafe
  private init(_ handle: OpaquePointer?) {
    guard let handle = unsafe handle else { fatalError("out of memory") }
    unsafe self.handle = handle
  }

  /// One to write to.
  init() {
    unsafe self.init(BIO_new(BIO_s_mem()))
  }

  deinit {
    unsafe BIO_free(handle)
  }

  static func reading<R: ~Copyable>(
    _ bytes: RawSpan, _ body: (borrowing MemoryBIO) throws(ContextError) -> R
  ) throws(ContextError) -> R {
    try unsafe bytes.withUnsafeBytes { (buffer) throws(ContextError) -> R in
      // OpenSSL wants an address even for nothing.
      var nothing: UInt8 = 0
      return try unsafe withUnsafePointer(to: &nothing) { (empty) throws(ContextError) -> R in
        let start = unsafe buffer.baseAddress ?? UnsafeRawPointer(empty)
        return try body(unsafe MemoryBIO(BIO_new_mem_buf(start, Int32(clamping: buffer.count))))
      }
    }
  }

  /// What was written, as text.
  var text: String {
    var start: UnsafeMutablePointer<CChar>?
    let count = unsafe copenssl_memory_bytes(handle, &start)
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: Int(count))
    return unsafe String(decoding: bytes, as: UTF8.self)
  }
}
