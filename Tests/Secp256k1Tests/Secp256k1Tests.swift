import Primitives
import Secp256k1
import Testing

@Suite
struct Secp256k1Tests {
  static let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
  static let digest = [UInt8](repeating: 0x5a, count: 32)

  static func key(_ number: UInt8) throws -> Secp256k1.SecretKey {
    let bytes = [UInt8](repeating: 0, count: 31) + [number]
    return try Secp256k1.SecretKey(bytes.span)
  }

  @Test
  func `the key one is the generator`() throws {
    let key = try Self.key(1).publicKey

    // SEC 2 section 2.4.1.
    #expect(
      Hex.encode(key.coordinates.span)
        == "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
        + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")
    #expect(key.compressed == [2] + (0..<32).map { key.coordinates[$0] })
  }

  @Test
  func `reads every form of a public key`() throws {
    for number in UInt8(1)...8 {
      let key = try Self.key(number).publicKey
      let bare = (0..<64).map { key.coordinates[$0] }

      #expect(try Secp256k1.PublicKey(bare) == key)
      #expect(try Secp256k1.PublicKey([4] + bare) == key)
      #expect(try Secp256k1.PublicKey(key.compressed) == key)
    }
  }

  @Test
  func `refuses what is no public key`() {
    #expect(throws: Secp256k1.Failure.invalidPublicKey) {
      try Secp256k1.PublicKey([UInt8](repeating: 0, count: 64))
    }
    #expect(throws: Secp256k1.Failure.invalidPublicKey) {
      try Secp256k1.PublicKey([UInt8](repeating: 5, count: 33))
    }
    #expect(throws: Secp256k1.Failure.wrongLength(expected: 64, count: 0)) {
      try Secp256k1.PublicKey([])
    }
  }

  @Test(arguments: [
    String(repeating: "00", count: 32), order, String(repeating: "ff", count: 32),
  ])
  func `refuses a secret key out of range`(hex: String) throws {
    let bytes = try Hex.decode(hex)
    #expect(throws: Secp256k1.Failure.invalidSecretKey) {
      _ = try Secp256k1.SecretKey(bytes.span)
    }
  }

  @Test
  func `signs by RFC 6979`() throws {
    // SHA-256 of "All those moments will be lost in time, like tears in rain. Time to die..."
    let digest = try Hex.decode(
      "7d1833f54854ac51659521afcd0ec6dca2ce2351429614bfa28a756b1b3c637f")

    let signature = try Self.key(1).sign(digest.span)

    // A vector that many ECDSA libraries publish.
    #expect(
      Hex.encode(signature.bytes.span)
        == "8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b"
        + "547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21")
  }

  @Test
  func `recovers the signer from what it signed`() throws {
    for number in UInt8(1)...32 {
      let key = try Self.key(number)
      let signature = try key.sign(Self.digest.span)

      #expect(try signature.recover(digest: Self.digest.span) == key.publicKey)
      #expect(try key.publicKey.verifies(signature, of: Self.digest.span))
      // s is at most n/2, so that its first bit is never set.
      #expect(signature.bytes[32] < 0x80)
    }
  }

  @Test
  func `another digest recovers another key`() throws {
    let key = try Secp256k1.SecretKey()
    let signature = try key.sign(Self.digest.span)
    let other = [UInt8](repeating: 0xa5, count: 32)

    #expect(try signature.recover(digest: other.span) != key.publicKey)
    #expect(try !key.publicKey.verifies(signature, of: other.span))
  }

  @Test
  func `refuses signatures out of range`() throws {
    let order = try Hex.decode(Self.order)
    let one = [UInt8](repeating: 0, count: 31) + [1]
    let tooLarge = try Secp256k1.Signature(order + one, recoveryID: 0)
    let zero = try Secp256k1.Signature([UInt8](repeating: 0, count: 64), recoveryID: 0)

    #expect(throws: Secp256k1.Failure.malformedSignature) {
      try tooLarge.recover(digest: Self.digest.span)
    }
    #expect(throws: Secp256k1.Failure.unrecoverable) {
      try zero.recover(digest: Self.digest.span)
    }
    #expect(throws: Secp256k1.Failure.malformedSignature) {
      try Secp256k1.Signature(one + one, recoveryID: 4)
    }
  }

  @Test
  func `refuses a digest of another length`() throws {
    let key = try Self.key(7)
    let short = [UInt8](repeating: 1, count: 31)
    let signature = try key.sign(Self.digest.span)

    #expect(throws: Secp256k1.Failure.wrongLength(expected: 32, count: 31)) {
      try signature.recover(digest: short.span)
    }
    #expect(throws: Secp256k1.Failure.wrongLength(expected: 32, count: 31)) {
      _ = try Self.key(7).sign(short.span)
    }
  }
}
