public import KeyDerivation
public import Primitives
public import Secp256k1

/// The key of an Ethereum account: what signs its transactions and messages.
///
/// It has one owner, cannot be printed, and is wiped when it is let go of.
public struct AccountKey: ~Copyable, Sendable {
  public static let byteCount = Secp256k1.SecretKey.byteCount

  let secret: Secp256k1.SecretKey
  public let address: Address

  /// A new key from the system's entropy.
  public init() throws(Secp256k1.Failure) {
    self.init(secret: try Secp256k1.SecretKey())
  }

  /// The key of 32 big-endian bytes.
  public init(_ bytes: borrowing SecretBytes) throws(Secp256k1.Failure) {
    let secret = try bytes.withBytes { (bytes) throws(Secp256k1.Failure) in
      try Secp256k1.SecretKey(bytes)
    }
    self.init(secret: secret)
  }

  init(secret: consuming Secp256k1.SecretKey) {
    address = Address(secret.publicKey)
    self.secret = secret
  }

  public var publicKey: Secp256k1.PublicKey { secret.publicKey }

  /// Signs 32 bytes as they stand. What they are the hash of is the caller's to know: prefer
  /// ``sign(message:)``, ``sign(_:)-(TypedData)`` and ``UnsignedTransaction/signed(by:)``.
  public borrowing func sign(hash: Digest) -> AccountSignature {
    do {
      return AccountSignature(try secret.sign(hash.bytes.span))
    } catch {
      preconditionFailure("a digest has 32 bytes and a key is in range: \(error)")
    }
  }

  /// Signs a message for people or programs to check (EIP-191, version 0x45).
  public borrowing func sign(message: [UInt8]) -> AccountSignature {
    sign(hash: PersonalMessage.hash(message))
  }

  /// Signs structured data (EIP-712).
  public borrowing func sign(_ data: TypedData) throws(TypedData.Invalid) -> AccountSignature {
    sign(hash: try data.signingHash())
  }

  /// Lets `body` read the 32 bytes, to store them encrypted. It must not keep a copy.
  public borrowing func withBytes<R: ~Copyable>(_ body: (Span<UInt8>) -> R) -> R {
    secret.withBytes(body)
  }
}

extension Address {
  /// The account of a key: the last 20 bytes of its Keccak-256.
  public init(_ key: Secp256k1.PublicKey) {
    self.init(truncating: Keccak256.hash(key.coordinates.span).word)
  }
}

/// Messages that cannot be mistaken for transactions (EIP-191).
public enum PersonalMessage {
  /// keccak("\x19Ethereum Signed Message:\n" ‖ length in decimal ‖ message).
  public static func hash(_ message: [UInt8]) -> Digest {
    let prefix = "\u{19}Ethereum Signed Message:\n\(message.count)"
    return Keccak256.hash(Array(prefix.utf8) + message)
  }
}
