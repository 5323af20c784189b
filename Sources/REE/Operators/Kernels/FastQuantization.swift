internal import CKernels

extension Call {
  /// The range by kernels, then each element by the definition's arithmetic.
  func fastDynamicQuantization() throws -> [Value?]? {
    let x = try tensor(0)
    guard x.elementType == .float32, x.count > 0 else { return nil }
    let result = try makeUnwritten(UInt8.self, x.shape)
    var (low, high) = (Float.zero, Float.zero)
    let count = x.count
    unsafe x.elements(Float.self).withPointer { source in
      unsafe ree_min_rows(source, 1, count, &low)
      unsafe ree_max_rows(source, 1, count, &high)
    }
    // A NaN, and infinities, go the definition's way.
    guard low.isFinite, high.isFinite else { return nil }
    (low, high) = (Swift.min(low, 0), Swift.max(high, 0))
    let scale = (high - low) / 255
    guard scale > 0, scale.isFinite else { return nil }
    let zero = Swift.min(Swift.max((0 - low / scale).rounded(.toNearestOrEven), 0), 255)
    unsafe x.elements(Float.self).withPointer { source in
      unsafe result.withPointer { target in
        for index in 0..<count {
          let step = (unsafe source[index] / scale).rounded(.toNearestOrEven) + zero
          unsafe target[index] = UInt8(Swift.min(Swift.max(step, 0), 255))
        }
      }
    }
    return [
      .tensor(result.tensor), .tensor(try make([], [scale])),
      .tensor(try make([], [UInt8(zero)])),
    ]
  }
}
