extension Tensor {
  public init(floats: [Float], shape: [Int]) throws(TensorError) { try self.init(shape, floats) }

  public init(int64s: [Int64], shape: [Int]) throws(TensorError) { try self.init(shape, int64s) }

  public init(bools: [Bool], shape: [Int]) throws(TensorError) {
    try self.init(shape, bools.map { $0 ? 1 : 0 as UInt8 }, as: .bool)
  }

  /// The elements, if they are float32.
  public var floats: [Float]? {
    elementType == .float32 ? elements(Float.self).array() : nil
  }

  /// The elements, if they are int64.
  public var int64s: [Int64]? {
    elementType == .int64 ? elements(Int64.self).array() : nil
  }

  /// The largest power of two, up to 64, that the elements' address is a multiple of.
  public var storageAlignment: Int {
    guard case .bytes(let storage) = content else { return 1 }
    return 1 << min(unsafe UInt(bitPattern: storage.base).trailingZeroBitCount, 6)
  }
}
