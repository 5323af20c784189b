package import Buffers
internal import CSystem
package import SwiftProtobuf

/// How messages become bytes.
public enum Codec: String, Hashable, Sendable, CaseIterable {
  /// The Protocol Buffers wire format.
  case proto
  /// The proto3 JSON mapping.
  case json
}

extension Codec {
  /// Reads a message, or says in an ``RPCError`` why the bytes are none.
  package func decode<M: Message>(_ type: M.Type, from bytes: RawSpan) throws(RPCError) -> M {
    var message = M()
    try decode(bytes, into: &message)
    return message
  }

  /// Reads a message into an empty one.
  package func decode<M: Message>(_ bytes: RawSpan, into message: inout M) throws(RPCError) {
    do {
      switch self {
      case .proto: try message.merge(serializedBytes: bytes)
      case .json:
        message = try M(
          jsonUTF8Bytes: unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) })
      }
    } catch {
      // A message that does not parse is INTERNAL in gRPC (doc/statuscodes.md).
      throw RPCError(.internal, "the message is not a valid \(M.protoMessageName): \(error)")
    }
  }

  /// Appends a message's bytes to `output`, without a copy in between.
  package func encode<M: Message>(_ message: M, into output: inout ByteQueue) throws(RPCError) {
    do {
      switch self {
      case .proto:
        try unsafe withUnsafeMutablePointer(to: &output) { queue in
          unsafe csystem_set_encode_target(queue)
          let _: QueueBytes = try message.serializedBytes()
        }
      case .json:
        let bytes: [UInt8] = try message.jsonUTF8Bytes()
        output.append(bytes)
      }
    } catch {
      throw RPCError(.internal, "the message cannot be encoded: \(error)")
    }
  }

  package func encode<M: Message>(_ message: M) throws(RPCError) -> [UInt8] {
    do {
      return switch self {
      case .proto: try message.serializedBytes()
      case .json: try message.jsonUTF8Bytes()
      }
    } catch {
      throw RPCError(.internal, "the message cannot be encoded: \(error)")
    }
  }
}

/// Bytes that SwiftProtobuf believes it allocated, but that lie at the end of the thread's target
/// queue: it asks for exactly as many as it will write.
@safe
private struct QueueBytes: SwiftProtobufContiguousBytes {
  private let start: UnsafeMutableRawPointer?
  let count: Int

  init(repeating: UInt8, count: Int) {
    var start: UnsafeMutableRawPointer?
    if let target = unsafe csystem_encode_target() {
      let queue = unsafe target.assumingMemoryBound(to: ByteQueue.self)
      unsafe queue.pointee.append(count: count) { unsafe start = $0.baseAddress }
    }
    // SwiftProtobuf unwraps the address even of no bytes at all; this one is never written to.
    unsafe self.start = start ?? UnsafeMutableRawPointer(bitPattern: 1)
    self.count = count
  }

  init<S: Sequence>(_ sequence: S) where S.Element == UInt8 {
    let bytes = [UInt8](sequence)
    self.init(repeating: 0, count: bytes.count)
    unsafe withUnsafeMutableBytes { unsafe $0.copyBytes(from: bytes) }
  }

  func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try unsafe body(UnsafeRawBufferPointer(start: start, count: count))
  }

  mutating func withUnsafeMutableBytes<R>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> R
  ) rethrows -> R {
    try unsafe body(UnsafeMutableRawBufferPointer(start: start, count: count))
  }
}
