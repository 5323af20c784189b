/// Square roots where p = 3 modulo 4.
extension Fp {
  /// A root; nil if there is none.
  func squareRoot() -> Self? {
    // a^((p+1)/4).
    let (sum, carry) = P.Words.addingReportingCarry(P.modulus, Self.rawOne)
    let root = power(sum.halved(top: carry).halved(top: 0))
    return root.squared() == self ? root : nil
  }

  private static var rawOne: P.Words {
    var one = P.Words.zero
    one[0] = 1
    return one
  }
}

extension Fp2 {
  /// A root; nil if there is none. From |a| = √(c0² + c1²): the root's real part squared is
  /// (c0 + |a|)/2 or (c0 - |a|)/2.
  func squareRoot() -> Self? {
    guard let length = norm.squareRoot() else { return nil }
    guard !c1.isZero else {
      if let root = c0.squareRoot() { return Self(root, .zero) }
      return (-c0).squareRoot().map { Self(.zero, $0) }
    }
    for square in [(c0 + length).halved(), (c0 - length).halved()] {
      if let real = square.squareRoot() {
        let root = Self(real, c1.halved() * real.inverted())
        return root.squared() == self ? root : nil
      }
    }
    return nil
  }
}
