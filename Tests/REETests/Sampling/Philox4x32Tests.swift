import Testing

@testable import REE

@Suite
struct Philox4x32Tests {
  // The known answers for philox4x32 with 10 rounds of the Random123 library (kat_vectors).
  static let answers: [([UInt32], UInt64, [UInt32])] = [
    ([0, 0, 0, 0], 0, [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
    (
      [.max, .max, .max, .max], .max, [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]
    ),
    (
      [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344], 0x299F_31D0_A409_3822,
      [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]
    ),
  ]

  @Test(arguments: answers)
  func `gives the published answers`(counter: [UInt32], seed: UInt64, words: [UInt32]) {
    let result = Philox4x32(seed: seed).words((counter[0], counter[1], counter[2], counter[3]))
    #expect([result.0, result.1, result.2, result.3] == words)
  }

  @Test
  func `draws from the upper bits of the first word`() {
    let generator = Philox4x32(seed: 0)
    #expect(generator.uniform(step: 0, node: 0, index: 0) == Float(0x66_27E8) * 0x1p-24)
    let draws = (0..<1_000).map { generator.uniform(step: $0, node: 0, index: 0) }
    #expect(draws.allSatisfy { 0..<1 ~= $0 })
    #expect(abs(draws.reduce(0, +) / 1_000 - 0.5) < 0.05)
  }
}
