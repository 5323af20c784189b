package import Buffers
package import RPC

/// Reads the body of `application/grpc-web-text`: base64 in chunks that are padded each for itself
/// and arrive cut anywhere.
package struct Base64StreamDecoder: Sendable {
  private var group = Base64.Group(.standard)

  package init() {}

  /// Appends to `output` what the next part of the body stands for.
  package mutating func decode(_ text: RawSpan, into output: inout ByteQueue) throws(RPCError) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.byteCount / 4 * 3 + 3)
    for offset in text.byteOffsets {
      guard group.add(text[offset], to: &bytes) else {
        throw RPCError(.internal, "the body is not base64")
      }
    }
    output.append(bytes)
  }

  /// Says whether the body may end here.
  package func finish() throws(RPCError) {
    guard group.isEmpty else { throw RPCError(.internal, "the body ends inside base64") }
  }
}

extension ByteQueue {
  /// Appends `bytes` as one padded chunk of base64.
  package mutating func appendBase64(_ bytes: RawSpan) {
    append(Base64.encoded(bytes, padded: true))
  }
}
