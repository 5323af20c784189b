/// A number of 256 bits that points are multiplied with.
typealias Scalar = Limbs4

extension Scalar {
  /// Digits that are zero or odd and below 2^(width-1) in magnitude, least significant first, of
  /// which no two within `width` are set (the non-adjacent form of that width).
  func nonAdjacentForm(width: Int) -> [Int8] {
    var digits = [Int8](repeating: 0, count: 257)
    let window = UInt64(1) << UInt64(width)
    var carry: UInt64 = 0
    var index = 0
    while index < 257 {
      let value = bits(from: index, count: width) + carry
      guard value & 1 == 1 else {
        index += 1
        continue
      }
      // A carry that meets an even window moves on by itself: value's lowest bit says so.
      let isNegative = value > window / 2
      let digit = value & (window - 1)
      digits[index] = Int8(
        truncatingIfNeeded: isNegative ? Int(digit) - Int(window) : Int(digit))
      carry = isNegative ? 1 : 0
      index += width
    }
    return digits
  }

  /// `count` bits from `index` on, at most 63; there are zeros above.
  func bits(from index: Int, count: Int) -> UInt64 {
    let word = index / 64
    let shift = UInt64(index % 64)
    guard word < Self.count else { return 0 }
    var value = self[word] >> shift
    if shift > 0, word + 1 < Self.count { value |= self[word + 1] << (64 - shift) }
    return value & (1 << UInt64(count) - 1)
  }
}
