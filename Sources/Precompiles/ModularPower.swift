internal import CGMP
internal import Primitives

/// 0x05: base^exponent mod modulus, of any length (EIP-198).
enum ModularPower {
  /// Since Osaka no operand may be longer (EIP-7823).
  static let operandByteCountMax: UInt64 = 1_024
  /// Before Osaka only gas limits an exponent. More than this would cost over a hundred million
  /// even at EIP-198's price for the shortest modulus; it is refused, so that memory has a bound.
  static let exponentByteCountMax: UInt64 = 1 << 28

  static func run(_ input: Span<UInt8>, _ fork: Fork) -> [UInt8]? {
    let lengths = Lengths(input)
    // The exponent matters to nothing here, however long it claims to be.
    if fork < .osaka, lengths.base == 0, lengths.modulus == 0 { return [] }
    guard lengths.isAllowed(at: fork) else { return nil }

    let base = Int(lengths.base), exponent = Int(lengths.exponent), modulus = Int(lengths.modulus)
    guard modulus > 0 else { return [] }
    let m = Natural(input, from: Lengths.headerByteCount + base + exponent, count: modulus)
    guard !m.isZero else { return [UInt8](repeating: 0, count: modulus) }
    let b = Natural(input, from: Lengths.headerByteCount, count: base)
    let e = Natural(input, from: Lengths.headerByteCount + base, count: exponent)
    return b.power(e, modulo: m).bigEndianBytes(count: modulus)
  }
}

// MARK: - The price

extension ModularPower {
  static func gas(_ input: Span<UInt8>, _ fork: Fork) -> Int64? {
    let lengths = Lengths(input)
    guard fork < .osaka || lengths.isAllowed(at: fork) else { return nil }
    let longest = UInt128(max(lengths.base, lengths.modulus))
    let words = (longest + 7) / 8
    let bits = lengths.exponentHeadBitCount(input)
    switch fork {
    case ..<Fork.berlin:
      // EIP-198.
      let iterations = lengths.iterations(headBitCount: bits, perByte: 8)
      return price(complexity(longest), iterations, divisor: 20, least: 0)
    case ..<Fork.osaka:
      // EIP-2565.
      let iterations = lengths.iterations(headBitCount: bits, perByte: 8)
      return price(words * words, iterations, divisor: 3, least: 200)
    default:
      // EIP-7883.
      let iterations = lengths.iterations(headBitCount: bits, perByte: 16)
      return price(longest <= 32 ? 16 : 2 * words * words, iterations, divisor: 1, least: 500)
    }
  }

  private static func price(
    _ complexity: UInt128, _ iterations: UInt128, divisor: UInt128, least: Int64
  ) -> Int64? {
    let (product, overflow) = complexity.multipliedReportingOverflow(by: iterations)
    guard !overflow, let cost = Int64(exactly: product / divisor) else { return nil }
    return max(cost, least)
  }

  /// What EIP-198 takes for the work of one multiplication of `count` bytes.
  private static func complexity(_ count: UInt128) -> UInt128 {
    switch count {
    case ...64: count * count
    case ...1_024: count * count / 4 + 96 * count - 3_072
    default: count * count / 16 + 480 * count - 199_680
    }
  }
}

// MARK: - The head of the input

extension ModularPower {
  /// How long the operands claim to be. A number above 64 bits counts as the largest: no gas pays it.
  struct Lengths {
    static let headerByteCount = 96

    let base: UInt64
    let exponent: UInt64
    let modulus: UInt64

    init(_ input: Span<UInt8>) {
      let header = input.padded(from: 0, count: Self.headerByteCount)
      func length(_ offset: Int) -> UInt64 {
        let isLong = header[offset..<(offset + 24)].contains { $0 != 0 }
        return isLong ? .max : header.span.bigEndian(at: offset + 24)
      }
      (base, exponent, modulus) = (length(0), length(32), length(64))
    }

    /// Whether the operands may be read at all, once they are paid for.
    func isAllowed(at fork: Fork) -> Bool {
      let limit = fork < .osaka ? exponentByteCountMax : operandByteCountMax
      return max(base, exponent, modulus) <= limit
    }

    /// Significant bits in the first 32 bytes of the exponent.
    func exponentHeadBitCount(_ input: Span<UInt8>) -> UInt64 {
      let count = Int(min(exponent, 32))
      guard let offset = Int(exactly: base.addingReportingOverflow(96).partialValue),
        base < .max - 96, offset < input.count
      else { return 0 }
      let head = input.padded(from: offset, count: count)
      guard let first = head.firstIndex(where: { $0 != 0 }) else { return 0 }
      return UInt64(8 * (count - first) - head[first].leadingZeroBitCount)
    }

    /// How many squarings the exponent counts for: at least one.
    func iterations(headBitCount: UInt64, perByte: UInt128) -> UInt128 {
      let head = UInt128(headBitCount == 0 ? 0 : headBitCount - 1)
      let tail = exponent <= 32 ? 0 : perByte * UInt128(exponent - 32)
      return max(head + tail, 1)
    }
  }
}
