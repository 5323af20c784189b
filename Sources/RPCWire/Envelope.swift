package import Buffers
package import RPC

/// The five bytes in front of every message: one flag byte and a big-endian length.
package struct Envelope: Hashable, Sendable {
  package static let byteCount = 5

  package struct Flags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    package static var none: Flags { Flags(rawValue: 0) }
    package static var compressed: Flags { Flags(rawValue: 0x01) }
    /// Connect: what follows is the end of the stream, as JSON.
    package static var endStream: Flags { Flags(rawValue: 0x02) }
    /// gRPC-Web: what follows are trailer fields.
    package static var trailers: Flags { Flags(rawValue: 0x80) }
  }

  package var flags: Flags
  /// The number of bytes that follow.
  package var length: Int

  package init(_ flags: Flags, length: Int) {
    self.flags = flags
    self.length = length
  }

  /// The size of the message with its envelope.
  package var totalCount: Int { Self.byteCount + length }
}

extension Envelope {
  /// How the message is to be decompressed, where the call says that it uses `declared`.
  package func compression(declared: Compression) throws(RPCError) -> Compression {
    guard flags.contains(.compressed) else { return .identity }
    guard declared != .identity else {
      throw RPCError(.internal, "a message is compressed, but the call names no compression")
    }
    return declared
  }

  /// Reads the envelope at the front; the caller knows that there are five bytes.
  init(front queue: borrowing ByteQueue) {
    flags = Flags(rawValue: queue[0])
    length = Int(queue[1]) << 24 | Int(queue[2]) << 16 | Int(queue[3]) << 8 | Int(queue[4])
  }

  /// Overwrites the five bytes at `offset`.
  func store(in queue: inout ByteQueue, at offset: Int) {
    queue[offset] = flags.rawValue
    queue[offset + 1] = UInt8(truncatingIfNeeded: length >> 24)
    queue[offset + 2] = UInt8(truncatingIfNeeded: length >> 16)
    queue[offset + 3] = UInt8(truncatingIfNeeded: length >> 8)
    queue[offset + 4] = UInt8(truncatingIfNeeded: length)
  }
}

extension ByteQueue {
  /// Appends an envelope and the message that `encode` appends. When `encode` throws, or the
  /// message is too long for an envelope, nothing is appended.
  package mutating func appendMessage(
    _ flags: Envelope.Flags = .none, _ encode: (inout ByteQueue) throws -> Void
  ) throws {
    let start = count
    // Whatever these bytes are, the envelope takes their place.
    unsafe append(count: Envelope.byteCount) { _ in }
    do {
      try encode(&self)
      let envelope = Envelope(flags, length: count - start - Envelope.byteCount)
      guard envelope.length <= UInt32.max else {
        throw RPCError(.resourceExhausted, "a message is larger than 4 GiB")
      }
      envelope.store(in: &self, at: start)
    } catch {
      truncate(to: start)
      throw error
    }
  }
}
