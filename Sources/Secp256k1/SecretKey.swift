internal import CSecp256k1
internal import Glibc

extension Secp256k1 {
  /// What signs. It has one owner, cannot be printed or compared, and is wiped when it is let go of.
  @safe
  public struct SecretKey: ~Copyable, @unchecked Sendable {
    // Unchecked: it has one owner, and nobody writes to the memory after `init`.
    public static let byteCount = 32

    private let memory: UnsafeMutablePointer<UInt8>
    public let publicKey: PublicKey

    /// The key of 32 big-endian bytes. Whose number is zero or not below n is refused.
    public init(_ bytes: Span<UInt8>) throws(Failure) {
      guard bytes.count == Self.byteCount else {
        throw .wrongLength(expected: Self.byteCount, count: bytes.count)
      }
      let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.byteCount)
      for index in bytes.indices { unsafe (memory + index).initialize(to: bytes[index]) }
      var point = secp256k1_pubkey()
      guard unsafe secp256k1_ec_pubkey_create(Library.context, &point, memory) == 1 else {
        unsafe Self.wipe(memory)
        throw .invalidSecretKey
      }
      unsafe self.memory = memory
      publicKey = PublicKey(point)
    }

    /// A new key from the system's entropy.
    public init() throws(Failure) {
      var seed = [32 of UInt8](repeating: 0)
      guard unsafe getentropy(&seed, Self.byteCount) == 0 else {
        fatalError("no entropy from the system")
      }
      defer { unsafe explicit_bzero(&seed, Self.byteCount) }
      try self.init(seed.span)
    }

    deinit {
      unsafe Self.wipe(memory)
    }

    /// Signs a digest: the nonce by RFC 6979, `s` at most n/2 (EIP-2).
    public borrowing func sign(_ digest: Span<UInt8>) throws(Failure) -> Signature {
      let digest = try checked(digest)
      var signature = secp256k1_ecdsa_recoverable_signature()
      let status = unsafe withUnsafePointer(to: digest) { digest in
        unsafe digest.withMemoryRebound(to: UInt8.self, capacity: digestByteCount) {
          unsafe secp256k1_ecdsa_sign_recoverable(
            Library.context, &signature, $0, memory, nil, nil)
        }
      }
      // The library fails for a key out of range alone, which `init` refuses.
      guard status == 1 else { throw .invalidSecretKey }
      return Signature(signature)
    }

    /// Lets `body` read the 32 bytes, to store them encrypted. It must not keep a copy.
    public borrowing func withBytes<R: ~Copyable>(_ body: (Span<UInt8>) -> R) -> R {
      body(unsafe UnsafeBufferPointer(start: memory, count: Self.byteCount).span)
    }

    private static func wipe(_ memory: UnsafeMutablePointer<UInt8>) {
      unsafe explicit_bzero(memory, byteCount)
      unsafe memory.deallocate()
    }
  }
}
