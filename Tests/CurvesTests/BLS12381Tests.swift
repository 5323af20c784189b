import Testing

@testable import Curves

@Suite
struct BLS12381Tests {
  static let p = BLS12381.G1.generator
  static let q = BLS12381.G2.generator

  @Test
  func `the generators have order r`() {
    #expect(Self.p.isOnCurve && Self.q.isOnCurve)
    #expect(BLS12381.isInSubgroup(Self.p) && BLS12381.isInSubgroup(Self.q))
    #expect(Self.p.multiplied(by: BLS12381.order).isInfinity)
    #expect(Self.q.multiplied(by: BLS12381.order).isInfinity)
  }

  @Test
  func `the endomorphisms find points outside`() {
    // Both groups are larger than r by a cofactor: a point taken at random is outside.
    var x = Fp<BLS12381>.one
    var found = 0
    while found < 3 {
      x = x + .one
      guard let y = (x.squared() * x + BLS12381.G1.b).squareRoot() else { continue }
      let point = Affine<BLS12381.G1>(x, y)
      #expect(
        BLS12381.isInSubgroup(point) == point.multiplied(by: BLS12381.order).isInfinity)
      #expect(!BLS12381.isInSubgroup(point))
      found += 1
    }
  }

  @Test
  func `the pairing is bilinear and not degenerate`() {
    let (a, b) = (UInt64(0x1234_5678_9abc_def0), UInt64(0xfedc_ba98_7654_3211))
    let ab = a.multipliedFullWidth(by: b)
    let left = Self.p.multiplied(by: Scalar(a, 0, 0, 0)).affine
    let right = Self.q.multiplied(by: Scalar(b, 0, 0, 0)).affine
    let product = Self.p.multiplied(by: Scalar(ab.low, ab.high, 0, 0)).affine

    #expect(BLS12381.isProductOne([(left, right), (-product, Self.q)]))
    #expect(!BLS12381.isProductOne([(left, right), (product, Self.q)]))
    #expect(!BLS12381.isProductOne([(Self.p, Self.q)]))
  }

  @Test(arguments: [0, 1, 7, 9, 50])
  func `sums of many multiples agree with one after the other`(count: Int) {
    var points: [Affine<BLS12381.G1>] = []
    var scalars: [Scalar] = []
    var state: UInt64 = 1
    var point = Jacobian(Self.p)
    for index in 0..<count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      points.append(index % 11 == 5 ? .infinity : point.affine)
      // All windows full, all empty, and short ones, which a debug build is done with soon.
      switch index {
      case 0, 8: scalars.append(Scalar(.max, .max, .max, .max))
      case 1: scalars.append(Scalar(state, 0, 0, state))
      default: scalars.append(index % 7 == 1 ? .zero : Scalar(state >> 44, 0, 0, 0))
      }
      // Opposites and equals meet in a bucket.
      point = index % 3 == 0 ? -point : point.doubled()
    }

    let expected = zip(points, scalars).reduce(Jacobian<BLS12381.G1>.infinity) { sum, pair in
      sum + pair.0.multiplied(by: pair.1)
    }

    #expect(Jacobian.sum(of: points, times: scalars) == expected)
  }

  @Test
  func `coordinates of many points at once`() {
    var points: [Jacobian<BLS12381.G1>] = [.infinity]
    for _ in 0..<5 {
      points.append(points[points.count - 1].doubled() + Self.p)
      points.append(.infinity)
    }

    #expect(Jacobian.affine(points) == points.map(\.affine))
  }

  @Test
  func `inverses at the edges`() {
    let one = Fp<BLS12381>.one
    var powers = one
    for _ in 0..<400 {
      #expect(powers * powers.inverted() == one)
      #expect((-powers).inverted() == -powers.inverted())
      powers = powers.doubled()
    }
    #expect(one.inverted() == one)
    #expect((-one).inverted() == -one)
    #expect(Fp<BLS12381>.zero.inverted() == .zero)
    // Words of Montgomery's form that are as small and as large as they can be.
    var smallest = Limbs6.zero
    smallest[0] = 1
    let small = Fp<BLS12381>(montgomery: smallest)
    #expect(small * small.inverted() == one)
    #expect(-small * (-small).inverted() == one)
  }

  @Test
  func `square roots are roots`() {
    var element = Fp2<BLS12381>(.one, .one + .one)
    for _ in 0..<4 {
      let square = element.squared()
      let root = square.squareRoot()
      #expect(root == element || root == -element)
      // ξ is no square, nor is its product with one.
      #expect(square.timesNonresidue.squareRoot() == nil)
      element = element * element + .one
    }
    #expect(Fp2<BLS12381>.zero.squareRoot() == .zero)
    // -1 has no root below, but has one above.
    #expect((-Fp<BLS12381>.one).squareRoot() == nil)
    #expect((-Fp2<BLS12381>.one).squareRoot()?.squared() == -.one)
  }

  @Test
  func `halving and the cyclotomic square`() {
    let value = BLS12381.millerLoop([(Self.p, Self.q)])
    let first = value.conjugate * value.inverted()
    let f = first.frobenius(BLS12381.frobenius, times: 2) * first

    #expect(f.cyclotomicSquared() == f * f)
    #expect(value.frobenius(BLS12381.frobenius, times: 12) == value)
  }
}
