internal import Sodium

extension DisputeContract {
  /// The accumulator, then two equally long rows of binary32, all little-endian.
  static func chain(_ input: Span<UInt8>) -> [UInt8]? {
    let (count, rest) = max(input.count - 4, 0).quotientAndRemainder(dividingBy: 8)
    guard rest == 0, (1...DisputeContracts.chainMax).contains(count) else { return nil }
    var accumulator = input.float(at: 0)
    for index in 0..<count {
      // IEEE 754's fusedMultiplyAdd, by the processor's instruction or by integers.
      accumulator.addProduct(
        input.float(at: 4 + 4 * index), input.float(at: 4 + 4 * (count + index)))
      if accumulator.isNaN { break }
    }
    let bits: UInt32 = accumulator.isNaN ? 0x7FC0_0000 : accumulator.bitPattern
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: bits >> UInt32(8 * $0)) }
    return bytes + [UInt8](repeating: 0, count: 28)
  }

  /// Key, signature and message (RFC 8032, section 5.1.7).
  static func verify(_ input: Span<UInt8>) -> [UInt8]? {
    guard input.count >= 96,
      let key = Ed25519.PublicKey(input.extracting(0..<32).array()),
      let signature = Ed25519.Signature(input.extracting(32..<96).array()),
      key.verifies(signature, of: input.extracting(96..<input.count))
    else { return nil }
    return [UInt8](repeating: 0, count: 31) + [1]
  }
}

extension Span<UInt8> {
  fileprivate func float(at offset: Int) -> Float {
    Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(self[offset + $1]) << UInt32(8 * $1) })
  }
}
