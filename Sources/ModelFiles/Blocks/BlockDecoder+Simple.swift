// Blocks of 32 elements with one scale. The lower halves of the bytes are the first 16 elements.

extension BlockDecoder {
  /// Scale, then 16 bytes of two 4-bit numbers, which count from -8.
  static func decodeQ4_0(_ block: Span<UInt8>, into output: inout [Float]) {
    let scale = block.float16(at: 0)
    for index in 0..<16 { output.append(scale * (Float(block[2 + index] & 15) - 8)) }
    for index in 0..<16 { output.append(scale * (Float(block[2 + index] >> 4) - 8)) }
  }

  /// Scale, minimum, then 16 bytes of two 4-bit numbers.
  static func decodeQ4_1(_ block: Span<UInt8>, into output: inout [Float]) {
    let scale = block.float16(at: 0)
    let minimum = block.float16(at: 2)
    for index in 0..<16 { output.append(scale * Float(block[4 + index] & 15) + minimum) }
    for index in 0..<16 { output.append(scale * Float(block[4 + index] >> 4) + minimum) }
  }

  /// Scale, 32 fifth bits, then 16 bytes of two 4-bit numbers; they count from -16.
  static func decodeQ5_0(_ block: Span<UInt8>, into output: inout [Float]) {
    let scale = block.float16(at: 0)
    let high = block.uint32(at: 2)
    for index in 0..<32 {
      output.append(scale * (Float(fiveBits(block, from: 6, high, index)) - 16))
    }
  }

  /// Scale, minimum, 32 fifth bits, then 16 bytes of two 4-bit numbers.
  static func decodeQ5_1(_ block: Span<UInt8>, into output: inout [Float]) {
    let scale = block.float16(at: 0)
    let minimum = block.float16(at: 2)
    let high = block.uint32(at: 4)
    for index in 0..<32 {
      output.append(scale * Float(fiveBits(block, from: 8, high, index)) + minimum)
    }
  }

  /// Scale, then 32 signed bytes.
  static func decodeQ8_0(_ block: Span<UInt8>, into output: inout [Float]) {
    let scale = block.float16(at: 0)
    for index in 0..<32 { output.append(scale * Float(block.int8(at: 2 + index))) }
  }

  private static func fiveBits(
    _ block: Span<UInt8>, from start: Int, _ high: UInt32, _ index: Int
  ) -> UInt8 {
    let pair = block[start + index % 16]
    let low = index < 16 ? pair & 15 : pair >> 4
    return low | UInt8(high >> UInt32(index) & 1) << 4
  }
}
