internal import Glibc

/// Why no context can be made from a configuration.
public enum ContextError: Error, Hashable, Sendable {
  /// A file cannot be read; `code` is the value of `errno`.
  case unreadable(path: String, code: Int32)
  /// There is no certificate in what should hold at least one.
  case noCertificates(PEM)
  /// A certificate cannot be parsed, or OpenSSL will not have it.
  case badCertificate(PEM, LibraryError)
  case badKey(PEM, LibraryError)
  /// The key is protected by a passphrase, and there is nobody to ask for it.
  case encryptedKey(PEM)
  /// The key is not the one that the first certificate of the chain was made for.
  case keyMismatch(certificate: PEM, key: PEM)
  /// A protocol's name is empty or longer than 255 bytes, or the names are too many.
  case badProtocols([String])
  /// OpenSSL refuses a setting.
  case refused(LibraryError)
}

extension ContextError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let path, let code):
      "cannot read \(path): \(unsafe strerror(code).map { unsafe String(cString: $0) } ?? "\(code)")"
    case .noCertificates(let source):
      "no certificate in \(source): expected a block that begins with BEGIN CERTIFICATE"
    case .badCertificate(let source, let error):
      "bad certificate in \(source): \(error)"
    case .badKey(let source, let error):
      "bad private key in \(source): \(error)"
    case .encryptedKey(let source):
      "the private key in \(source) is encrypted: store it without a passphrase, readable only by its owner"
    case .keyMismatch(let certificate, let key):
      "the private key in \(key) does not belong to the certificate in \(certificate)"
    case .badProtocols(let names):
      "these names cannot be offered through ALPN: \(names)"
    case .refused(let error):
      "OpenSSL refuses the configuration: \(error)"
    }
  }
}
