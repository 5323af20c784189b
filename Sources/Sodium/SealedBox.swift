internal import CSodium

/// Key agreement over Curve25519 (RFC 7748), here for sealed boxes.
public enum X25519 {
  /// What boxes are sealed for.
  public struct PublicKey: Hashable, Sendable {
    public static let byteCount = 32

    public let bytes: [UInt8]

    public init?(_ bytes: [UInt8]) {
      guard bytes.count == Self.byteCount else { return nil }
      self.bytes = bytes
    }

    /// The key that belongs to the owner of `key`; nil if those bytes are no usable point.
    public init?(_ key: Ed25519.PublicKey) {
      Library.prepare()
      var converted = [UInt8](repeating: 0, count: Self.byteCount)
      guard unsafe crypto_sign_ed25519_pk_to_curve25519(&converted, key.bytes) == 0 else {
        return nil
      }
      bytes = converted
    }

    /// Encrypts a message so that only the owner of this key can read it. It does not say who sent it.
    ///
    /// Nil if the key is no usable point.
    public func seal(_ message: Span<UInt8>) -> [UInt8]? {
      Library.prepare()
      var box = [UInt8](repeating: 0, count: message.count + SealedBox.overhead)
      let status = unsafe message.withPointer { message, count in
        unsafe crypto_box_seal(&box, message, UInt64(count), bytes)
      }
      return status == 0 ? box : nil
    }
  }

  /// What opens sealed boxes. It has one owner and is wiped when it is let go of.
  @safe
  public struct SecretKey: ~Copyable, Sendable {
    let memory: Secret
    public let publicKey: PublicKey

    /// The key that belongs to the owner of `key`.
    public init(_ key: borrowing Ed25519.SecretKey) {
      let signing = unsafe key.memory.start
      memory = unsafe Secret(count: Int(crypto_box_SECRETKEYBYTES)) { secret in
        _ = unsafe crypto_sign_ed25519_sk_to_curve25519(secret, signing)
      }
      guard let publicKey = PublicKey(key.publicKey) else {
        fatalError("a key that was made from a seed is a point of the curve")
      }
      self.publicKey = publicKey
    }

    /// Decrypts a sealed box; nil if it was sealed for another key or changed on the way.
    public borrowing func open(_ box: Span<UInt8>) -> [UInt8]? {
      guard box.count >= SealedBox.overhead else { return nil }
      var message = [UInt8](repeating: 0, count: box.count - SealedBox.overhead)
      let status = unsafe box.withPointer { box, count in
        unsafe crypto_box_seal_open(&message, box, UInt64(count), publicKey.bytes, memory.start)
      }
      return status == 0 ? message : nil
    }
  }
}

public enum SealedBox {
  /// How much longer a box is than its message.
  public static let overhead = 48
}
