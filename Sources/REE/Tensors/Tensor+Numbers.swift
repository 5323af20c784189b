extension Tensor {
  /// The elements as float64, complex ones as two each; empty for text.
  ///
  /// For looking at results: large integers lose their low bits.
  public var numbers: [Double] {
    switch elementType {
    case .complex64: complexParts(Float.self)
    case .complex128: complexParts(Double.self)
    default: doubles() ?? []
    }
  }

  public var isFloatingPoint: Bool {
    !(elementType.isInteger || elementType == .bool || elementType == .string)
  }

  private func complexParts<T: Real>(_ type: T.Type) -> [Double] {
    guard case .bytes(let storage) = content else { return [] }
    let parts = Elements<T>(storage, count: count * 2)
    return parts.indices.map { Double(parts[$0]) }
  }
}
