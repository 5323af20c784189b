internal import Curves
internal import Primitives

/// 0x06 to 0x08: the curve alt_bn128 (EIP-196, EIP-197; prices of EIP-1108 since Istanbul).
extension Contract {
  static func bn254Add(_ input: Span<UInt8>, _ fork: Fork) -> [UInt8]? {
    let input = input.padded(from: 0, count: 2 * BN254.pointByteCount)
    return BN254.add(input.span.extracting(0..<64), input.span.extracting(64..<128))
  }

  static func bn254Multiply(_ input: Span<UInt8>, _ fork: Fork) -> [UInt8]? {
    let input = input.padded(from: 0, count: BN254.pointByteCount + BN254.scalarByteCount)
    return BN254.multiply(
      input.span.extracting(0..<64), by: input.span.extracting(64..<96))
  }

  static func bn254Pairing(_ input: Span<UInt8>, _ fork: Fork) -> [UInt8]? {
    BN254.isProductOne(input).map { [UInt8](repeating: 0, count: 31) + [$0 ? 1 : 0] }
  }

  static func bn254PairingGas(_ input: Span<UInt8>, _ fork: Fork) -> Int64? {
    let pairs = Int64(input.count / BN254.pairByteCount)
    return fork < .istanbul ? 100_000 + 80_000 * pairs : 45_000 + 34_000 * pairs
  }
}
