/// Sine and cosine of fractions of a full turn, the same bits on every machine.
enum Turn {
  /// The cosine and the sine of `numerator / denominator` of a turn.
  ///
  /// The fraction is brought into one eighth by exact integers; there, Taylor series in float64 are
  /// right to the last bit or nearly so.
  static func point(_ numerator: Int, _ denominator: Int) -> (cos: Double, sin: Double) {
    let place = ((numerator % denominator) + denominator) % denominator
    let eighth = 8 * place / denominator
    // The distance from the nearest multiple of a quarter, in eighths of the denominator.
    let quarter = (eighth + 1) / 2
    let rest = 8 * place - 2 * quarter * denominator
    let angle = Double.pi * Double(rest) / (4 * Double(denominator))
    let (cos, sin) = (cosine(angle), sine(angle))
    switch quarter % 4 {
    case 0: return (cos, sin)
    case 1: return (-sin, cos)
    case 2: return (-cos, -sin)
    default: return (sin, -cos)
    }
  }

  private static func cosine(_ x: Double) -> Double {
    var sum = 1.0
    for n in (1...10).reversed() { sum = 1 - x * x / Double(2 * n * (2 * n - 1)) * sum }
    return sum
  }

  private static func sine(_ x: Double) -> Double {
    var sum = 1.0
    for n in (1...10).reversed() { sum = 1 - x * x / Double(2 * n * (2 * n + 1)) * sum }
    return x * sum
  }
}
