internal import CKernels

/// The correctly rounded functions of CKernels on arrays.
enum ElementaryFunctions {
  static func exp(_ x: [Float]) -> [Float] { unsafe map(x, ree_exp) }
  static func sin(_ x: [Float]) -> [Float] { unsafe map(x, ree_sin) }
  static func cos(_ x: [Float]) -> [Float] { unsafe map(x, ree_cos) }

  /// Powers of one base, by the written sequence of `ree_pow`.
  static func powers(_ base: Float, _ exponents: [Float]) -> [Float] {
    let bases = [Float](repeating: base, count: exponents.count)
    return unsafe [Float](unsafeUninitializedCapacity: exponents.count) { buffer, count in
      guard let target = buffer.baseAddress else { return }
      unsafe ree_pow(bases, exponents, 1, target, exponents.count)
      count = exponents.count
    }
  }

  private static func map(
    _ x: [Float], _ function: (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void
  ) -> [Float] {
    unsafe [Float](unsafeUninitializedCapacity: x.count) { buffer, count in
      unsafe function(x, buffer.baseAddress, x.count)
      count = x.count
    }
  }
}
