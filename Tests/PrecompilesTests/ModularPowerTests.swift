import Precompiles
import Primitives
import Testing

@Suite
struct ModularPowerTests {
  static func call(_ base: [UInt8], _ exponent: [UInt8], _ modulus: [UInt8]) -> [UInt8] {
    word(UInt64(base.count)) + word(UInt64(exponent.count)) + word(UInt64(modulus.count)) + base
      + exponent + modulus
  }

  @Test(arguments: [Fork.byzantium, .berlin, .osaka])
  func `three to the power of p minus one is one`(fork: Fork) throws {
    // EIP-198's first example, with secp256k1's field prime.
    let exponent = try Hex.decode(
      "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2e")
    let modulus = try Hex.decode(
      "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f")
    let input = Self.call([3], exponent, modulus)

    #expect(output(5, input, fork: fork) == word(1))
  }

  @Test
  func `prices by fork`() throws {
    let ones = [UInt8](repeating: 0xff, count: 32)
    let input = Self.call([3], ones, ones)

    // 32² · 255 / 20, 4² · 255 / 3, 16 · 255.
    #expect(gasUsed(5, input, fork: .byzantium) == 13_056)
    #expect(gasUsed(5, input, fork: .berlin) == 1_360)
    #expect(gasUsed(5, input, fork: .osaka) == 4_080)
    #expect(gasUsed(5, [], fork: .byzantium) == 0)
    #expect(gasUsed(5, [], fork: .berlin) == 200)
    #expect(gasUsed(5, [], fork: .osaka) == 500)
  }

  @Test
  func `a modulus of zero or one gives zeros of its length`() {
    #expect(output(5, Self.call([3], [5], [0, 0, 0])) == [0, 0, 0])
    #expect(output(5, Self.call([3], [5], [0, 1])) == [0, 0])
    #expect(output(5, Self.call([3], [5], [])) == [])
    #expect(output(5, Self.call([], [], [7])) == [1])
    #expect(output(5, Self.call([], [], [1])) == [0])
  }

  @Test
  func `zeros follow an input that is cut`() {
    // The modulus is 7 followed by a missing byte: 0x0700.
    let input = word(1) + word(1) + word(2) + [2, 12, 7]
    #expect(output(5, input) == [0x02, 0x00])
    #expect(output(5, word(1) + word(1) + word(2)) == [0, 0])
  }

  @Test
  func `even moduli are as good as odd ones`() {
    // 3^300 mod 1000, and mod 2^64.
    #expect(output(5, Self.call([3], [0x01, 0x2c], [0x03, 0xe8])) == [0, 1])
    #expect(
      output(5, Self.call([3], [4], [1, 0, 0, 0, 0, 0, 0, 0, 0])) == [0, 0, 0, 0, 0, 0, 0, 0, 81])
  }

  @Test(arguments: [Fork.byzantium, .istanbul, .berlin, .prague, .osaka])
  func `huge lengths are refused before anything is allocated`(fork: Fork) {
    let huge = [UInt8](repeating: 0xff, count: 32)
    let long = word(1 << 62)
    for input in [
      huge + huge + huge, long + long + long, word(1) + huge + word(1), huge + word(0) + word(1),
      word(0) + word(0) + huge, word(.max) + word(33) + word(1),
      word(.max - 95) + word(1) + word(1),
    ] {
      #expect(
        Precompiles.run(address: 5, input: input.span, gas: 1 << 50, fork: fork) == .failure)
      #expect(Precompiles.run(address: 5, input: input.span, gas: .max, fork: fork) == .failure)
    }
  }

  @Test
  func `a huge exponent of nothing costs nothing before Osaka`() {
    let input = word(0) + [UInt8](repeating: 0xff, count: 32) + word(0)
    #expect(gasUsed(5, input, fork: .byzantium) == 0)
    #expect(gasUsed(5, input, fork: .berlin) == 200)
    #expect(gasUsed(5, input, fork: .osaka) == nil)
  }

  @Test
  func `since Osaka no operand is longer than 1024 bytes`() {
    for count in [1_024, 1_025] {
      let long = [UInt8](repeating: 0, count: count - 1) + [1]
      for input in [
        Self.call(long, [1], [9]), Self.call([1], long, [9]), Self.call([1], [1], long),
      ] {
        #expect((output(5, input, fork: .osaka) != nil) == (count == 1_024))
        #expect(output(5, input, fork: .prague) != nil)
      }
    }
  }
}
