internal import JSONTree
internal import KeyDerivation
public import Primitives
internal import Secp256k1

/// An account's key in a file, encrypted with a password (Web3 Secret Storage, version 3).
public enum Keystore {
  /// How slow guessing passwords is made.
  public struct Cost: Hashable, Sendable {
    public var n: UInt64
    public var r: UInt64 = 8
    public var p: UInt64 = 1

    public init(n: UInt64) {
      self.n = n
    }

    /// 256 MiB and about a second.
    public static let standard = Cost(n: 1 << 18)
    /// 4 MiB: for tests and machines that are small.
    public static let light = Cost(n: 1 << 12)
  }

  public enum Failure: Error, Hashable, Sendable {
    /// Not a keystore, and what is wrong with it.
    case malformed(String)
    case unsupported(String)
    /// The file asks for more memory or time than is granted.
    case tooCostly
    /// Or the file is damaged: the two cannot be told apart.
    case wrongPassword
    /// The file is for another account than the key in it.
    case otherAddress
  }

  private static let version = "3"
  private static let cipher = "aes-128-ctr"
  private static let derivedByteCount = 32

  // MARK: Writing

  /// The text of a keystore. `salt` has 32 bytes, `counter` and `identifier` 16; all are random.
  public static func encrypt(
    _ key: borrowing AccountKey, password: Span<UInt8>, cost: Cost = .standard,
    salt: [UInt8], counter: [UInt8], identifier: [UInt8]
  ) throws(Failure) -> [UInt8] {
    guard
      let derived = PasswordHash.scrypt(
        password, salt: salt, n: cost.n, r: cost.r, p: cost.p, keyByteCount: derivedByteCount)
    else { throw .tooCostly }
    guard let sealed = cipherText(key, derived, counter) else {
      throw .malformed("counter")
    }
    let document: JSON = [
      "address": .string(Hex.encode(key.address.bytes)),
      "crypto": [
        "cipher": .string(cipher),
        "ciphertext": .string(Hex.encode(sealed)),
        "cipherparams": ["iv": .string(Hex.encode(counter))],
        "kdf": "scrypt",
        "kdfparams": [
          "dklen": .number("\(derivedByteCount)"), "n": .number("\(cost.n)"),
          "p": .number("\(cost.p)"), "r": .number("\(cost.r)"),
          "salt": .string(Hex.encode(salt)),
        ],
        "mac": .string(Hex.encode(mac(derived, sealed))),
      ],
      "id": .string(uuid(identifier)),
      "version": 3,
    ]
    return document.bytes
  }

  private static func cipherText(
    _ key: borrowing AccountKey, _ derived: borrowing SecretBytes, _ counter: [UInt8]
  ) -> [UInt8]? {
    key.withBytes { secret in
      derived.withBytes { derived -> [UInt8]? in
        let sealed = AES128CTR.apply(
          key: derived.extracting(0..<16), counter: counter, to: secret)
        return sealed?.withBytes { bytes in bytes.indices.map { bytes[$0] } }
      }
    }
  }

  /// keccak(second half of the derived key ‖ ciphertext).
  private static func mac(_ derived: borrowing SecretBytes, _ sealed: [UInt8]) -> [UInt8] {
    derived.withBytes { derived in
      Keccak256.hash((16..<32).map { derived[$0] } + sealed).array
    }
  }

  /// Version 4 of RFC 9562.
  private static func uuid(_ bytes: [UInt8]) -> String {
    var bytes = Array((bytes + [UInt8](repeating: 0, count: 16)).prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = Array(Hex.encode(bytes))
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
      .joined(separator: "-")
  }

  // MARK: Reading

  public static func decrypt(
    _ text: [UInt8], password: Span<UInt8>
  ) throws(Failure) -> AccountKey {
    let document: JSON
    do throws(JSON.Malformed) {
      document = try JSON(parsing: text, depthMax: 8, valueCountMax: 1000)
    } catch {
      throw .malformed("JSON")
    }
    guard case .number(version)? = document["version"] else { throw .unsupported("version") }
    guard let crypto = document["crypto"] ?? document["Crypto"] else { throw .malformed("crypto") }
    guard crypto["cipher"]?.string == cipher else { throw .unsupported("cipher") }
    let sealed = try bytes(crypto["ciphertext"], "ciphertext")
    let expected = try bytes(crypto["mac"], "mac")
    let counter = try bytes(crypto["cipherparams"]?["iv"], "iv")
    guard counter.count == 16 else { throw .malformed("iv") }
    let derived = try derive(crypto, password)
    guard mac(derived, sealed) == expected else { throw .wrongPassword }
    let opened = derived.withBytes { derived in
      AES128CTR.apply(key: derived.extracting(0..<16), counter: counter, to: sealed.span)
    }
    guard let opened else { throw .malformed("ciphertext") }
    let key: AccountKey
    do throws(Secp256k1.Failure) {
      key = try AccountKey(opened)
    } catch {
      throw .malformed("the key is not in range")
    }
    if let address = document["address"]?.string {
      guard Address(hex: address) == key.address else { throw .otherAddress }
    }
    return key
  }

  /// Whose key a keystore holds, as far as it says.
  public static func address(of text: [UInt8]) -> Address? {
    let document = try? JSON(parsing: text, depthMax: 8, valueCountMax: 1000)
    return document?["address"]?.string.flatMap { Address(hex: $0) }
  }

  private static func derive(
    _ crypto: JSON, _ password: Span<UInt8>
  ) throws(Failure) -> SecretBytes {
    guard let parameters = crypto["kdfparams"] else { throw .malformed("kdfparams") }
    let salt = try bytes(parameters["salt"], "salt")
    let count = Int(clamping: try number(parameters["dklen"], "dklen"))
    guard count >= derivedByteCount else { throw .unsupported("dklen") }
    switch crypto["kdf"]?.string {
    case "scrypt":
      guard
        let derived = PasswordHash.scrypt(
          password, salt: salt, n: try number(parameters["n"], "n"),
          r: try number(parameters["r"], "r"), p: try number(parameters["p"], "p"),
          keyByteCount: count)
      else { throw .tooCostly }
      return derived
    case "pbkdf2":
      guard parameters["prf"]?.string == "hmac-sha256" else { throw .unsupported("prf") }
      guard
        let derived = PasswordHash.pbkdf2(
          password, salt: salt.span,
          iterations: Int(clamping: try number(parameters["c"], "c")), .sha256,
          keyByteCount: count)
      else { throw .tooCostly }
      return derived
    default: throw .unsupported("kdf")
    }
  }

  private static func bytes(_ value: JSON?, _ name: String) throws(Failure) -> [UInt8] {
    guard let text = value?.string, let bytes = try? Hex.decode(text) else {
      throw .malformed(name)
    }
    return bytes
  }

  private static func number(_ value: JSON?, _ name: String) throws(Failure) -> UInt64 {
    guard case .number(let text)? = value, let number = UInt64(text) else {
      throw .malformed(name)
    }
    return number
  }
}

extension Keystore.Failure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let part): "not a keystore of version 3: \(part)"
    case .unsupported(let part): "the keystore's \(part) is not supported"
    case .tooCostly: "the keystore asks for more memory or time than is granted"
    case .wrongPassword: "the password is wrong, or the keystore is damaged"
    case .otherAddress: "the keystore holds another account's key than it says"
    }
  }
}
