import Primitives
import Testing

@Suite
struct U256Tests {
  /// Limbs at the edges of carries, and some in between.
  static let limbs: [UInt64] = [0, 1, 2, 0x7FFF_FFFF_FFFF_FFFF, 1 << 63, .max - 1, .max]

  /// Words made of edge limbs, then of a linear congruential sequence.
  static let words: [U256] = {
    var words: [U256] = []
    for index in 0..<limbs.count * limbs.count * limbs.count * limbs.count where index % 7 == 0 {
      let n = limbs.count
      words.append(
        U256(
          limbs[index % n], limbs[index / n % n], limbs[index / n / n % n],
          limbs[index / n / n / n % n]))
    }
    var random = Sequence(state: 1)
    for index in 0..<200 {
      let word = U256(random.next(), random.next(), random.next(), random.next())
      words.append(word.shiftedRight(by: UInt64(index)))
    }
    return words
  }()

  struct Sequence {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  @Test
  func `a quotient times its divisor plus the remainder is the dividend`() {
    var wrong = 0
    for (index, dividend) in Self.words.enumerated() {
      for divisor in Self.words.dropFirst(index % 5) where !divisor.isZero {
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        if quotient &* divisor &+ remainder != dividend || remainder >= divisor { wrong += 1 }
      }
    }

    #expect(wrong == 0)
    #expect(U256(5) / .zero == .zero)
    #expect(U256(5) % .zero == .zero)
  }

  @Test
  func `multiplies and adds under a modulus as long hand does`() {
    var wrong = 0
    for index in stride(from: 0, to: Self.words.count - 2, by: 3) {
      let (x, y, modulus) = (Self.words[index], Self.words[index + 1], Self.words[index + 2])
      if x.multiplied(by: y, modulo: modulus) != Self.longHandProduct(x, y, modulus) { wrong += 1 }
      if x.adding(y, modulo: modulus) != Self.longHandSum(x, y, modulus) { wrong += 1 }
    }

    #expect(wrong == 0)
    #expect(U256.max.multiplied(by: .max, modulo: U256.max &- .one) == .one)
    #expect(U256.max.adding(.max, modulo: 12) == 6)
    #expect(U256.max.adding(.max, modulo: .zero) == .zero)
  }

  /// Doubling and adding, bit by bit.
  static func longHandProduct(_ x: U256, _ y: U256, _ modulus: U256) -> U256 {
    var result = U256.zero
    for bit in (0..<256).reversed() {
      result = longHandSum(result, result, modulus)
      if y.shiftedRight(by: UInt64(bit)).w0 & 1 == 1 { result = longHandSum(result, x, modulus) }
    }
    return result
  }

  static func longHandSum(_ x: U256, _ y: U256, _ modulus: U256) -> U256 {
    let (left, right) = (x % modulus, y % modulus)
    let (sum, carry) = left.addingReportingCarry(right)
    return carry || sum >= modulus ? sum &- modulus : sum
  }

  @Test
  func `a product is the sum of its partial products`() {
    var wrong = 0
    for (x, y) in zip(Self.words, Self.words.reversed()) {
      var sum = U256.zero
      for bit in 0..<256 where y.shiftedRight(by: UInt64(bit)).w0 & 1 == 1 {
        sum = sum &+ x.shiftedLeft(by: UInt64(bit))
      }
      if sum != x &* y { wrong += 1 }
    }

    #expect(wrong == 0)
  }

  @Test
  func `shifts past the width leave nothing, or the sign`() {
    #expect(U256.max.shiftedLeft(by: 256) == .zero)
    #expect(U256.max.shiftedRight(by: 256) == .zero)
    #expect(U256.max.shiftedRightSigned(by: .max) == .max)
    #expect(U256.one.shiftedLeft(by: 64) == U256(0, 1, 0, 0))
    #expect(U256.one.shiftedLeft(by: 255).shiftedRight(by: 255) == .one)
    #expect(U256.one.shiftedLeft(by: 255).shiftedRightSigned(by: 255) == .max)
  }

  @Test
  func `has the signed operations of the Yellow Paper`() {
    let minimum = U256.one.shiftedLeft(by: 255)

    #expect((-U256(7)).dividedSigned(by: 2) == -U256(3))
    #expect((-U256(7)).remainderSigned(dividingBy: 2) == -U256(1))
    #expect(U256(7).remainderSigned(dividingBy: -U256(2)) == 1)
    #expect(minimum.dividedSigned(by: .max) == minimum)
    #expect((-U256(1)).isLessSigned(than: .zero))
    #expect(!U256.zero.isLessSigned(than: .max))
    #expect(U256(0xFF).signExtended(fromByte: 0) == .max)
    #expect(U256(0x7F).signExtended(fromByte: 0) == 0x7F)
    #expect(U256(0xFF).signExtended(fromByte: 31) == 0xFF)
    #expect(U256(0x1234).byte(at: 30) == 0x12)
    #expect(U256(0x1234).byte(at: 32) == .zero)
  }

  @Test
  func `raises to powers`() {
    #expect(U256(3).power(5) == 243)
    #expect(U256(2).power(255) == U256.one.shiftedLeft(by: 255))
    #expect(U256(2).power(256) == .zero)
    #expect(U256.zero.power(.zero) == .one)
    #expect(U256.max.power(.max) == .max)
    #expect(U256(3).power(U256(0, 1, 0, 0)) == U256(3).power(0x1_0000_0000).power(0x1_0000_0000))
  }

  @Test
  func `reads and writes texts and bytes`() throws {
    let text = "0x123456789abcdef0fedcba9876543210ffffffffffffffff0000000000000001"
    let bytes = try Hex.decode(text)
    let word = try #require(U256(hex: text))

    #expect(word.quantity == text)
    #expect(word.bytes == bytes)
    #expect(U256(bigEndian: word.bytes) == word)
    #expect(U256(hex: "0x0") == .zero)
    #expect(U256.zero.quantity == "0x0")
    #expect(U256(hex: "0x1" + String(repeating: "0", count: 64)) == nil)
    #expect(U256(hex: "0xg") == nil)
    #expect(U256(bigEndian: [UInt8](repeating: 0, count: 33)) == nil)
    #expect(
      U256.max.description
        == "115792089237316195423570985008687907853269984665640564039457584007913129639935")
    #expect(U256(300).minimalBytes == [1, 44])
    #expect(U256.zero.minimalBytes == [])
  }
}
