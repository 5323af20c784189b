/// Turns stored elements into binary32: the plain form of each encoding, to compare others with.
///
/// Block layouts are those of ggml (`ggml-common.h`); every product and sum is rounded once, in the
/// order written here.
public enum BlockDecoder {
  /// Why elements cannot be decoded.
  public enum Failure: Error, Hashable, Sendable {
    /// This encoding has no decoder into binary32.
    case encoding(TensorEncoding)
    /// The bytes are no whole number of blocks.
    case length(Int, blockBytes: Int)
  }

  /// Appends the elements that `bytes` holds to `output`.
  public static func decode(
    _ encoding: TensorEncoding, _ bytes: Span<UInt8>, into output: inout [Float]
  ) throws(Failure) {
    let size = encoding.blockBytes
    guard bytes.count.isMultiple(of: size) else {
      throw .length(bytes.count, blockBytes: size)
    }
    output.reserveCapacity(output.count + bytes.count / size * encoding.blockElements)
    for start in stride(from: 0, to: bytes.count, by: size) {
      let block = bytes.extracting(start..<start + size)
      switch encoding {
      case .float32:
        let value = Float(bitPattern: block.uint32(at: 0))
        output.append(value.isNaN ? FloatFormats.canonicalNaN : value)
      case .float16: output.append(block.float16(at: 0))
      case .bfloat16: output.append(FloatFormats.bfloat16(block.uint16(at: 0)))
      case .q4_0: decodeQ4_0(block, into: &output)
      case .q4_1: decodeQ4_1(block, into: &output)
      case .q5_0: decodeQ5_0(block, into: &output)
      case .q5_1: decodeQ5_1(block, into: &output)
      case .q8_0: decodeQ8_0(block, into: &output)
      case .q4_K: decodeQ4_K(block, into: &output)
      case .q5_K: decodeQ5_K(block, into: &output)
      case .q6_K: decodeQ6_K(block, into: &output)
      case .float64, .float8E4M3, .float8E5M2, .int64, .int32, .int16, .int8, .uint64, .uint32,
        .uint16, .uint8, .bool, .q2_K, .q3_K:
        throw .encoding(encoding)
      }
    }
  }
}
