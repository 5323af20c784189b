/// A floating-point format of at most eight bits, or bfloat16: its bits to and from a number.
struct SmallFloat {
  let exponentBits: Int
  let mantissaBits: Int
  let bias: Int
  let specials: Specials

  /// Which bit patterns are no finite numbers.
  enum Specials {
    /// Infinities and NaNs fill the topmost exponent.
    case ieee
    /// NaN has all bits set but the sign; there are no infinities.
    case allOnes
    /// NaN is what would be minus zero; there are no infinities.
    case minusZero
    /// Every pattern is a finite number.
    case none
  }

  static let e4m3fn = SmallFloat(
    exponentBits: 4, mantissaBits: 3, bias: 7, specials: .allOnes)
  static let e4m3fnuz = SmallFloat(
    exponentBits: 4, mantissaBits: 3, bias: 8, specials: .minusZero)
  static let e5m2 = SmallFloat(exponentBits: 5, mantissaBits: 2, bias: 15, specials: .ieee)
  static let e5m2fnuz = SmallFloat(
    exponentBits: 5, mantissaBits: 2, bias: 16, specials: .minusZero)
  static let e2m1 = SmallFloat(exponentBits: 2, mantissaBits: 1, bias: 1, specials: .none)
  static let bfloat16 = SmallFloat(exponentBits: 8, mantissaBits: 7, bias: 127, specials: .ieee)

  private var sign: Int { 1 << (exponentBits + mantissaBits) }
  private var infinity: Int { ((1 << exponentBits) - 1) << mantissaBits }

  /// The largest finite number.
  private var greatest: Int {
    switch specials {
    case .ieee: infinity - 1
    case .allOnes: sign - 2
    case .minusZero, .none: sign - 1
    }
  }

  private var nan: Int {
    switch specials {
    case .ieee: infinity | 1 << (mantissaBits - 1)
    case .allOnes: sign - 1
    case .minusZero: sign
    case .none: 0
    }
  }

  func decode(_ bits: Int) -> Double {
    let magnitude = bits & (sign - 1)
    switch specials {
    case .ieee where magnitude == infinity: return bits & sign != 0 ? -.infinity : .infinity
    case .ieee where magnitude > infinity: return .nan
    case .allOnes where magnitude == sign - 1: return .nan
    case .minusZero where bits == sign: return .nan
    default: break
    }
    let exponent = magnitude >> mantissaBits
    let mantissa = magnitude & ((1 << mantissaBits) - 1)
    let value =
      exponent == 0
      ? Self.power(1 - bias - mantissaBits) * Double(mantissa)
      : Self.power(exponent - bias - mantissaBits) * Double(mantissa + 1 << mantissaBits)
    return bits & sign != 0 ? -value : value
  }

  /// Rounds to the nearest number of the format, ties to even.
  ///
  /// - Parameter saturates: Whether what is too large becomes the largest finite number; otherwise
  ///   it becomes infinity or NaN.
  func encode(_ value: Double, saturates: Bool) -> Int {
    let signed = value.sign == .minus ? sign : 0
    guard !value.isNaN else { return specials == .none ? signed : nan }
    guard value.isFinite else {
      if saturates || specials == .none { return signed | greatest }
      return specials == .ieee ? signed | infinity : nan
    }
    guard value != 0 else { return specials == .minusZero ? 0 : signed }
    var exponent = max(Int(value.magnitude.exponent), 1 - bias)
    var steps = (value.magnitude / Self.power(exponent - mantissaBits)).rounded(.toNearestOrEven)
    if steps == Double(2 << mantissaBits) {
      exponent += 1
      steps /= 2
    }
    guard exponent + bias < 1 << (exponentBits + 1) else { return overflow(signed, saturates) }
    let mantissa = Int(steps)
    let magnitude =
      mantissa < 1 << mantissaBits
      ? mantissa : (exponent + bias) << mantissaBits + mantissa - 1 << mantissaBits
    guard magnitude <= greatest else { return overflow(signed, saturates) }
    if specials == .minusZero && magnitude == 0 { return 0 }
    return signed | magnitude
  }

  private func overflow(_ signed: Int, _ saturates: Bool) -> Int {
    if saturates || specials == .none { return signed | greatest }
    return specials == .ieee ? signed | infinity : nan
  }

  private static func power(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }
}

extension SmallFloat {
  init?(_ elementType: ElementType) {
    switch elementType {
    case .float8e4m3fn: self = .e4m3fn
    case .float8e4m3fnuz: self = .e4m3fnuz
    case .float8e5m2: self = .e5m2
    case .float8e5m2fnuz: self = .e5m2fnuz
    case .float4e2m1: self = .e2m1
    case .bfloat16: self = .bfloat16
    default: return nil
    }
  }
}

/// How a number becomes a power of two.
enum ScaleRounding: String {
  case up, down, nearest
}

/// The format of shared scales: a power of two from 2^-127 to 2^127, or NaN.
enum ScaleFloat {
  static func decode(_ bits: UInt8) -> Double {
    bits == 255 ? .nan : Double(sign: .plus, exponent: Int(bits) - 127, significand: 1)
  }

  static func encode(_ value: Double, _ rounding: ScaleRounding, saturates: Bool) -> UInt8 {
    let magnitude = value.magnitude
    guard !magnitude.isNaN else { return 255 }
    guard magnitude.isFinite else { return saturates ? 254 : 255 }
    guard magnitude != 0 else { return 0 }
    var exponent = Int(magnitude.exponent)
    switch rounding {
    case .up: exponent += magnitude.significand > 1 ? 1 : 0
    case .down: break
    case .nearest: exponent += magnitude.significand >= 1.5 ? 1 : 0
    }
    if exponent > 127 { return saturates ? 254 : 255 }
    return UInt8(max(exponent, -127) + 127)
  }
}
