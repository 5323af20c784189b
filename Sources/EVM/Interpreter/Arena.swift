internal import Glibc
internal import Primitives

/// The stacks and memories of all frames, in two pieces of address space that never move. The system
/// gives pages when they are touched, so that an arena is best kept from block to block. One executor
/// uses it at a time.
@safe
public final class Arena {
  /// The memory of all open frames, bytes. Expanding to it would cost 2^45 gas.
  static let memoryMax = 1 << 32
  /// Words that an instruction may push before the check.
  private static let slack = 64
  private static let stackBytes =
    (Interpreter.depthMax + 2) * (Interpreter.stackMax + slack) * MemoryLayout<U256>.stride
  /// Memory past this goes back to the system after a transaction.
  private static let keptBytes = 16 << 20
  /// A transaction that used less gas has not reached past ``keptBytes``.
  private static let keptGas: UInt64 = 536_870_912

  let memory: UnsafeMutableRawPointer
  let stack: UnsafeMutablePointer<U256>

  public init() {
    unsafe memory = Self.map(Self.memoryMax)
    unsafe stack = Self.map(Self.stackBytes).bindMemory(
      to: U256.self, capacity: Self.stackBytes / MemoryLayout<U256>.stride)
  }

  deinit {
    unsafe munmap(memory, Self.memoryMax)
    unsafe munmap(stack, Self.stackBytes)
  }

  /// Gives memory back after a transaction that may have taken much.
  func trim(afterGas gas: UInt64) {
    guard gas >= Self.keptGas else { return }
    unsafe madvise(
      memory + Self.keptBytes, Self.memoryMax - Self.keptBytes, MADV_DONTNEED)
  }

  /// The address where no memory may go.
  var end: UnsafeMutableRawPointer { unsafe memory + Self.memoryMax }

  private static func map(_ count: Int) -> UnsafeMutableRawPointer {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard
      let address = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, flags, -1, 0),
      unsafe address != MAP_FAILED
    else { fatalError("out of address space") }
    return unsafe address
  }
}
