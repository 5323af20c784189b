package import Buffers
package import RPC

/// Restores messages that a peer made smaller, and stops where they become too large. One serves
/// any number of messages, one after the other.
package final class Decompressor {
  private lazy var gzip = Inflater(.gzip)
  private lazy var zlib = Inflater(.zlib)
  private lazy var zstd = ZstdDecoder()

  package init() {}

  /// Appends to `output` what `bytes` stand for, at most `limit` bytes. Nothing stands for nothing,
  /// in every algorithm. After an error `output` is as it was.
  package func decompress(
    _ bytes: RawSpan, into output: inout ByteQueue, _ algorithm: Compression, limit: Int
  ) throws(RPCError) {
    guard !bytes.isEmpty else { return }
    switch algorithm {
    case .identity:
      guard bytes.byteCount <= limit else { throw .tooLarge(limit) }
      output.append(bytes)
    case .gzip: try decompress(bytes, into: &output, with: gzip, limit: limit)
    case .deflate: try decompress(bytes, into: &output, with: zlib, limit: limit)
    case .zstd: try decompress(bytes, into: &output, with: zstd, limit: limit)
    }
  }

  private func decompress(
    _ bytes: RawSpan, into output: inout ByteQueue, with expander: some Expander, limit: Int
  ) throws(RPCError) {
    let start = output.count
    do throws(RPCError) {
      try unsafe bytes.withUnsafeBytes { (input) throws(RPCError) in
        unsafe expander.start(input)
        try fill(&output, from: expander, inputCount: input.count, limit: limit)
      }
    } catch {
      output.truncate(to: start)
      throw error
    }
  }

  /// Doubles the room as long as there is more, up to one byte above the limit: a message that
  /// reaches it is too large.
  private func fill(
    _ output: inout ByteQueue, from expander: some Expander, inputCount: Int, limit: Int
  ) throws(RPCError) {
    let limit = min(max(limit, 0), Int(UInt32.max))
    var produced = 0
    var isDone = false
    while !isDone {
      guard produced <= limit else { throw .tooLarge(limit) }
      let room = min(limit + 1 - produced, max(produced, 4 * min(inputCount, limit), 1024))
      output.reserve(exactly: room)
      unsafe produced += try output.append(upTo: room) { (room) throws(RPCError) in
        let step = try unsafe expander.decode(into: room)
        isDone = step.isDone
        return step.written
      }
    }
    guard produced <= limit else { throw .tooLarge(limit) }
  }
}

/// A library's decompression of one message, which reads memory that the caller keeps in place.
protocol Expander: AnyObject {
  /// Begins a message.
  @unsafe func start(_ input: UnsafeRawBufferPointer)

  /// Fills `room`, unless the message ends before.
  @unsafe func decode(
    into room: UnsafeMutableRawBufferPointer
  ) throws(RPCError) -> (written: Int, isDone: Bool)
}

extension RPCError {
  fileprivate static func tooLarge(_ limit: Int) -> RPCError {
    RPCError(.resourceExhausted, "a message has more than \(limit) bytes when decompressed")
  }

  static func damaged(_ algorithm: Compression) -> RPCError {
    RPCError(.internal, "a message is not valid \(algorithm.rawValue)")
  }

  static func truncated(_ algorithm: Compression) -> RPCError {
    RPCError(.internal, "a message in \(algorithm.rawValue) ends too early")
  }
}
