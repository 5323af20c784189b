/// The order in which the elements of a row are added: in blocks of 4096, each over 32 lanes that are
/// folded by halves; the sums of the blocks are added from left to right.
enum LaneSum {
  static let blockSize = 4096
  static let laneCount = 32

  /// - Parameter add: Adds element `index` to what a lane has.
  @inline(__always)
  static func sum<T: Real>(_ count: Int, _ add: (T, _ index: Int) -> T) -> T {
    var total: T = 0
    for start in stride(from: 0, to: count, by: blockSize) {
      var lanes = [32 of T](repeating: 0)
      for index in start..<min(start + blockSize, count) {
        let lane = (index - start) % laneCount
        lanes[lane] = add(lanes[lane], index)
      }
      var half = laneCount / 2
      while half > 0 {
        for lane in 0..<half { lanes[lane] = lanes[lane] + lanes[lane + half] }
        half /= 2
      }
      total = start == 0 ? lanes[0] : total + lanes[0]
    }
    return total
  }

  static func sum<T: Real>(_ values: [T]) -> T { sum(values.count) { $0 + values[$1] } }
}

/// The order in which products are added: an fma chain inside blocks of 256, whose sums are added
/// from left to right.
enum BlockSum {
  static let blockSize = 256

  @inline(__always)
  static func dot<T: Number>(_ count: Int, _ a: (Int) -> T, _ b: (Int) -> T) -> T {
    var total = T.zero
    for start in stride(from: 0, to: count, by: blockSize) {
      var sum = T.zero
      for index in start..<min(start + blockSize, count) {
        sum = a(index).timesPlus(b(index), sum)
      }
      total = start == 0 ? sum : total.plus(sum)
    }
    return total
  }
}
