import Testing

@testable import ModelFiles

@Suite
struct BlockDecoderTests {
  /// Bytes of a linear congruential generator (Knuth's MMIX constants), scales kept finite.
  static func blocks(_ encoding: TensorEncoding) -> [UInt8] {
    var state: UInt64 = 12_345
    var bytes = (0..<encoding.blockBytes * 8).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(state >> 56)
    }
    let scales: [TensorEncoding: [Int]] = [
      .q4_1: [0, 2], .q5_1: [0, 2], .q4_K: [0, 2], .q5_K: [0, 2], .q6_K: [208],
    ]
    for start in stride(from: 0, to: bytes.count, by: encoding.blockBytes) {
      for offset in scales[encoding] ?? [0] { bytes[start + offset + 1] &= 0xBF }
    }
    return bytes
  }

  // FNV-1a over the elements as PyPI's gguf 0.19.0 (`gguf.quants.dequantize`) decodes them.
  static let expected: [(TensorEncoding, UInt64)] = [
    (.q4_0, 0x5BDC_3614_BACF_2F2E),
    (.q4_1, 0x7F70_1EEF_3300_FBE3),
    (.q5_0, 0x9F7B_7E7E_917A_70D8),
    (.q5_1, 0xC7BC_E60E_4FE1_BF23),
    (.q8_0, 0x94E9_2539_57EE_F77C),
    (.q4_K, 0x963D_ADFE_77A0_9FB3),
    (.q5_K, 0x054C_7F1F_7326_040C),
    (.q6_K, 0xB51F_BEA8_6388_24DF),
  ]

  func decode(
    _ encoding: TensorEncoding, _ bytes: [UInt8]
  ) throws(BlockDecoder.Failure) -> [Float] {
    var elements: [Float] = []
    try BlockDecoder.decode(encoding, bytes.span, into: &elements)
    return elements
  }

  @Test(arguments: expected)
  func `decodes blocks as the gguf package does`(encoding: TensorEncoding, hash: UInt64) throws {
    let elements = try decode(encoding, Self.blocks(encoding))

    #expect(elements.count == 8 * encoding.blockElements)
    let actual = elements.flatMap { element in
      (0..<4).map { UInt8(truncatingIfNeeded: element.bitPattern >> UInt32($0 * 8)) }
    }.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    #expect(actual == hash)
  }

  @Test
  func `widens every binary16 exactly`() {
    for bits in UInt16.min...UInt16.max {
      let expected = Float(Float16(bitPattern: bits))
      let value = FloatFormats.float16(bits)
      if expected.isNaN {
        #expect(value.bitPattern == 0x7FC0_0000)
      } else if value.bitPattern != expected.bitPattern {
        Issue.record("\(bits): \(value), not \(expected)")
      }
    }
  }

  @Test
  func `refuses part of a block, and what it cannot decode`() {
    #expect(throws: BlockDecoder.Failure.length(33, blockBytes: 34)) {
      try decode(.q8_0, [UInt8](repeating: 0, count: 33))
    }
    #expect(throws: BlockDecoder.Failure.encoding(.int64)) {
      try decode(.int64, [UInt8](repeating: 0, count: 8))
    }
  }

  @Test(arguments: TensorEncoding.allCases)
  func `never traps on any bytes`(encoding: TensorEncoding) {
    for byte in [0x00, 0x7F, 0x80, 0xFF] as [UInt8] {
      _ = try? decode(encoding, [UInt8](repeating: byte, count: encoding.blockBytes))
    }
  }
}
