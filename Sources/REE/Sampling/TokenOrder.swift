/// Sorts tokens by logit, the greatest first, equals by number.
///
/// Three passes over 11 bits each: a vocabulary of fifty thousand in a fraction of a millisecond.
enum TokenOrder {
  /// Fills `order` with keys; ``token(_:)`` tells their tokens.
  static func sort(_ logits: [Float], into order: inout [UInt64]) {
    order.removeAll(keepingCapacity: true)
    order.reserveCapacity(logits.count)
    for (token, logit) in logits.enumerated() {
      order.append(UInt64(key(logit)) << 32 | UInt64(UInt32(truncatingIfNeeded: token)))
    }
    var other = [UInt64](repeating: 0, count: order.count)
    for shift: UInt64 in [32, 43, 54] {
      var starts = [Int](repeating: 0, count: 2049)
      for entry in order { starts[Int(entry >> shift & 2047) + 1] += 1 }
      for digit in 1..<2049 { starts[digit] += starts[digit - 1] }
      for entry in order {
        let digit = Int(entry >> shift & 2047)
        other[starts[digit]] = entry
        starts[digit] += 1
      }
      swap(&order, &other)
    }
  }

  static func token(_ entry: UInt64) -> Int {
    Int(entry & 0xFFFF_FFFF)
  }

  /// A number that falls when the logit rises. Both zeros have one.
  private static func key(_ logit: Float) -> UInt32 {
    let bits = (logit == 0 ? 0 : logit).bitPattern
    return bits >> 31 == 0 ? 0x7FFF_FFFF - bits : bits
  }
}
