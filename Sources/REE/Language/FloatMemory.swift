/// A block of binary32 numbers with a fixed address, for kernels.
@safe
final class FloatMemory: @unchecked Sendable {  // Who shares one agrees on who writes.
  let count: Int
  let start: UnsafeMutablePointer<Float>

  /// Zeros.
  init(_ count: Int) {
    self.count = count
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
    unsafe start = unsafe raw.bindMemory(to: Float.self, capacity: max(count, 1))
    unsafe start.initialize(repeating: 0, count: max(count, 1))
  }

  convenience init(_ elements: [Float]) {
    self.init(elements.count)
    for (index, element) in elements.enumerated() { unsafe start[index] = element }
  }

  deinit {
    unsafe start.deallocate()
  }

  subscript(index: Int) -> Float {
    get {
      precondition(0..<count ~= index)
      return unsafe start[index]
    }
    set {
      precondition(0..<count ~= index)
      unsafe start[index] = newValue
    }
  }

  func at(_ offset: Int) -> UnsafeMutablePointer<Float> {
    precondition(0...count ~= offset)
    return unsafe start + offset
  }

  /// Lends a part of the numbers.
  func withSpan<Result>(_ range: Range<Int>, _ body: (Span<Float>) -> Result) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return unsafe body(
      UnsafeBufferPointer(start: start + range.lowerBound, count: range.count).span)
  }
}

/// A block of bytes with a fixed address.
@safe
final class ByteMemory: @unchecked Sendable {  // Written once, by whoever makes it.
  let count: Int
  let start: UnsafeMutableRawPointer

  init(_ count: Int) {
    self.count = count
    unsafe start = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 64)
    unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: max(count, 1))
  }

  deinit {
    unsafe start.deallocate()
  }
}
