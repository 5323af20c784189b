/// The angles by which pairs of elements are turned, position by position.
///
/// From "RoFormer" (Su et al., 2021). For the pair i of a head whose first d elements are turned:
/// exponent = -(2i / d), frequency = base to the exponent (`ree_pow`), divided by the file's factor
/// where it has one, angle = position * frequency; each rounded to binary32 once. Sine and cosine are
/// those of that angle, correctly rounded. Then, each product and each sum rounded,
/// (a, b) becomes (a * cos - b * sin, a * sin + b * cos) for the elements 2i and 2i + 1.
struct RotaryEmbedding: Sendable {
  let width: Int
  private let frequencies: [Float]

  init(width: Int, base: Float, factors: [Float]? = nil) {
    self.width = width
    let pairs = width / 2
    let exponents = (0..<pairs).map { -(Float(2 * $0) / Float(width)) }
    var frequencies = ElementaryFunctions.powers(base, exponents)
    if let factors {
      for (index, factor) in factors.enumerated() { frequencies[index] /= factor }
    }
    self.frequencies = frequencies
  }

  /// Sines and cosines of a position.
  func turns(at position: Int) -> (sines: [Float], cosines: [Float]) {
    let angles = frequencies.map { Float(position) * $0 }
    return (ElementaryFunctions.sin(angles), ElementaryFunctions.cos(angles))
  }

  /// Turns the heads of one row.
  func turn(
    _ row: UnsafeMutablePointer<Float>, heads: Int, headWidth: Int, sines: [Float],
    cosines: [Float]
  ) {
    for head in 0..<heads {
      for pair in 0..<width / 2 {
        let index = head * headWidth + 2 * pair
        let (first, second) = unsafe (row[index], row[index + 1])
        unsafe row[index] = first * cosines[pair] - second * sines[pair]
        unsafe row[index + 1] = first * sines[pair] + second * cosines[pair]
      }
    }
  }
}
