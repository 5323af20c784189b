extension Span<UInt8> {
  /// The little-endian value at an offset.
  func uint16(at offset: Int) -> UInt16 {
    UInt16(self[offset]) | UInt16(self[offset + 1]) << 8
  }

  func uint32(at offset: Int) -> UInt32 {
    UInt32(uint16(at: offset)) | UInt32(uint16(at: offset + 2)) << 16
  }

  func float16(at offset: Int) -> Float {
    FloatFormats.float16(uint16(at: offset))
  }

  func int8(at offset: Int) -> Int8 {
    Int8(bitPattern: self[offset])
  }
}
