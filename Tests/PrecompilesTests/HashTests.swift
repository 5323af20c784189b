import Precompiles
import Primitives
import Testing

@Suite
struct HashTests {
  @Test
  func `sha256 of abc`() {
    // FIPS 180-2, appendix B.1.
    #expect(
      output(2, Array("abc".utf8)).map { Hex.encode($0) }
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      output(2, []).map { Hex.encode($0) }
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test
  func `ripemd160 of abc stands at the end of a word`() {
    // The function's authors publish it.
    #expect(
      output(3, Array("abc".utf8)).map { Hex.encode($0) }
        == String(repeating: "0", count: 24) + "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc")
  }

  @Test(arguments: [0, 1, 31, 32, 33, 1_000])
  func `identity gives back what it got`(count: Int) {
    let input = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    #expect(output(4, input) == input)
  }

  @Test
  func `every started word costs`() {
    for (count, words) in [(0, 0), (1, 1), (32, 1), (33, 2)] as [(Int, Int64)] {
      let input = [UInt8](repeating: 0, count: count)
      #expect(gasUsed(2, input, fork: .frontier) == 60 + 12 * words)
      #expect(gasUsed(3, input, fork: .frontier) == 600 + 120 * words)
      #expect(gasUsed(4, input, fork: .frontier) == 15 + 3 * words)
    }
  }

  @Test
  func `takes exactly the gas it costs`() {
    let input: [UInt8] = [1]
    #expect(Precompiles.run(address: 4, input: input.span, gas: 17, fork: .osaka) == .failure)
    #expect(
      Precompiles.run(address: 4, input: input.span, gas: 18, fork: .osaka)
        == .success(gasUsed: 18, output: [1]))
    #expect(Precompiles.run(address: 4, input: input.span, gas: -1, fork: .osaka) == .failure)
  }
}

@Suite
struct BLAKE2CompressionTests {
  /// BLAKE2b-512 of "abc" (RFC 7693 appendix A) as EIP-152 frames it.
  static func abc(rounds: UInt8, flag: UInt8) -> [UInt8] {
    let iv: [UInt64] = [
      0x6a09_e667_f3bc_c908 ^ 0x0101_0040, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b,
      0xa54f_f53a_5f1d_36f1, 0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f,
      0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
    ]
    let h = iv.flatMap { lane in (0..<8).map { UInt8(truncatingIfNeeded: lane >> (8 * $0)) } }
    let m = Array("abc".utf8) + [UInt8](repeating: 0, count: 125)
    return [0, 0, 0, rounds] + h + m + [3] + [UInt8](repeating: 0, count: 15) + [flag]
  }

  @Test
  func `twelve rounds hash abc`() {
    #expect(
      output(9, Self.abc(rounds: 12, flag: 1)).map { Hex.encode($0) }
        == "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
        + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923")
    #expect(gasUsed(9, Self.abc(rounds: 12, flag: 1), fork: .istanbul) == 12)
  }

  @Test
  func `no rounds cost nothing`() {
    #expect(gasUsed(9, Self.abc(rounds: 0, flag: 0), fork: .istanbul) == 0)
    #expect(output(9, Self.abc(rounds: 0, flag: 0))?.count == 64)
  }

  @Test
  func `refuses another length and another flag`() {
    #expect(output(9, []) == nil)
    #expect(output(9, Self.abc(rounds: 1, flag: 1) + [0]) == nil)
    #expect(output(9, Array(Self.abc(rounds: 1, flag: 1).dropLast())) == nil)
    #expect(output(9, Self.abc(rounds: 1, flag: 2)) == nil)
  }

  @Test
  func `four billion rounds are refused before they start`() {
    var input = Self.abc(rounds: 255, flag: 1)
    input.replaceSubrange(0..<3, with: [255, 255, 255])
    #expect(
      Precompiles.run(address: 9, input: input.span, gas: 30_000_000, fork: .osaka) == .failure)
  }
}
