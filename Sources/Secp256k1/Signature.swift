internal import CSecp256k1

extension Secp256k1 {
  /// The numbers r and s, and which of the up to four keys that fit them was the signer's.
  public struct Signature: Sendable {
    public static let byteCount = 64

    /// r and s, 32 big-endian bytes each.
    public let bytes: [64 of UInt8]
    /// Bit 0: whether y of the signer's nonce point is odd; bit 1: whether its x was above n.
    public let recoveryID: UInt8

    /// Whether r and s are in range shows when the signature is used.
    public init(_ bytes: Span<UInt8>, recoveryID: UInt8) throws(Failure) {
      guard bytes.count == Self.byteCount else {
        throw .wrongLength(expected: Self.byteCount, count: bytes.count)
      }
      guard recoveryID < 4 else { throw .malformedSignature }
      self.bytes = [64 of UInt8] { bytes[$0] }
      self.recoveryID = recoveryID
    }

    public init(_ bytes: [UInt8], recoveryID: UInt8) throws(Failure) {
      try self.init(bytes.span, recoveryID: recoveryID)
    }

    init(_ signature: secp256k1_ecdsa_recoverable_signature) {
      var signature = signature
      var bytes = [64 of UInt8](repeating: 0)
      var identifier: Int32 = 0
      unsafe withUnsafeMutablePointer(to: &bytes) { bytes in
        unsafe bytes.withMemoryRebound(to: UInt8.self, capacity: Self.byteCount) {
          _ = unsafe secp256k1_ecdsa_recoverable_signature_serialize_compact(
            Library.context, $0, &identifier, &signature)
        }
      }
      self.bytes = bytes
      recoveryID = UInt8(truncatingIfNeeded: identifier)
    }

    /// The key whose secret half signed `digest` (SEC 1 section 4.1.6).
    ///
    /// Any `s` in 1..<n is taken, as the precompile 0x01 does; a transaction's must be checked
    /// against n/2 by the caller.
    public func recover(digest: Span<UInt8>) throws(Failure) -> PublicKey {
      let digest = try checked(digest)
      var parsed = secp256k1_ecdsa_recoverable_signature()
      let isWellFormed = unsafe withUnsafePointer(to: bytes) { bytes in
        unsafe bytes.withMemoryRebound(to: UInt8.self, capacity: Self.byteCount) {
          unsafe secp256k1_ecdsa_recoverable_signature_parse_compact(
            Library.context, &parsed, $0, Int32(recoveryID)) == 1
        }
      }
      guard isWellFormed else { throw .malformedSignature }
      var point = secp256k1_pubkey()
      let isFound = unsafe withUnsafePointer(to: digest) { digest in
        unsafe digest.withMemoryRebound(to: UInt8.self, capacity: digestByteCount) {
          unsafe secp256k1_ecdsa_recover(Library.context, &point, &parsed, $0) == 1
        }
      }
      guard isFound else { throw .unrecoverable }
      return PublicKey(point)
    }
  }

  /// The bytes of a digest in memory of their own.
  static func checked(_ digest: Span<UInt8>) throws(Failure) -> [32 of UInt8] {
    guard digest.count == digestByteCount else {
      throw .wrongLength(expected: digestByteCount, count: digest.count)
    }
    return [32 of UInt8] { digest[$0] }
  }
}

extension Secp256k1.Signature: Hashable {
  public static func == (left: Self, right: Self) -> Bool {
    left.recoveryID == right.recoveryID
      && (0..<byteCount).allSatisfy { left.bytes[$0] == right.bytes[$0] }
  }

  public func hash(into hasher: inout Hasher) {
    unsafe bytes.span.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    hasher.combine(recoveryID)
  }
}
