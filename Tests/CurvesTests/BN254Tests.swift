import Primitives
import Testing

@testable import Curves

@Suite
struct BN254Tests {
  /// EIP-197's generators.
  static let p = Affine<BN254.G1>(.one, .one + .one)
  static let q = Affine<BN254.G2>(
    Fp2(
      element("1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"),
      element("198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2")),
    Fp2(
      element("12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa"),
      element("090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b")))
  static let order = Scalar(
    0x43e1_f593_f000_0001, 0x2833_e848_79b9_7091, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029)

  static func element(_ hex: String) -> Fp<BN254> {
    let bytes = (try? Hex.decode(hex)) ?? []
    return Fp(bigEndian: bytes.span) ?? .zero
  }

  @Test
  func `field elements have inverses`() {
    var element = Fp<BN254>(Limbs4(3, 5, 7, 9))
    for _ in 0..<50 {
      #expect(element * element.inverted() == .one)
      #expect(element - element == .zero)
      #expect(element + -element == .zero)
      #expect(element.halved().doubled() == element)
      element = element.squared() + .one
    }
    #expect(Fp<BN254>.zero.inverted() == .zero)
  }

  @Test
  func `reads numbers below the modulus alone`() {
    let p = BN254.modulus.bigEndianBytes
    let below = Limbs4.subtractingReportingBorrow(BN254.modulus, Limbs4(1, 0, 0, 0)).difference
    #expect(Fp<BN254>(bigEndian: p.span) == nil)
    #expect(Fp<BN254>(bigEndian: below.bigEndianBytes.span) == -.one)
    #expect(Fp<BN254>(below).bigEndianBytes == below.bigEndianBytes)
  }

  @Test
  func `the generators have order r`() {
    #expect(Self.p.isOnCurve && Self.q.isOnCurve)
    #expect(Self.p.multiplied(by: Self.order).isInfinity)
    #expect(Self.q.multiplied(by: Self.order).isInfinity)
    #expect(BN254.isInSubgroup(Self.q))
  }

  @Test
  func `a point of the twist outside the subgroup is found out`() {
    // The group of the twist has r·(2p - r) elements: most of its points are outside.
    var outside = 0
    var x = Fp2<BN254>(.one, .zero)
    while outside < 3 {
      x = x + .one
      let y = (x.squared() * x + BN254.G2.b).squareRoot()
      guard let y else { continue }
      let point = Affine<BN254.G2>(x, y)
      #expect(point.isOnCurve)
      #expect(
        BN254.isInSubgroup(point) == point.multiplied(by: Self.order).isInfinity)
      outside += 1
    }
  }

  @Test
  func `scalars wrap around the order`() {
    let seven = Scalar(7, 0, 0, 0)
    let more = Scalar.addingReportingCarry(Self.order, seven).sum
    let all = Scalar(.max, .max, .max, .max)
    var sum = Jacobian<BN254.G1>.infinity
    for index in (0..<256).reversed() {
      sum = sum.doubled()
      if all.bit(index) { sum = sum + Self.p }
    }

    #expect(Self.p.multiplied(by: more) == Self.p.multiplied(by: seven))
    #expect(Self.p.multiplied(by: all) == sum)
    #expect(Self.p.multiplied(by: .zero).isInfinity)
    #expect(Affine<BN254.G1>.infinity.multiplied(by: all).isInfinity)
  }

  @Test
  func `the pairing is bilinear and not degenerate`() {
    let (a, b) = (UInt64(0x1234_5678_9abc_def0), UInt64(0xfedc_ba98_7654_3211))
    let ab = a.multipliedFullWidth(by: b)
    let left = Self.p.multiplied(by: Scalar(a, 0, 0, 0)).affine
    let right = Self.q.multiplied(by: Scalar(b, 0, 0, 0)).affine
    let product = Self.p.multiplied(by: Scalar(ab.low, ab.high, 0, 0)).affine

    #expect(BN254.isProductOne([(left, right), (-product, Self.q)]))
    #expect(!BN254.isProductOne([(left, right), (product, Self.q)]))
    #expect(!BN254.isProductOne([(Self.p, Self.q)]))
    #expect(BN254.isProductOne([(.infinity, Self.q), (Self.p, .infinity)]))
    #expect(BN254.isProductOne([]))
  }

  @Test
  func `powers in the cyclotomic subgroup agree with plain ones`() {
    let value = BN254.millerLoop([(Self.p, Self.q)])
    let first = value.conjugate * value.inverted()
    let f = first.frobenius(BN254.frobenius, times: 2) * first

    #expect(f.cyclotomicSquared() == f.squared())
    #expect(f.squared() == f * f)
    #expect(f * f.conjugate == .one)
    #expect(f.cyclotomicPower(5) == f * f * f * f * f)
    #expect(value * value.inverted() == .one)
    // The twelfth p-th power is the element itself.
    #expect(value.frobenius(BN254.frobenius, times: 12) == value)
  }
}
