internal import CSecp256k1

extension Secp256k1 {
  /// A point of the curve that signatures are checked against.
  public struct PublicKey: Sendable {
    public static let byteCount = 64
    public static let compressedByteCount = 33

    /// The coordinates x and y, 32 big-endian bytes each. Ethereum's address of the key is the
    /// last 20 bytes of their Keccak-256.
    public let coordinates: [64 of UInt8]

    /// Reads the compressed (33 bytes), the uncompressed (65 bytes, SEC 1 section 2.3.3) or the
    /// bare form (64 bytes).
    public init(_ bytes: Span<UInt8>) throws(Failure) {
      var form = [65 of UInt8](repeating: 4)
      var count = bytes.count
      switch bytes.count {
      case Self.compressedByteCount, Self.byteCount + 1:
        for index in bytes.indices { form[index] = bytes[index] }
      case Self.byteCount:
        for index in bytes.indices { form[index + 1] = bytes[index] }
        count = Self.byteCount + 1
      default:
        throw .wrongLength(expected: Self.byteCount, count: bytes.count)
      }
      var point = secp256k1_pubkey()
      let status = unsafe form.span.withUnsafeBufferPointer { form in
        // Nil only for an empty buffer.
        unsafe form.baseAddress.map {
          unsafe secp256k1_ec_pubkey_parse(Library.context, &point, $0, count)
        }
      }
      guard status == 1 else { throw .invalidPublicKey }
      self.init(point)
    }

    public init(_ bytes: [UInt8]) throws(Failure) {
      try self.init(bytes.span)
    }

    init(_ point: secp256k1_pubkey) {
      let form = Self.serialized(point, form: csecp256k1_uncompressed)
      coordinates = [64 of UInt8] { form[$0 + 1] }
    }

    /// The form of 33 bytes (SEC 1 section 2.3.3).
    public var compressed: [UInt8] {
      let odd = coordinates[63] & 1
      return [2 | odd] + (0..<32).map { coordinates[$0] }
    }

    /// Whether `signature` was made over `digest` with this key's secret half.
    ///
    /// A signature with `s` above n/2 is refused, as in a transaction since Homestead (EIP-2).
    public func verifies(
      _ signature: Signature, of digest: Span<UInt8>
    ) throws(Failure) -> Bool {
      let digest = try checked(digest)
      var parsed = secp256k1_ecdsa_signature()
      let isWellFormed = unsafe withUnsafePointer(to: signature.bytes) { bytes in
        unsafe bytes.withMemoryRebound(to: UInt8.self, capacity: Signature.byteCount) {
          unsafe secp256k1_ecdsa_signature_parse_compact(Library.context, &parsed, $0) == 1
        }
      }
      guard isWellFormed else { throw .malformedSignature }
      var point = parsedPoint
      return unsafe withUnsafePointer(to: digest) { digest in
        unsafe digest.withMemoryRebound(to: UInt8.self, capacity: digestByteCount) {
          unsafe secp256k1_ecdsa_verify(Library.context, &parsed, $0, &point) == 1
        }
      }
    }

    private var parsedPoint: secp256k1_pubkey {
      let form = [65 of UInt8] { $0 == 0 ? 4 : coordinates[$0 - 1] }
      var point = secp256k1_pubkey()
      let status = unsafe withUnsafePointer(to: form) { form in
        unsafe form.withMemoryRebound(to: UInt8.self, capacity: 65) {
          unsafe secp256k1_ec_pubkey_parse(Library.context, &point, $0, 65)
        }
      }
      guard status == 1 else { fatalError("a public key is a point of the curve") }
      return point
    }

    private static func serialized(_ point: secp256k1_pubkey, form: UInt32) -> [65 of UInt8] {
      var bytes = [65 of UInt8](repeating: 0)
      var point = point
      var count = 65
      unsafe withUnsafeMutablePointer(to: &bytes) { bytes in
        unsafe bytes.withMemoryRebound(to: UInt8.self, capacity: 65) {
          _ = unsafe secp256k1_ec_pubkey_serialize(Library.context, $0, &count, &point, form)
        }
      }
      return bytes
    }
  }
}

extension Secp256k1.PublicKey: Hashable {
  public static func == (left: Self, right: Self) -> Bool {
    (0..<byteCount).allSatisfy { left.coordinates[$0] == right.coordinates[$0] }
  }

  public func hash(into hasher: inout Hasher) {
    unsafe coordinates.span.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
  }
}
