/// The memory of a tensor: aligned to 64 bytes, so that kernels may use whole cache lines.
///
/// Whoever makes it fills it; afterwards it only is read.
@safe
final class TensorStorage: @unchecked Sendable {
  static let alignment = 64

  let base: UnsafeMutableRawPointer
  let byteCount: Int
  private let budget: MemoryBudget?

  init(byteCount: Int, budget: MemoryBudget?) throws(TensorError) {
    try budget?.take(byteCount)
    self.byteCount = byteCount
    self.budget = budget
    unsafe base = UnsafeMutableRawPointer.allocate(
      byteCount: max(byteCount, 1), alignment: Self.alignment)
  }

  deinit {
    unsafe base.deallocate()
    budget?.giveBack(byteCount)
  }

  func zero() {
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }
}
