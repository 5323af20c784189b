internal import Curves
internal import Primitives

extension Contract {
  /// 0x0a: whether a blob's polynomial has a value at a point (EIP-4844).
  ///
  /// Input: versioned hash, z and y of 32 bytes each, commitment and proof of 48.
  static func pointEvaluation(_ input: Span<UInt8>, _ fork: Fork) -> [UInt8]? {
    guard input.count == 192 else { return nil }
    let commitment = input.extracting(96..<144)
    guard let hash = sha256(commitment, fork), input[0] == 1,
      (1..<32).allSatisfy({ input[$0] == hash[$0] }),
      PointEvaluation.verifies(
        commitment: commitment, z: input.extracting(32..<64), y: input.extracting(64..<96),
        proof: input.extracting(144..<192)) == true
    else { return nil }
    let count = PointEvaluation.fieldElementsPerBlob.bigEndian
    let tail = unsafe withUnsafeBytes(of: count) { unsafe [UInt8]($0) }
    return [UInt8](repeating: 0, count: 24) + tail + PointEvaluation.modulus
  }
}
