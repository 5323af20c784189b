internal import COpenSSL

/// What a peer's verified certificate says about it.
public struct PeerCertificate: Hashable, Sendable {
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

extension PeerCertificate {
  init(_ certificate: borrowing Certificate) {
    subject = certificate.subject
    names = certificate.names
    fingerprint = certificate.fingerprint
  }
}

extension Certificate {
  fileprivate var subject: String {
    let memory = MemoryBIO()
    unsafe X509_NAME_print_ex(
      memory.handle, X509_get_subject_name(handle), 0, copenssl_rfc2253)
    return memory.text
  }

  fileprivate var names: [String] {
    guard let list = unsafe X509_get_ext_d2i(handle, NID_subject_alt_name, nil, nil) else {
      return []
    }
    let names = OpaquePointer(list)
    defer { unsafe copenssl_free_general_names(names) }
    return unsafe (0..<copenssl_general_name_count(names)).compactMap { index in
      guard let text = unsafe copenssl_general_name_text(names, index) else { return nil }
      let bytes = unsafe UnsafeBufferPointer(
        start: ASN1_STRING_get0_data(text), count: Int(ASN1_STRING_length(text)))
      // A NUL inside a name has fooled others into comparing only what stands before it.
      guard unsafe !bytes.contains(0) else { return nil }
      return unsafe String(decoding: bytes, as: UTF8.self)
    }
  }

  fileprivate var fingerprint: [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, count in
      var length: UInt32 = 0
      guard unsafe X509_digest(handle, EVP_sha256(), buffer.baseAddress, &length) == 1 else {
        fatalError("SHA-256 is not available")
      }
      count = Int(length)
    }
  }
}
