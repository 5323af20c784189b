internal import CKernels
internal import Dispatch

/// The words that tapes work on, at a fixed address.
@safe
final class TapeMemory {
  let wordCount: Int
  /// Notes what is stored and run from now on, where somebody wants to replay it.
  var recorder: TapeRecorder?
  private let start: UnsafeMutableRawPointer

  /// Zeros.
  init(wordCount: Int) {
    self.wordCount = wordCount
    unsafe start = UnsafeMutableRawPointer.allocate(
      byteCount: max(wordCount, 1) * 4, alignment: 64)
    unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: max(wordCount, 1) * 4)
  }

  deinit {
    unsafe start.deallocate()
  }

  /// Lends words as numbers.
  func withFloats<Result>(_ range: Range<Int>, _ body: (Span<Float>) -> Result) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= wordCount)
    let buffer = unsafe UnsafeBufferPointer(
      start: start.assumingMemoryBound(to: Float.self) + range.lowerBound, count: range.count)
    return unsafe body(buffer.span)
  }

  /// Lends words as bytes, little-endian.
  func withBytes<Result>(_ range: Range<Int>, _ body: (Span<UInt8>) -> Result) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= wordCount)
    #if !_endian(little)
      #error("words are stored as little-endian")
    #endif
    let buffer = unsafe UnsafeBufferPointer(
      start: start.assumingMemoryBound(to: UInt8.self) + range.lowerBound * 4,
      count: range.count * 4)
    return unsafe body(buffer.span)
  }

  subscript(float place: Int) -> Float {
    get {
      precondition(0..<wordCount ~= place)
      return unsafe start.load(fromByteOffset: place * 4, as: Float.self)
    }
    set {
      precondition(0..<wordCount ~= place)
      store([newValue], at: place)
    }
  }

  /// Fills words from `place` on with the elements, whose bytes must be whole words.
  func store<Element: BitwiseCopyable>(_ elements: [Element], at place: Int) {
    let byteCount = elements.count * MemoryLayout<Element>.stride
    precondition(place >= 0 && place * 4 + byteCount <= wordCount * 4)
    unsafe elements.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return }
      unsafe (start + place * 4).copyMemory(from: base, byteCount: byteCount)
      unsafe recorder?.store(unsafe source, at: place)
    }
  }

  /// Fills words from `place` on with bytes.
  func store(_ bytes: Span<UInt8>, at place: Int) {
    precondition(place >= 0 && place * 4 + bytes.count <= wordCount * 4)
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      unsafe (start + place * 4).copyMemory(from: base, byteCount: source.count)
      unsafe recorder?.store(UnsafeRawBufferPointer(source), at: place)
    }
  }

  /// Runs a tape with so many threads, which changes no bit.
  func run(_ tape: Tape, threadCount: Int) {
    precondition(tape.wordCount <= wordCount)
    recorder?.run(tape)
    unsafe tape.operations.withUnsafeBufferPointer { operations in
      guard threadCount > 1 else {
        unsafe ree_tape_run(operations.baseAddress, operations.count, start)
        return
      }
      let state = UnsafeMutablePointer<UInt32>.allocate(capacity: 2 * operations.count + 1)
      unsafe state.initialize(repeating: 0, count: 2 * operations.count + 1)
      // All calls are over when `concurrentPerform` returns.
      nonisolated(unsafe) let shared = unsafe (operations, start, state)
      DispatchQueue.concurrentPerform(iterations: threadCount) { _ in
        unsafe ree_tape_work(shared.0.baseAddress, shared.0.count, shared.1, shared.2)
      }
      unsafe state.deallocate()
    }
  }
}
