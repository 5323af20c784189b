/// The 20 bytes that name an account, kept as the three limbs of their number.
public struct Address: Hashable, Sendable {
  public static let byteCount = 20

  /// Bytes 12 to 19, big-endian.
  public let low: UInt64
  /// Bytes 4 to 11.
  public let middle: UInt64
  /// Bytes 0 to 3.
  public let high: UInt32

  @inlinable @inline(__always)
  public init(high: UInt32, middle: UInt64, low: UInt64) {
    self.high = high
    self.middle = middle
    self.low = low
  }

  /// The low 160 bits of a word.
  @inlinable @inline(__always)
  public init(truncating word: U256) {
    self.init(high: UInt32(truncatingIfNeeded: word.w2), middle: word.w1, low: word.w0)
  }

  /// A small number, such as a precompiled contract's.
  @inlinable
  public init(number: UInt64) {
    self.init(high: 0, middle: 0, low: number)
  }

  /// Nil unless there are 20 bytes.
  public init?(_ bytes: Span<UInt8>) {
    guard bytes.count == Self.byteCount, let word = U256(bigEndian: bytes) else { return nil }
    self.init(truncating: word)
  }

  public init?(_ bytes: [UInt8]) {
    self.init(bytes.span)
  }

  /// Reads 40 hexadecimal digits after an optional `0x`; case is not checked.
  public init?(hex text: some StringProtocol) {
    guard let bytes = try? Hex.decode(text) else { return nil }
    self.init(bytes)
  }

  @inlinable @inline(__always)
  public var word: U256 { U256(low, middle, UInt64(high), 0) }

  public var bytes: [UInt8] { Array(word.bytes.suffix(Self.byteCount)) }

  @inlinable @inline(__always)
  public static func == (left: Address, right: Address) -> Bool {
    (left.low ^ right.low) | (left.middle ^ right.middle) | UInt64(left.high ^ right.high) == 0
  }

  public static var zero: Address { Address(number: 0) }
}

extension Address: Comparable {
  public static func < (left: Address, right: Address) -> Bool {
    left.word < right.word
  }
}

extension Address {
  /// Where the `nonce`-th creation of an account goes: keccak(rlp([sender, nonce]))[12...].
  public static func ofCreation(by sender: Address, nonce: UInt64) -> Address {
    var encoder = RLP.Encoder()
    encoder.list { list in
      list.append(sender)
      list.append(nonce)
    }
    return Address(truncating: Keccak256.hash(encoder.bytes).word)
  }

  /// Where CREATE2 goes (EIP-1014): keccak(0xff ‖ sender ‖ salt ‖ keccak(initcode))[12...].
  public static func ofCreation(by sender: Address, salt: U256, codeHash: U256) -> Address {
    let bytes = [0xFF] + sender.bytes + salt.bytes + codeHash.bytes
    return Address(truncating: Keccak256.hash(bytes).word)
  }
}

extension Address: CustomStringConvertible {
  /// With the checksum of EIP-55.
  public var description: String {
    let digits = Array(Hex.encode(bytes).utf8)
    let hash = Keccak256.hash(digits).array
    var text: [UInt8] = [UInt8(ascii: "0"), UInt8(ascii: "x")]
    for (index, digit) in digits.enumerated() {
      let nibble = index.isMultiple(of: 2) ? hash[index / 2] >> 4 : hash[index / 2] & 15
      let isLetter = digit >= UInt8(ascii: "a")
      text.append(isLetter && nibble >= 8 ? digit - 32 : digit)
    }
    return String(decoding: text, as: UTF8.self)
  }
}
