internal import CProtobufC
internal import Primitives

/// The memory that a protobuf-c message points into while it is being written.
@safe
final class MessageMemory {
  private var blocks: [UnsafeMutableRawPointer] = unsafe []

  deinit {
    unsafe blocks.forEach { unsafe $0.deallocate() }
  }

  func binary(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    let block = unsafe allocate(bytes.count, alignment: 1)
    unsafe block.copyMemory(from: bytes, byteCount: bytes.count)
    return unsafe ProtobufCBinaryData(
      len: bytes.count, data: block.assumingMemoryBound(to: UInt8.self))
  }

  func binary(_ digest: Digest) -> ProtobufCBinaryData {
    unsafe binary((0..<Digest.byteCount).map { digest.bytes[$0] })
  }

  func string(_ text: String) -> UnsafeMutablePointer<CChar> {
    unsafe binary(Array(text.utf8) + [0]).data.withMemoryRebound(to: CChar.self, capacity: 1) {
      unsafe $0
    }
  }

  func value<T>(_ value: T) -> UnsafeMutablePointer<T> {
    let block = unsafe allocate(MemoryLayout<T>.size, alignment: MemoryLayout<T>.alignment)
    let pointer = unsafe block.bindMemory(to: T.self, capacity: 1)
    unsafe pointer.initialize(to: value)
    return unsafe pointer
  }

  func array<T>(_ values: [T]) -> UnsafeMutablePointer<T?> {
    let block = unsafe allocate(
      MemoryLayout<T?>.stride * values.count, alignment: MemoryLayout<T?>.alignment)
    let pointer = unsafe block.bindMemory(to: T?.self, capacity: values.count)
    for (index, value) in values.enumerated() { unsafe (pointer + index).initialize(to: value) }
    return unsafe pointer
  }

  private func allocate(_ count: Int, alignment: Int) -> UnsafeMutableRawPointer {
    let block = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: alignment)
    unsafe blocks.append(block)
    return unsafe block
  }
}
