/// Exact widening of the short floating-point formats; NaN becomes the canonical one.
public enum FloatFormats {
  /// IEEE 754 binary16.
  public static func float16(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      // Multiples of 2^-24, exact in binary32.
      let magnitude = Float(fraction) * 0x1p-24
      return sign == 0 ? magnitude : -magnitude
    case 0x1F:
      return fraction == 0 ? Float(bitPattern: sign | 0x7F80_0000) : canonicalNaN
    default:
      return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  /// The upper half of a binary32.
  public static func bfloat16(_ bits: UInt16) -> Float {
    let value = Float(bitPattern: UInt32(bits) << 16)
    return value.isNaN ? canonicalNaN : value
  }

  static let canonicalNaN = Float(bitPattern: 0x7FC0_0000)
}
