internal import Glibc

/// float32 or float64, with the functions that operators use.
///
/// This is the one place where elementary functions are computed. Those of float32 are evaluated in
/// float64 and rounded once.
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
  static func exp(_ x: Float) -> Float { Float(Double.exp(Double(x))) }
  static func log(_ x: Float) -> Float { Float(Double.log(Double(x))) }
  static func log1p(_ x: Float) -> Float { Float(Double.log1p(Double(x))) }
  static func tanh(_ x: Float) -> Float { Float(Double.tanh(Double(x))) }
  static func erf(_ x: Float) -> Float { Float(Double.erf(Double(x))) }
  static func sin(_ x: Float) -> Float { Float(Double.sin(Double(x))) }
  static func cos(_ x: Float) -> Float { Float(Double.cos(Double(x))) }
  static func tan(_ x: Float) -> Float { Float(Double.tan(Double(x))) }
  static func asin(_ x: Float) -> Float { Float(Double.asin(Double(x))) }
  static func acos(_ x: Float) -> Float { Float(Double.acos(Double(x))) }
  static func atan(_ x: Float) -> Float { Float(Double.atan(Double(x))) }
  static func sinh(_ x: Float) -> Float { Float(Double.sinh(Double(x))) }
  static func cosh(_ x: Float) -> Float { Float(Double.cosh(Double(x))) }
  static func asinh(_ x: Float) -> Float { Float(Double.asinh(Double(x))) }
  static func acosh(_ x: Float) -> Float { Float(Double.acosh(Double(x))) }
  static func atanh(_ x: Float) -> Float { Float(Double.atanh(Double(x))) }
  static func pow(_ x: Float, _ y: Float) -> Float {
    x.powered(y) { Float(Double.general(power: Double(x), Double(y))) }
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
