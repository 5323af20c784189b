extension Affine {
  /// The multiple by a scalar: digits of width five, from a table of odd multiples.
  func multiplied(by scalar: Scalar) -> Jacobian<C> {
    guard !isInfinity, !scalar.isZero else { return .infinity }
    let table = Jacobian<C>.oddMultiples(of: self, count: 8)
    let digits = scalar.nonAdjacentForm(width: 5)
    var sum = Jacobian<C>.infinity
    for digit in digits.reversed() {
      if !sum.isInfinity { sum = sum.doubled() }
      if digit > 0 { sum = sum + table[Int(digit) / 2] }
      if digit < 0 { sum = sum + -table[Int(-digit) / 2] }
    }
    return sum
  }
}

extension Jacobian {
  /// The multiples of a point by 1, 3, 5 and so on.
  static func oddMultiples(of point: Affine<C>, count: Int) -> [Self] {
    let twice = Self(point).doubled()
    var multiples = [Self(point)]
    while multiples.count < count { multiples.append(multiples[multiples.count - 1] + twice) }
    return multiples
  }

  /// The multiple by a short number with few bits set: doubling and adding.
  func multiplied(by number: UInt64) -> Self {
    var sum = Self.infinity
    for index in (0..<(64 - number.leadingZeroBitCount)).reversed() {
      sum = sum.doubled()
      if number >> UInt64(index) & 1 == 1 { sum = sum + self }
    }
    return sum
  }
}
