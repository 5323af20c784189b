internal import Curves
internal import Primitives

/// One precompiled contract: where it is, since when, what it costs and what it does.
struct Contract: Sendable {
  let address: UInt16
  let since: Fork
  /// The gas for an input; nil if no amount would do. It allocates nothing and reads no more than
  /// the input's head, since it runs before the caller has paid.
  let gas: @Sendable (Span<UInt8>, Fork) -> Int64?
  /// The output; nil if the input is refused. It runs only once the gas is paid.
  let run: @Sendable (Span<UInt8>, Fork) -> [UInt8]?

  /// All of them by ascending address: 1 up to ``consecutiveCount`` without a gap, then the rest.
  static let table: [Contract] = [
    Contract(0x01, since: .frontier, gas: { _, _ in 3_000 }, run: recoverAddress),
    Contract(0x02, since: .frontier, gas: perWord(base: 60, word: 12), run: sha256),
    Contract(0x03, since: .frontier, gas: perWord(base: 600, word: 120), run: ripemd160),
    Contract(0x04, since: .frontier, gas: perWord(base: 15, word: 3), run: identity),
    Contract(0x05, since: .byzantium, gas: ModularPower.gas, run: ModularPower.run),
    Contract(
      0x06, since: .byzantium, gas: { $1 < .istanbul ? 500 : 150 }, run: bn254Add),
    Contract(
      0x07, since: .byzantium, gas: { $1 < .istanbul ? 40_000 : 6_000 }, run: bn254Multiply),
    Contract(0x08, since: .byzantium, gas: bn254PairingGas, run: bn254Pairing),
    Contract(0x09, since: .istanbul, gas: BLAKE2Compression.gas, run: BLAKE2Compression.run),
    Contract(0x0a, since: .cancun, gas: { _, _ in 50_000 }, run: pointEvaluation),
    Contract(
      0x0b, since: .prague, gas: { _, _ in 375 }, run: { input, _ in BLS12381.addG1(input) }),
    Contract(
      0x0c, since: .prague, gas: multiplyG1Gas, run: { input, _ in BLS12381.multiplyG1(input) }),
    Contract(
      0x0d, since: .prague, gas: { _, _ in 600 }, run: { input, _ in BLS12381.addG2(input) }),
    Contract(
      0x0e, since: .prague, gas: multiplyG2Gas, run: { input, _ in BLS12381.multiplyG2(input) }),
    Contract(0x0f, since: .prague, gas: bls12381PairingGas, run: bls12381IsProductOne),
    Contract(
      0x10, since: .prague, gas: { _, _ in 5_500 }, run: { input, _ in BLS12381.mapToG1(input) }),
    Contract(
      0x11, since: .prague, gas: { _, _ in 23_800 }, run: { input, _ in BLS12381.mapToG2(input) }),
    Contract(0x0100, since: .osaka, gas: { _, _ in 6_900 }, run: P256.verify),
  ]

  static let consecutiveCount = 0x11

  static func index(of address: UInt16) -> Int? {
    switch Int(address) {
    case 1...consecutiveCount: Int(address) - 1
    case 0x0100: consecutiveCount
    default: nil
    }
  }

  private init(
    _ address: UInt16, since: Fork, gas: @escaping @Sendable (Span<UInt8>, Fork) -> Int64?,
    run: @escaping @Sendable (Span<UInt8>, Fork) -> [UInt8]?
  ) {
    self.address = address
    self.since = since
    self.gas = gas
    self.run = run
  }

  /// A price that grows with the input's 32-byte words.
  private static func perWord(base: Int64, word: Int64) -> @Sendable (Span<UInt8>, Fork) -> Int64? {
    { input, _ in
      let words = Int64(input.count / 32 + (input.count % 32 == 0 ? 0 : 1))
      let (product, overflow) = words.multipliedReportingOverflow(by: word)
      return overflow ? nil : product.addingReportingOverflow(base).partialValue
    }
  }

  static func identity(_ input: Span<UInt8>, _ fork: Fork) -> [UInt8]? {
    input.array()
  }
}
