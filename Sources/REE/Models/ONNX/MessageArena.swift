internal import CProtobufC

/// The memory that one message is unpacked into: freed as a whole, and never more than its limit.
///
/// A few bytes of a message can stand for a structure of hundreds, so that a small file could ask
/// for any amount of memory.
@safe
final class MessageArena {
  private static let blockSize = 1 << 16

  private let limit: Int
  private var blocks: [UnsafeMutableRawPointer] = unsafe []
  private var used = 0
  private var next: UnsafeMutableRawPointer?
  private var left = 0
  private(set) var isExhausted = false

  init(limit: Int) {
    self.limit = limit
  }

  deinit {
    unsafe blocks.forEach { unsafe $0.deallocate() }
  }

  private func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
    guard count >= 0, count <= limit else {
      isExhausted = true
      return nil
    }
    let size = (max(count, 1) + 15) & ~15
    if size > left {
      let blockSize = max(size, Self.blockSize)
      guard blockSize <= limit - used else {
        isExhausted = true
        return nil
      }
      used += blockSize
      let block = UnsafeMutableRawPointer.allocate(byteCount: blockSize, alignment: 16)
      unsafe blocks.append(block)
      guard size < Self.blockSize else { return unsafe block }
      unsafe next = unsafe block
      left = blockSize
    }
    defer {
      unsafe next = unsafe next.map { unsafe $0 + size }
      left -= size
    }
    return unsafe next
  }

  /// What protobuf-c allocates with while `body` runs.
  func withAllocator<R>(_ body: (UnsafeMutablePointer<ProtobufCAllocator>) -> R) -> R {
    var allocator = unsafe ProtobufCAllocator(
      alloc: { data, count in
        guard let data = unsafe data else { return nil }
        return unsafe Unmanaged<MessageArena>.fromOpaque(data).takeUnretainedValue().allocate(count)
      },
      free: { _, _ in },
      allocator_data: Unmanaged.passUnretained(self).toOpaque())
    return unsafe withUnsafeMutablePointer(to: &allocator) { unsafe body($0) }
  }
}
