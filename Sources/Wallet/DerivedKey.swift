internal import KeyDerivation
public import Secp256k1

/// Keys that all follow from one phrase (BIP-32, BIP-39, BIP-44).
public struct DerivedKey: ~Copyable {
  private static let hardened: UInt32 = 1 << 31

  private let secret: Secp256k1.SecretKey
  private let chainCode: SecretBytes

  /// The root of a phrase's keys. Words are not looked up in any list: a mistyped phrase gives other
  /// keys.
  ///
  /// - Throws: `Secp256k1.Failure` for one phrase in 2^127.
  public init(phrase: Span<UInt8>, passphrase: String = "") throws(Secp256k1.Failure) {
    let salt = Array("mnemonic\(passphrase)".utf8)
    // Nil for parameters out of range alone.
    guard
      let seed = PasswordHash.pbkdf2(
        phrase, salt: salt.span, iterations: 2048, .sha512, keyByteCount: 64)
    else { throw .invalidSecretKey }
    let root = seed.withBytes { seed in
      HMACSHA512.authenticate(seed, key: Array("Bitcoin seed".utf8).span)
    }
    guard let root else { throw .invalidSecretKey }
    secret = try root.withBytes { (root) throws(Secp256k1.Failure) in
      try Secp256k1.SecretKey(root.extracting(0..<32))
    }
    chainCode = root.withBytes { SecretBytes($0.extracting(32..<64)) }
  }

  private init(secret: consuming Secp256k1.SecretKey, chainCode: consuming SecretBytes) {
    self.secret = secret
    self.chainCode = chainCode
  }

  /// The account with a number at Ethereum's place: m/44'/60'/0'/0/`index`.
  public borrowing func account(_ index: UInt32) throws(Secp256k1.Failure) -> AccountKey {
    let purpose = try child(44 | Self.hardened)
    let coin = try purpose.child(60 | Self.hardened)
    let account = try coin.child(0 | Self.hardened)
    let change = try account.child(0)
    let key = try change.child(index & ~Self.hardened)
    return try key.accountKey()
  }

  private borrowing func accountKey() throws(Secp256k1.Failure) -> AccountKey {
    let bytes = secret.withBytes { SecretBytes($0) }
    return try AccountKey(bytes)
  }

  private borrowing func child(_ index: UInt32) throws(Secp256k1.Failure) -> DerivedKey {
    let place = (0..<4).map { UInt8(truncatingIfNeeded: index >> UInt32(24 - 8 * $0)) }
    let compressed = secret.publicKey.compressed
    let isHardened = index & Self.hardened != 0
    let made = secret.withBytes { secret -> SecretBytes? in
      var message = isHardened ? [0] + secret.indices.map { secret[$0] } : compressed
      message += place
      defer { for position in message.indices { message[position] = 0 } }
      return chainCode.withBytes { HMACSHA512.authenticate(message.span, key: $0) }
    }
    guard let made else { throw .invalidSecretKey }
    let next = try made.withBytes { (made) throws(Secp256k1.Failure) in
      try secret.adding(made.extracting(0..<32))
    }
    return DerivedKey(
      secret: next, chainCode: made.withBytes { SecretBytes($0.extracting(32..<64)) })
  }
}
