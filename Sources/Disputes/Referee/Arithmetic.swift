/// The numbers of binary32 as a referee computes them: on bit patterns, each operation rounded once,
/// every NaN as 0x7FC00000. What the chain's FMA_CHAIN does.
public enum Arithmetic {
  static let one: UInt32 = 0x3F80_0000
  static let minusOne: UInt32 = 0xBF80_0000
  static let minusZero: UInt32 = 0x8000_0000
  static let notANumber: UInt32 = 0x7FC0_0000
  /// The multiply-adds of one block of a dot product.
  public static let blockLength = 256

  /// The chain of fused multiply-adds over two rows, in ascending order.
  public static func chain(from start: UInt32, _ a: [UInt32], _ b: [UInt32]) -> UInt32 {
    var sum = Float(bitPattern: start)
    for (x, y) in zip(a, b) {
      sum.addProduct(Float(bitPattern: x), Float(bitPattern: y))
    }
    return sum.isNaN ? notANumber : sum.bitPattern
  }

  /// The sum of the blocks of a dot product, from left to right; of none, +0.
  public static func fold(_ sums: [UInt32]) -> UInt32 {
    guard let first = sums.first else { return 0 }
    return sums.dropFirst().reduce(first) { chain(from: $0, [$1], [one]) }
  }

  static func words(_ bytes: some Collection<UInt8>) -> [UInt32] {
    var words: [UInt32] = []
    var word: UInt32 = 0
    for (index, byte) in bytes.enumerated() {
      word |= UInt32(byte) << UInt32(index % 4 * 8)
      guard index % 4 == 3 else { continue }
      words.append(word)
      word = 0
    }
    return words
  }

  static func bytes(_ word: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32($0 * 8)) }
  }
}
