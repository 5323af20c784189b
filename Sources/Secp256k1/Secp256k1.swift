/// ECDSA over the curve secp256k1 (SEC 2, section 2.4.1), as Ethereum signs its transactions.
public enum Secp256k1 {
  /// What is signed has this many bytes: the hash of a message, made by the caller.
  public static let digestByteCount = 32

  /// Why an operation gave no result.
  public enum Failure: Error, Hashable, Sendable {
    /// A digest, signature or key has another number of bytes than it must have.
    case wrongLength(expected: Int, count: Int)
    /// Bytes that are no point of the curve in a form that SEC 1 section 2.3 names.
    case invalidPublicKey
    /// A secret key is not in 1..<n, with n the order of the group.
    case invalidSecretKey
    /// `r` or `s` is not below n, or the recovery identifier is above 3.
    case malformedSignature
    /// No public key fits the signature.
    case unrecoverable
  }
}

extension Secp256k1.Failure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .wrongLength(let expected, let count): "expected \(expected) bytes, not \(count)"
    case .invalidPublicKey: "the bytes are no point of secp256k1"
    case .invalidSecretKey: "a secret key must be above zero and below the group's order"
    case .malformedSignature: "r and s must be below the group's order, the recovery id below 4"
    case .unrecoverable: "no public key fits the signature"
    }
  }
}
