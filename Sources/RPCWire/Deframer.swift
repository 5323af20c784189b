package import Buffers
package import RPC

/// Finds messages in the bytes of a body, however they were cut on the way.
package struct Deframer: Sendable {
  /// The flags that mean something here.
  package var flags: Envelope.Flags
  /// The largest message that is accepted, as it travels.
  package var lengthMax: Int

  package init(_ flags: Envelope.Flags, lengthMax: Int) {
    self.flags = flags
    self.lengthMax = lengthMax
  }

  /// The envelope of the message that is complete at the front of `queue`, or nil while bytes are
  /// missing. The message stays there, behind its envelope, until the caller drops
  /// ``Envelope/totalCount`` bytes.
  package func next(in queue: borrowing ByteQueue) throws(RPCError) -> Envelope? {
    guard queue.count >= Envelope.byteCount else { return nil }
    let envelope = Envelope(front: queue)
    try check(envelope)
    return queue.count >= envelope.totalCount ? envelope : nil
  }

  /// Says whether the body may end here, where `queue` holds what no message took.
  package func finish(_ queue: borrowing ByteQueue) throws(RPCError) {
    guard queue.isEmpty else {
      throw RPCError(.internal, "the body ends inside a message")
    }
  }

  private func check(_ envelope: Envelope) throws(RPCError) {
    guard envelope.flags.rawValue & ~flags.rawValue == 0 else {
      throw RPCError(.internal, "a message has reserved flags: \(envelope.flags.rawValue)")
    }
    guard envelope.length <= lengthMax else {
      throw RPCError(
        .resourceExhausted, "a message has \(envelope.length) bytes, more than \(lengthMax)")
    }
  }
}
