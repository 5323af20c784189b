extension Tensor {
  /// The same elements with every NaN as the one canonical NaN, since payloads differ between
  /// machines. Shares the storage if there is nothing to change.
  func withCanonicalNaNs() -> Tensor {
    switch elementType {
    case .float32:
      Self.canonical(self, UInt32.self, 0x7fc0_0000) { $0 & 0x7fff_ffff > 0x7f80_0000 }
    case .float64:
      Self.canonical(self, UInt64.self, 0x7ff8_0000_0000_0000) {
        $0 & 0x7fff_ffff_ffff_ffff > 0x7ff0_0000_0000_0000
      }
    case .float16: Self.canonical(self, UInt16.self, 0x7e00) { $0 & 0x7fff > 0x7c00 }
    case .bfloat16: Self.canonical(self, UInt16.self, 0x7fc0) { $0 & 0x7fff > 0x7f80 }
    default: self
    }
  }

  @inline(__always)
  private static func canonical<T: Element & Equatable>(
    _ tensor: Tensor, _ type: T.Type, _ nan: T, _ isNaN: (T) -> Bool
  ) -> Tensor {
    let x = tensor.elements(type)
    var first = 0
    while first < x.count, !(isNaN(x[first]) && x[first] != nan) { first += 1 }
    guard first < x.count,
      let y = try? TensorBuilder<T>(tensor.shape, as: tensor.elementType)
    else { return tensor }
    for index in x.indices { y[index] = isNaN(x[index]) ? nan : x[index] }
    return y.tensor
  }
}
