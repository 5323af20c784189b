extension BLS12381 {
  /// Reads a compressed point of G1's subgroup: x in 48 big-endian bytes whose top three bits say
  /// that it is compressed, infinite, and which y is meant (the ZCash serialisation, which
  /// EIP-4844 takes over); nil for anything else.
  static func decompress(_ bytes: Span<UInt8>) -> Affine<G1>? {
    guard bytes.count == PointEvaluation.pointByteCount else { return nil }
    let flags = bytes[0] >> 5
    guard flags & 0b100 != 0 else { return nil }
    if flags & 0b010 != 0 {
      let isCanonical = bytes[0] == 0xc0 && bytes.indices.dropFirst().allSatisfy { bytes[$0] == 0 }
      return isCanonical ? .infinity : nil
    }
    var number = Limbs6(bigEndian: bytes)
    number[5] &= 1 << 61 - 1
    guard number < modulus else { return nil }
    let x = Fp<Self>(number)
    guard let root = (x.squared() * x + G1.b).squareRoot() else { return nil }
    let isLarger = root.number >= (-root).number
    let point = Affine<G1>(x, isLarger == (flags & 0b001 != 0) ? root : -root)
    return isInSubgroup(point) ? point : nil
  }
}
