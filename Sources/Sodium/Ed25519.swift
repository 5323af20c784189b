internal import CSodium

/// Signatures over Curve25519 (RFC 8032).
public enum Ed25519 {
  /// What signatures are checked against: 32 bytes that may be shown to anyone.
  public struct PublicKey: Hashable, Sendable {
    public static let byteCount = 32

    public let bytes: [UInt8]

    /// Takes the 32 bytes of a key. Whether they are a point of the curve shows when they are used.
    public init?(_ bytes: [UInt8]) {
      guard bytes.count == Self.byteCount else { return nil }
      self.bytes = bytes
    }

    /// Reads 64 hexadecimal digits.
    public init?(hex: String) {
      guard let bytes = Sodium.bytes(hexadecimal: hex) else { return nil }
      self.init(bytes)
    }

    public var hex: String { hexadecimal(bytes) }

    /// Whether `signature` was made over `message` with this key's secret half.
    public func verifies(_ signature: Signature, of message: Span<UInt8>) -> Bool {
      Library.prepare()
      return unsafe message.withPointer { message, count in
        unsafe crypto_sign_verify_detached(signature.bytes, message, UInt64(count), bytes) == 0
      }
    }
  }

  public struct Signature: Hashable, Sendable {
    public static let byteCount = 64

    public let bytes: [UInt8]

    public init?(_ bytes: [UInt8]) {
      guard bytes.count == Self.byteCount else { return nil }
      self.bytes = bytes
    }

    public var hex: String { hexadecimal(bytes) }
  }
}

extension Ed25519.PublicKey: CustomStringConvertible {
  public var description: String { hex }
}

extension Ed25519.Signature: CustomStringConvertible {
  public var description: String { hex }
}

// MARK: - The secret half

extension Ed25519 {
  /// What signs. It has one owner, cannot be printed or compared, and is wiped when it is let go of.
  @safe
  public struct SecretKey: ~Copyable, Sendable {
    public static let seedByteCount = 32

    // The seed, then the public key, as libsodium wants it.
    let memory: Secret
    public let publicKey: PublicKey

    /// A new key.
    public init() {
      unsafe self.init { key, publicKey in unsafe crypto_sign_keypair(publicKey, key) }
    }

    /// The key that 32 secret bytes determine; nil for any other number of bytes.
    public init?(seed: Span<UInt8>) {
      guard seed.count == Self.seedByteCount else { return nil }
      unsafe self.init { key, publicKey in
        unsafe seed.withPointer { seed, _ in
          _ = unsafe crypto_sign_seed_keypair(publicKey, key, seed)
        }
      }
    }

    private init(_ make: (UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt8>) -> Void) {
      var shown = [UInt8](repeating: 0, count: PublicKey.byteCount)
      memory = unsafe Secret(count: Int(crypto_sign_SECRETKEYBYTES)) { key in
        unsafe shown.withUnsafeMutableBufferPointer { shown in
          if let start = shown.baseAddress { unsafe make(key, start) }
        }
      }
      guard let publicKey = PublicKey(shown) else { fatalError("a public key has 32 bytes") }
      self.publicKey = publicKey
    }

    public borrowing func sign(_ message: Span<UInt8>) -> Signature {
      var bytes = [UInt8](repeating: 0, count: Signature.byteCount)
      unsafe message.withPointer { message, count in
        _ = unsafe crypto_sign_detached(&bytes, nil, message, UInt64(count), memory.start)
      }
      guard let signature = Signature(bytes) else { fatalError("a signature has 64 bytes") }
      return signature
    }
  }
}
