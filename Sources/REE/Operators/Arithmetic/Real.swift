internal import CKernels
internal import Glibc

/// float32 or float64, with the functions that operators use.
///
/// Those of float32 are correctly rounded. Those of float64 are the C library's, whose last bit may
/// differ between machines.
protocol Real: Number, BinaryFloatingPoint {
  static func exp(_ x: Self) -> Self
  static func log(_ x: Self) -> Self
  static func log1p(_ x: Self) -> Self
  static func tanh(_ x: Self) -> Self
  static func erf(_ x: Self) -> Self
  static func sin(_ x: Self) -> Self
  static func cos(_ x: Self) -> Self
  static func tan(_ x: Self) -> Self
  static func asin(_ x: Self) -> Self
  static func acos(_ x: Self) -> Self
  static func atan(_ x: Self) -> Self
  static func sinh(_ x: Self) -> Self
  static func cosh(_ x: Self) -> Self
  static func asinh(_ x: Self) -> Self
  static func acosh(_ x: Self) -> Self
  static func atanh(_ x: Self) -> Self
  static func pow(_ x: Self, _ y: Self) -> Self
}

extension Float: Real {
  static func exp(_ x: Float) -> Float { unsafe rounded(x, ree_exp) }
  static func log(_ x: Float) -> Float { unsafe rounded(x, ree_log) }
  static func log1p(_ x: Float) -> Float { unsafe rounded(x, ree_log1p) }
  static func tanh(_ x: Float) -> Float { unsafe rounded(x, ree_tanh) }
  static func erf(_ x: Float) -> Float { unsafe rounded(x, ree_erf) }
  static func sin(_ x: Float) -> Float { unsafe rounded(x, ree_sin) }
  static func cos(_ x: Float) -> Float { unsafe rounded(x, ree_cos) }
  static func tan(_ x: Float) -> Float { unsafe rounded(x, ree_tan) }
  static func asin(_ x: Float) -> Float { unsafe rounded(x, ree_asin) }
  static func acos(_ x: Float) -> Float { unsafe rounded(x, ree_acos) }
  static func atan(_ x: Float) -> Float { unsafe rounded(x, ree_atan) }
  static func sinh(_ x: Float) -> Float { unsafe rounded(x, ree_sinh) }
  static func cosh(_ x: Float) -> Float { unsafe rounded(x, ree_cosh) }
  static func asinh(_ x: Float) -> Float { unsafe rounded(x, ree_asinh) }
  static func acosh(_ x: Float) -> Float { unsafe rounded(x, ree_acosh) }
  static func atanh(_ x: Float) -> Float { unsafe rounded(x, ree_atanh) }
  static func pow(_ x: Float, _ y: Float) -> Float {
    var result: Float = 0
    unsafe withUnsafePointer(to: x) { x in
      unsafe withUnsafePointer(to: y) { y in unsafe ree_pow(x, y, 0, &result, 1) }
    }
    return result
  }

  private static func rounded(
    _ x: Float, _ kernel: (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void
  ) -> Float {
    var result = x
    unsafe withUnsafePointer(to: x) { x in unsafe kernel(x, &result, 1) }
    return result
  }
}

extension Double: Real {
  static func exp(_ x: Double) -> Double { Glibc.exp(x) }
  static func log(_ x: Double) -> Double { Glibc.log(x) }
  static func log1p(_ x: Double) -> Double { Glibc.log1p(x) }
  static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
  static func erf(_ x: Double) -> Double { Glibc.erf(x) }
  static func sin(_ x: Double) -> Double { Glibc.sin(x) }
  static func cos(_ x: Double) -> Double { Glibc.cos(x) }
  static func tan(_ x: Double) -> Double { Glibc.tan(x) }
  static func asin(_ x: Double) -> Double { Glibc.asin(x) }
  static func acos(_ x: Double) -> Double { Glibc.acos(x) }
  static func atan(_ x: Double) -> Double { Glibc.atan(x) }
  static func sinh(_ x: Double) -> Double { Glibc.sinh(x) }
  static func cosh(_ x: Double) -> Double { Glibc.cosh(x) }
  static func asinh(_ x: Double) -> Double { Glibc.asinh(x) }
  static func acosh(_ x: Double) -> Double { Glibc.acosh(x) }
  static func atanh(_ x: Double) -> Double { Glibc.atanh(x) }
  static func pow(_ x: Double, _ y: Double) -> Double {
    x.powered(y) { general(power: x, y) }
  }

  fileprivate static func general(power x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }
}

extension Real {
  /// Exponents with a short definition: 2, 3, 1/2, 1, 0, -1/2 and -1.
  fileprivate func powered(_ exponent: Self, _ general: () -> Self) -> Self {
    switch exponent {
    case 2: self * self
    case 3: self * self * self
    case 1: self
    case 0: 1
    case -1: 1 / self
    case 0.5 where self >= 0: squareRoot()
    case -0.5 where self > 0: 1 / squareRoot()
    default: general()
    }
  }

  static func sigmoid(_ x: Self) -> Self { 1 / (1 + exp(-x)) }

  static func softplus(_ x: Self) -> Self {
    x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
  }

  static func gelu(_ x: Self) -> Self { (x * 0.5) * (1 + erf(x * Self(0.5).squareRoot())) }
}
