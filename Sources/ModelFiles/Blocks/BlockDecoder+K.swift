// Blocks of 256 elements in parts that have scales of their own, which share a scale.

extension BlockDecoder {
  /// Two scales, twelve bytes of 6-bit scales and minimums of eight parts, 128 bytes of pairs.
  static func decodeQ4_K(_ block: Span<UInt8>, into output: inout [Float]) {
    let scale = block.float16(at: 0)
    let minimumScale = block.float16(at: 2)
    for part in 0..<8 {
      let (factor, minimum) = sixBits(block, from: 4, part)
      let partScale = scale * Float(factor)
      let partMinimum = minimumScale * Float(minimum)
      let shift = UInt8(part % 2 * 4)
      for index in 0..<32 {
        let number = block[16 + part / 2 * 32 + index] >> shift & 15
        output.append(partScale * Float(number) - partMinimum)
      }
    }
  }

  /// As Q4_K, with 32 bytes of fifth bits before the pairs: bit p of byte i is part p's.
  static func decodeQ5_K(_ block: Span<UInt8>, into output: inout [Float]) {
    let scale = block.float16(at: 0)
    let minimumScale = block.float16(at: 2)
    for part in 0..<8 {
      let (factor, minimum) = sixBits(block, from: 4, part)
      let partScale = scale * Float(factor)
      let partMinimum = minimumScale * Float(minimum)
      let shift = UInt8(part % 2 * 4)
      for index in 0..<32 {
        let low = block[48 + part / 2 * 32 + index] >> shift & 15
        let high = block[16 + index] >> UInt8(part) & 1
        output.append(partScale * Float(low | high << 4) - partMinimum)
      }
    }
  }

  /// 128 bytes of lower halves, 64 bytes of upper pairs of bits, 16 signed scales, then the scale.
  /// Numbers count from -32.
  static func decodeQ6_K(_ block: Span<UInt8>, into output: inout [Float]) {
    let scale = block.float16(at: 208)
    for position in 0..<256 {
      let half = position / 128
      let row = position % 128 / 32
      let column = position % 32
      let low = block[half * 64 + row % 2 * 32 + column] >> UInt8(row / 2 * 4) & 15
      let high = block[128 + half * 32 + column] >> UInt8(row * 2) & 3
      let factor = block.int8(at: 192 + position / 16)
      output.append(scale * Float(factor) * (Float(low | high << 4) - 32))
    }
  }

  /// The 6-bit scale and minimum of a part, packed in twelve bytes.
  private static func sixBits(
    _ block: Span<UInt8>, from start: Int, _ part: Int
  ) -> (scale: UInt8, minimum: UInt8) {
    guard part >= 4 else { return (block[start + part] & 63, block[start + part + 4] & 63) }
    let low = block[start + part + 4]
    return (
      low & 15 | (block[start + part - 4] >> 6) << 4,
      low >> 4 | (block[start + part] >> 6) << 4
    )
  }
}
