extension Tensor {
  /// Whether type, shape and every bit are the same.
  public func isIdentical(to other: Tensor) -> Bool {
    guard elementType == other.elementType, shape == other.shape else { return false }
    switch (content, other.content) {
    case (.text(let mine), .text(let others)): return mine == others
    case (.bytes(let mine), .bytes(let others)):
      let count = self.count * elementType.sizeBytes
      let (first, second) = unsafe (
        UnsafeRawBufferPointer(start: mine.base, count: count),
        UnsafeRawBufferPointer(start: others.base, count: count)
      )
      return unsafe first.elementsEqual(second)
    default: return false
    }
  }
}

extension Value {
  public func isIdentical(to other: Value) -> Bool {
    switch (self, other) {
    case (.tensor(let mine), .tensor(let others)): mine.isIdentical(to: others)
    case (.sequence(let mine), .sequence(let others)):
      mine.count == others.count && zip(mine, others).allSatisfy { $0.isIdentical(to: $1) }
    case (.optional(nil), .optional(nil)): true
    case (.optional(let mine?), .optional(let others?)): mine.isIdentical(to: others)
    default: false
    }
  }
}
