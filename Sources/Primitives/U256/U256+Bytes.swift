extension U256 {
  /// Reads 32 big-endian bytes at `pointer`, aligned or not.
  @inlinable @inline(__always)
  public init(bigEndianAt pointer: UnsafeRawPointer) {
    unsafe self.init(
      pointer.loadUnaligned(fromByteOffset: 24, as: UInt64.self).byteSwapped,
      pointer.loadUnaligned(fromByteOffset: 16, as: UInt64.self).byteSwapped,
      pointer.loadUnaligned(fromByteOffset: 8, as: UInt64.self).byteSwapped,
      pointer.loadUnaligned(as: UInt64.self).byteSwapped)
  }

  /// Writes 32 big-endian bytes at `pointer`, aligned or not.
  @inlinable @inline(__always)
  public func storeBigEndian(at pointer: UnsafeMutableRawPointer) {
    unsafe pointer.storeBytes(of: w3.byteSwapped, as: UInt64.self)
    unsafe pointer.storeBytes(of: w2.byteSwapped, toByteOffset: 8, as: UInt64.self)
    unsafe pointer.storeBytes(of: w1.byteSwapped, toByteOffset: 16, as: UInt64.self)
    unsafe pointer.storeBytes(of: w0.byteSwapped, toByteOffset: 24, as: UInt64.self)
  }

  /// Reads at most 32 big-endian bytes; nil when there are more.
  public init?(bigEndian bytes: Span<UInt8>) {
    guard bytes.count <= 32 else { return nil }
    var value = U256.zero
    for index in bytes.indices {
      value = value.shiftedLeft(by: 8) | U256(UInt64(bytes[index]))
    }
    self = value
  }

  public init?(bigEndian bytes: [UInt8]) {
    self.init(bigEndian: bytes.span)
  }

  /// All 32 bytes, big-endian.
  public var bytes: [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      if let base = buffer.baseAddress {
        unsafe storeBigEndian(at: base)
      }
      count = 32
    }
  }

  /// The bytes without leading zeros; none for zero.
  public var minimalBytes: [UInt8] {
    Array(bytes.suffix(byteWidth))
  }

  /// Reads hexadecimal digits, an odd number of them too, after an optional `0x`; nil for anything
  /// else and for more than 256 bits.
  public init?(hex text: some StringProtocol) {
    var digits = Substring(text)
    if digits.hasPrefix("0x") || digits.hasPrefix("0X") { digits = digits.dropFirst(2) }
    var value = U256.zero
    for character in digits.utf8 {
      let digit: UInt8
      switch character {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = character - UInt8(ascii: "A") + 10
      default: return nil
      }
      guard value.w3 &>> 60 == 0 else { return nil }
      value = value.shiftedLeft(by: 4) | U256(UInt64(digit))
    }
    self = value
  }

  /// The shortest hexadecimal form, `0x0` for zero, as JSON-RPC writes quantities.
  public var quantity: String {
    var text = ""
    var seen = false
    for limb in [w3, w2, w1, w0] {
      if seen {
        let digits = String(limb, radix: 16)
        text += String(repeating: "0", count: 16 - digits.count) + digits
      } else if limb != 0 {
        text = String(limb, radix: 16)
        seen = true
      }
    }
    return "0x" + (seen ? text : "0")
  }
}

extension U256: CustomStringConvertible {
  /// Decimal digits.
  public var description: String {
    guard !fitsInOneLimb else { return String(w0) }
    // The largest power of ten in one limb.
    let (quotient, remainder) = quotientAndRemainder(dividingBy: U256(10_000_000_000_000_000_000))
    let digits = String(remainder.w0)
    return quotient.description + String(repeating: "0", count: 19 - digits.count) + digits
  }
}
