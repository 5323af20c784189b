extension Jacobian {
  /// The sum of the multiples of points by scalars (Pippenger's buckets with signed digits).
  static func sum(of points: [Affine<C>], times scalars: [Scalar]) -> Self {
    precondition(points.count == scalars.count)
    guard points.count >= 8 else {
      return zip(points, scalars).reduce(.infinity) { $0 + $1.0.multiplied(by: $1.1) }
    }
    let width = windowWidth(points.count)
    let windowCount = 256 / width + 1
    let digits = scalars.map { $0.signedDigits(width: width, count: windowCount) }
    var sum = Self.infinity
    for window in (0..<windowCount).reversed() {
      for _ in 0..<width where !sum.isInfinity { sum = sum.doubled() }
      var buckets = [Self](repeating: .infinity, count: 1 << (width - 1))
      for (point, digits) in zip(points, digits) {
        let digit = Int(digits[window])
        if digit > 0 { buckets[digit - 1] = buckets[digit - 1] + point }
        if digit < 0 { buckets[-digit - 1] = buckets[-digit - 1] + -point }
      }
      sum = sum + weightedSum(buckets)
    }
    return sum
  }

  /// The first bucket once, the second twice and so on.
  private static func weightedSum(_ buckets: [Self]) -> Self {
    var (running, total) = (Self.infinity, Self.infinity)
    for bucket in buckets.reversed() {
      running = running + bucket
      total = total + running
    }
    return total
  }

  /// About log2(n) - 2, where buckets and additions cost the same.
  private static func windowWidth(_ count: Int) -> Int {
    switch count {
    case ..<16: 4
    case ..<48: 5
    case ..<128: 6
    case ..<320: 7
    case ..<1_024: 8
    case ..<4_096: 10
    default: 12
    }
  }
}

extension Scalar {
  /// Digits from -2^(width-1) to 2^(width-1), least significant first.
  func signedDigits(width: Int, count: Int) -> [Int16] {
    var digits: [Int16] = []
    digits.reserveCapacity(count)
    var carry = 0
    for index in 0..<count {
      let value = Int(bits(from: index * width, count: width)) + carry
      carry = value > 1 << (width - 1) ? 1 : 0
      digits.append(Int16(value - (carry << width)))
    }
    return digits
  }
}
