internal import Primitives

/// A part of memory, in bytes.
struct MemoryRange {
  let start: Int
  let count: Int

  @inline(__always)
  var end: Int { start &+ count }
}

extension Interpreter {
  /// A range from two words; nil where no memory reaches. Nothing at any place is nothing at all,
  /// unless `always` asks for the place.
  @inline(__always)
  static func range(_ offset: U256, _ count: U256, always: Bool = false) -> MemoryRange? {
    let length = count.clamped
    if length == 0 && !always { return MemoryRange(start: 0, count: 0) }
    let start = offset.clamped
    guard length <= UInt64(Arena.memoryMax), start <= UInt64(Arena.memoryMax) else { return nil }
    return MemoryRange(
      start: Int(truncatingIfNeeded: start), count: Int(truncatingIfNeeded: length))
  }

  /// Makes memory reach to `end`; false when the gas does not.
  @inline(__always)
  static func reach(
    _ end: Int, _ memory: MemoryPlace, _ memorySize: inout Int, _ gas: inout Int64
  ) -> Bool {
    if end <= memorySize { return true }
    gas = expand(memory, from: memorySize, to: end, gas)
    if gas < 0 { return false }
    memorySize = (end &+ 31) & ~31
    return true
  }

  /// Zeroes the new part of memory; returns what gas is left, negative when it is not enough.
  @inline(never)
  private static func expand(
    _ memory: MemoryPlace, from size: Int, to end: Int, _ gas: Int64
  ) -> Int64 {
    let words = (end &+ 31) &>> 5
    let left = gas &- (expansionCost(words) &- expansionCost(size &>> 5))
    guard left >= 0, memory.hasRoom(for: words &* 32) else { return -1 }
    memory.zero(from: size, to: words &* 32)
    return left
  }

  /// Of a memory of some words (Yellow Paper, equation 328).
  private static func expansionCost(_ words: Int) -> Int64 {
    Int64(3 &* words &+ words &* words / 512)
  }

  @inline(__always)
  static func charge(_ price: Int64, words count: Int, _ gas: inout Int64) -> Bool {
    gas &-= price &* Int64((count &+ 31) &>> 5)
    return gas >= 0
  }

  @inline(__always)
  static func charge(_ price: Int64, bytes count: Int, _ gas: inout Int64) -> Bool {
    gas &-= price &* Int64(count)
    return gas >= 0
  }

  /// Copies into memory; false when the gas does not reach.
  @inline(__always)
  static func copy(
    _ source: ByteRange, from offset: U256, to target: U256, _ length: U256,
    _ memory: MemoryPlace, _ memorySize: inout Int, _ gas: inout Int64
  ) -> Bool {
    guard let range = range(target, length), reach(range.end, memory, &memorySize, &gas),
      charge(Schedule.copyWord, words: range.count, &gas)
    else { return false }
    let start = Int(truncatingIfNeeded: min(offset.clamped, UInt64(source.count)))
    memory.copy(from: source, at: start, to: range.start, range.count)
    return true
  }

  @inline(__always)
  static func isDestination(_ target: UInt64, _ jumps: UnsafePointer<UInt8>) -> Bool {
    let byte = unsafe jumps[Int(truncatingIfNeeded: target &>> 3)]
    return byte &>> UInt8(truncatingIfNeeded: target & 7) & 1 == 1
  }
}
